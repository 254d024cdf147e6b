"""One client's thread, over a real connection, without an accept loop."""

import contextlib
import errno
import logging
import re
import socket
import threading
from collections.abc import Callable, Iterator
from types import SimpleNamespace

import pytest

from chat import config
from chat.server import handler, pace, sockets
from chat.server.entrance import Entrance
from chat.server.handler import ChatHandler
from chat.server.postman import Postman
from chat.server.rate import RateLimit
from chat.server.registry import Member, Registry
from chat.server.room import Room
from tests.support import DEADLINE_S, Client

FREE = config.Limits(rate=0)


class FakeServer:
    """What a handler needs of its server, and nothing more."""

    def __init__(self, limits: config.Limits) -> None:
        self.limits = limits
        self.rate = limits.rate
        self.postman = Postman(limits)
        self.registry = Registry()
        self.room = Room(self.registry, self.postman)
        self.entrance = Entrance(self.room, self.postman, "", None, 16)
        self.stopping = threading.Event()
        self.joined: list[socket.socket] = []
        self.held_s: list[float] = []

    def mark_joined(self, request: socket.socket) -> None:
        self.joined.append(request)

    def hold_place(self, request: socket.socket, for_s: float) -> None:
        assert request.fileno() >= 0
        self.held_s.append(for_s)

    def names(self) -> list[str]:
        with self.registry as members:
            return [member.name for member in members.all()]


class Line:
    """A host, and a thread that serves each client that calls."""

    def __init__(self, host: FakeServer) -> None:
        self.host = host
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(DEADLINE_S)
        self.threads: list[threading.Thread] = []
        self.clients: list[Client] = []

    def call(self) -> Client:
        """Connect a client and start its thread."""
        client = Client(self.listener.getsockname())
        request, address = self.listener.accept()

        def serve() -> None:
            with request:
                ChatHandler(request, address, self.host)

        thread = threading.Thread(target=serve, daemon=True)
        self.clients.append(client)
        self.threads.append(thread)
        thread.start()
        return client


@contextlib.contextmanager
def line(limits: config.Limits = FREE) -> Iterator[Line]:
    """Run a host; at the end hang up on all clients, and leave no thread behind."""
    host = FakeServer(limits)
    host.postman.start()
    switchboard = Line(host)
    try:
        yield switchboard
    finally:
        for client in switchboard.clients:
            client.close()
        host.stopping.set()  # nobody waits for what is left of its rate
        for thread in switchboard.threads:
            thread.join(DEADLINE_S)
        assert not any(thread.is_alive() for thread in switchboard.threads)
        host.postman.stop(0)
        switchboard.listener.close()


# ---- joining


def test_joining_in_the_words_of_the_protocol() -> None:
    with line() as to:
        ann = to.call()
        ann.send("  Ａnn ")
        welcome, you, commands = ann.lines(3)
        assert you == "[INFO] You are Ann"
        assert welcome[:7] == commands[:7] == "[INFO] "
        assert ann.settle() == []
        assert to.host.names() == ["Ann"]
        assert len(to.host.joined) == 1


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\n", "empty"),
        (b"two words\n", "is not allowed there"),
        (b"Server\n", "reserved"),
        (b"\xff\n", "not UTF-8"),
        (b"x" * 4096 + b"\n", "at most 4096 bytes"),
        (b"ANN\n", "ANN is taken"),
    ],
)
def test_after_a_refused_name_one_may_try_again(data: bytes, reason: str) -> None:
    with line() as to:
        to.call().join("ann")
        bob = to.call()
        assert bob.line().startswith("[INFO] ")
        bob.send_raw(data)
        assert re.match(rf"\[ERROR\] .*{reason}", bob.line())
        bob.send("bob")
        assert bob.line() == "[INFO] You are bob"


@pytest.mark.parametrize("tries", [1, 5])
def test_after_so_many_refused_names_the_connection_is_closed(tries: int) -> None:
    with line(config.Limits(name_tries=tries)) as to:
        client = to.call()
        client.line()
        client.send(*"@" * 9, "late")
        assert [text[:8] for text in client.rest()] == ["[ERROR] "] * tries
        assert to.host.names() == []
        assert to.host.joined == []


def test_0_tries_is_no_limit() -> None:
    with line(config.Limits(name_tries=0, rate=0)) as to:
        client = to.call()
        client.send(*"@" * 50, "ann")
        assert client.line_with("[INFO] You") == "[INFO] You are ann"


def test_a_client_without_a_name_in_time_is_closed_though_bytes_come() -> None:
    with line(config.Limits(join_timeout=0.1)) as to:
        client = to.call()
        client.line()
        client.send_raw(b"a")
        assert client.rest() == [
            "[ERROR] You sent no name in 0.1 s; you may connect again"
        ]


def test_the_time_for_a_name_is_up_whatever_comes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with line() as to:
        client = to.call()
        client.line()
        monkeypatch.setattr(handler, "time", SimpleNamespace(monotonic=lambda: 1e9))
        client.send("two words")
        assert client.rest() == [
            "[ERROR] You sent no name in 15 s; you may connect again"
        ]


def test_without_a_limit_there_is_time_for_a_name() -> None:
    with line(config.Limits(join_timeout=0)) as to:
        assert to.call().join("ann").settle() == []


def test_a_client_with_a_name_has_all_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """The deadline for joining ends with it: the clock may show what it will."""
    with line() as to:
        ann = to.call().join("ann")
        monkeypatch.setattr(handler, "time", SimpleNamespace(monotonic=lambda: 1e9))
        assert ann.settle() == []
        assert to.host.joined[0].gettimeout() is None


def test_no_end_of_line_for_16_kib_ends_it_before_joining() -> None:
    with line() as to:
        client = to.call()
        client.send_raw(b"x" * 16384)
        assert [text[:17] for text in client.rest()[1:]] == [
            "[ERROR] A line ha",
            "[ERROR] No end of",
        ]


# ---- chatting


def test_name_and_commands_may_come_in_one_piece() -> None:
    with line() as to:
        ann = to.call()
        ann.send("ann", "@ann one", "@ann two")
        assert ann.lines(5)[3:] == ["ann (private): one", "ann (private): two"]


def test_after_a_half_close_the_answers_still_come() -> None:
    with line() as to:
        ann = to.call().join("ann")
        ann.send(*["@ann hi"] * 100)
        ann.send_raw(b"@ann not ended")
        ann.half_close()
        assert ann.rest() == ["ann (private): hi"] * 100
        assert to.host.names() == []


def test_no_end_of_line_for_16_kib_ends_it_after_the_answers() -> None:
    with line() as to:
        ann = to.call().join("ann")
        ann.send_raw(b"@ann hi\n" + b"x" * 20_000 + b"\n@ann lost\n")
        assert [text[:17] for text in ann.rest()] == [
            "ann (private): hi",
            "[ERROR] A line ha",
            "[ERROR] No end of",
        ]


@pytest.mark.parametrize("go", [Client.close, Client.reset, Client.half_close])
def test_however_one_goes_the_others_hear_it_once(go: Callable[[Client], None]) -> None:
    with line() as to:
        ann = to.call().join("ann")
        bob = to.call().join("bob")
        assert ann.line() == "[INFO] bob joined"
        go(bob)
        assert ann.line() == "[INFO] bob left"
        assert ann.settle() == []


def test_options_that_the_system_refuses_do_not_end_a_client(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real, tester = socket.socket.setsockopt, threading.current_thread()

    def refuse(sock: socket.socket, *asked: int) -> None:
        if threading.current_thread() is not tester:
            raise OSError(errno.EINVAL, "Invalid argument")
        real(sock, *asked)

    monkeypatch.setattr(socket.socket, "setsockopt", refuse)
    with line() as to:
        assert to.call().join("ann").settle() == []


def test_a_small_answer_does_not_wait_for_the_next_one() -> None:
    with line() as to:
        to.call().join("ann").settle()
        (request,) = to.host.joined
        assert request.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


@pytest.mark.skipif(not sockets.SHUTDOWN_WAKES, reason="a shutdown wakes nobody here")
def test_a_client_that_is_cut_leaves_the_room() -> None:
    """Its handler thread is reading; the postman's `shutdown` wakes it up."""
    with line() as to:
        ann = to.call().join("ann")
        bob = to.call().join("bob")
        assert ann.line() == "[INFO] bob joined"
        to.host.joined[1].shutdown(socket.SHUT_RDWR)
        assert (ann.line(), bob.rest()) == ("[INFO] bob left", [])


def test_a_client_that_sends_too_fast_is_slowed_down_and_not_cut_short() -> None:
    with line(config.Limits(rate=500, burst=1)) as to:
        ann = to.call().join("ann")
        ann.send(*["@ann hi"] * 50)
        ann.half_close()
        assert ann.rest() == ["ann (private): hi"] * 50


def test_the_pace_is_asked_before_each_line(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[float] = []
    limit = RateLimit(0, 0)
    monkeypatch.setattr(limit, "take", lambda now, weight: asked.append(now) or 0.0)
    monkeypatch.setattr(pace, "RateLimit", lambda _rate, _burst: limit)
    with line() as to:
        ann = to.call().join("ann")
        ann.send("@ann 1", "", "no command")
        ann.settle()
        assert len(asked) == 5


# ---- errors and the log


def test_an_error_of_our_own_ends_one_client_and_is_told_to_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with line() as to:
        ann = to.call().join("ann")
        bob = to.call().join("bob")
        ann.line()
        receive = to.host.room.receive

        def fails_for_bob(member: Member, text: str) -> str:
            assert member.name != "bob", "an error of our own"
            return receive(member, text)

        monkeypatch.setattr(to.host.room, "receive", fails_for_bob)
        monkeypatch.setattr(threading, "excepthook", lambda _args: None)
        bob.send("@all hi")
        assert ann.line() == "[INFO] bob left"
        assert bob.rest() == []
        bob.close()
        to.threads[1].join(DEADLINE_S)
        assert ann.settle() == []


def test_the_log_holds_no_text_and_no_control_character(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG, "chat")
    with line() as to:
        client = to.call()
        client.send("secret\x1b[31m\u202e", "sec\x00ret", "")
        client.line_with("[ERROR]")
        client.line_with("[ERROR]")
        client.line_with("[ERROR]")
        client.send("ann", "@all hush", "hush", "@hush hush", "@ann hush")
        client.line_with("ann (private)")
    assert any(m.endswith("refused: That name is empty") for m in caplog.messages)
    assert any("ann joined" in text for text in caplog.messages)
    assert any("ann left" in text for text in caplog.messages)
    assert any("line refused: not online" in text for text in caplog.messages)
    assert "hush" not in caplog.text
    assert all(text.isprintable() for text in caplog.messages)


def test_a_long_line_counts_as_several(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    limit = RateLimit(0, 0)
    monkeypatch.setattr(limit, "take", lambda _now, weight: asked.append(weight) or 0.0)
    monkeypatch.setattr(pace, "RateLimit", lambda _rate, _burst: limit)
    with line() as to:
        ann = to.call().join("ann")
        ann.send("@ann " + "x" * 4090)
        ann.lines(1)
    assert asked == [1, 8]


def test_a_client_that_leaves_keeps_its_place_for_its_debt_but_no_thread() -> None:
    with line(config.Limits(rate=0.001)) as switchboard:
        assert len(switchboard.call().join("ann").leave()) == 0
        switchboard.threads[0].join(DEADLINE_S)
        assert not switchboard.threads[0].is_alive()
        (held_s,) = switchboard.host.held_s
        assert 900 < held_s <= 1000  # one line at one in a thousand seconds


def test_the_lines_of_a_client_that_has_closed_are_dropped(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """They waited for their rate, and there were enough of them for hours."""
    monkeypatch.setattr(pace, "TELL_WAITING_S", 0.1)
    with line(config.Limits(rate=20, burst=3)) as to:
        ann = to.call().join("ann")
        bob = to.call().join("bob")
        assert ann.line() == "[INFO] bob joined"
        bob.send_raw(b"@ann 1\n@ann 2\n")
        assert ann.lines(2) == ["bob (private): 1", "bob (private): 2"]
        bob.send_raw(b"\n" * 200_000)  # nothing is answered to these
        bob.close()
        assert ann.line() == "[INFO] bob left"


def test_a_client_that_has_half_closed_gets_all_its_answers_and_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pace, "TELL_WAITING_S", 0.1)
    with line(config.Limits(rate=5, burst=2)) as to:
        ann = to.call().join("ann")
        ann.send(*["@ann hi"] * 4)
        ann.half_close()
        told = ann.rest()
        assert told.count("ann (private): hi") == 4
        assert set(told) == {"ann (private): hi", pace.WAITING.decode().strip()}
