"""The server as an object: what it logs, whom it refuses, how it stops."""

import contextlib
import dataclasses
import logging
import os
import re
import socket
import sys
import threading
from collections.abc import Callable
from typing import Any

import pytest

from chat import config
from chat.server import admission, handler, joins, listener, postman, sockets
from chat.server.handler import ChatHandler
from chat.server.history import History
from chat.server.listener import ChatServer
from chat.server.moderation import LOCKED, Moderation
from chat.server.room import Room
from chat.wire.answers import format_error
from tests.support import FREE, Client, serving, until


def _with(**limits: float) -> config.Limits:
    return dataclasses.replace(FREE, **limits)


def _client(running: ChatServer) -> Client:
    return Client(running.server_address)


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.INFO, logger="chat")
    return caplog


@pytest.fixture(params=["woken", "looks"])
def cut_off(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """How a handler hears that it is cut off: a shutdown wakes it, or, as on Windows,
    it has to look.
    """
    if request.param == "looks":
        monkeypatch.setattr(sockets, "SHUTDOWN_WAKES", False)
        monkeypatch.setattr(sockets, "LOOK_S", 0.01)
        monkeypatch.setattr(handler, "LINGER_S", 0.1)  # then nothing ends it early
        monkeypatch.setattr(postman, "CUT_OFF", socket.SHUT_WR)
    elif not sockets.SHUTDOWN_WAKES:
        pytest.skip("a shutdown wakes nobody here")


# ---- talking


def test_two_clients_talk() -> None:
    with (
        serving() as running,
        _client(running).join("ann") as ann,
        _client(running).join("bob") as bob,
    ):
        assert ann.line() == "[INFO] bob joined"
        ann.send("@all hi")
        assert bob.line() == "ann: hi"


# ---- what the log says: who came, who left and why


def test_log_says_who_joined_and_from_where(log: pytest.LogCaptureFixture) -> None:
    with serving() as running, _client(running).join("ann") as ann:
        host, port = ann.sock.getsockname()
        expected = f"ann joined from {host}:{port}"
        until(lambda: expected in log.messages, "the log")


def _closes(client: Client) -> None:
    client.close()


def _resets(client: Client) -> None:
    client.reset()


def _never_ends_its_line(client: Client) -> None:
    client.send_raw(b"x" * 20_000)


@pytest.mark.parametrize(
    ("go", "why"),
    [
        (_closes, "closed the connection"),
        pytest.param(
            *(_resets, "Connection reset by peer"),
            marks=pytest.mark.skipif(
                sys.platform == "win32",
                reason="Windows says it in the user's language, and Wine not at all",
            ),
        ),
        (_never_ends_its_line, "no end of line came"),
    ],
)
def test_log_says_why_someone_left(
    log: pytest.LogCaptureFixture, go: Callable[[Client], None], why: str
) -> None:
    with serving() as running:
        go(ann := _client(running).join("ann"))
        until(lambda: f"ann left: {why}" in log.messages, "the log")
        ann.close()


@pytest.mark.usefixtures("cut_off")
def test_log_says_how_much_waited_for_an_evicted_client(
    log: pytest.LogCaptureFixture,
) -> None:
    with serving(_with(outbox_bytes=20_000)) as running:
        stuck = Client(running.server_address, receive_bytes=4096).join("stuck")
        with _client(running).join("ann") as ann:
            ann.send(*[f"@stuck {'x' * 4000}"] * 100)
            until(lambda: "stuck left" in log.text)
        stuck.close()
    line = next(m for m in log.messages if m.startswith("stuck left: evicted: "))
    count = line.removeprefix("stuck left: evicted: ").removesuffix(" bytes waiting")
    assert 80_000 < int(count.replace(",", "")) < 80_000 + 70_000  # a batch more


@pytest.mark.usefixtures("cut_off")
@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("", "no name in 0.1 s"),
        ("!\n!\n", "2 names refused"),
        ("x" * 20_000, "no end of line came"),
    ],
)
def test_log_says_why_one_without_a_name_left(
    log: pytest.LogCaptureFixture, said: str, why: str
) -> None:
    limits = _with(name_tries=2, join_timeout=0.1 if not said else 10)
    with serving(limits) as running, _client(running) as client:
        client.send_raw(said.encode())
        host, port = client.sock.getsockname()
        assert client.ended()
        client.close()
        expected = f"{host}:{port}, without a name, left: {why}"
        until(lambda: expected in log.messages, log.text)


@pytest.mark.usefixtures("cut_off")
def test_log_says_that_the_server_stopped(log: pytest.LogCaptureFixture) -> None:
    with serving() as running:
        ann = _client(running).join("ann")
    assert "ann left: the server stops" in log.messages
    ann.close()


# ---- whom it refuses


def test_too_many_from_one_address_are_refused(
    log: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(admission, "is_loopback", lambda _host: False)
    with serving(_with(max_per_host=2)) as running:
        ann, bob = _client(running).join("ann"), _client(running).join("bob")
        third = _client(running)
        assert third.rest() == ["[ERROR] Too many connections from 127.0.0.1"]
        assert "refused: Too many connections from 127.0.0.1" in log.text
        bob.leave()
        bob.close()
        until(lambda: _is_let_in(running), "room for one more")
        for client in (ann, third):
            client.close()


def _is_let_in(running: ChatServer) -> bool:
    with _client(running) as client:
        return client.line().startswith("[INFO] ")


def test_the_teacher_may_close_the_door_before_anyone_has_a_name() -> None:
    with serving(_with(max_pending=1)) as running:
        running.teacher.lock(True)
        for _ in range(2):  # neither takes a place
            with _client(running) as refused:
                assert refused.rest() == [format_error(LOCKED).decode().strip()]
        running.teacher.lock(False)
        assert _is_let_in(running)


def test_a_client_that_has_already_sent_can_read_why_it_is_refused() -> None:
    with serving(_with(max_clients=1)) as running, _client(running).join("ann"):
        for _ in range(20):
            with _client(running) as second:
                second.send("bob", "@all hi")
                assert second.line() == "[ERROR] The server is full; try again later"
                assert second.ended()


@pytest.mark.parametrize(
    ("method", "error"),
    [("start", RuntimeError), ("start", MemoryError), ("__init__", MemoryError)],
)
def test_without_threads_it_refuses_and_recovers(
    method: str, error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    """And nobody's place stays taken, for then the door would stay shut."""
    real = getattr(threading.Thread, method)
    short_of = {"threads": False}

    def call(thread: threading.Thread, **arguments: object) -> None:
        name = str(arguments.get("name") or getattr(thread, "name", ""))
        if short_of["threads"] and name.startswith("client"):
            raise error("can't start new thread")
        real(thread, **arguments)

    monkeypatch.setattr(threading.Thread, method, call)
    limits = _with(max_clients=2)
    with serving(limits) as running, _client(running).join("ann") as ann:
        before = _descriptors()
        short_of["threads"] = True
        for _ in range(20):
            with _client(running) as client:
                reason = "[ERROR] The server is full; try again later"
                assert client.rest() == [reason]
        assert ann.settle() == []
        until(lambda: _descriptors() == before, "a descriptor stayed open")
        short_of["threads"] = False
        _client(running).join("bob").close()


def test_without_memory_it_refuses_and_recovers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with serving(_with(max_clients=1)) as running:
        with monkeypatch.context() as short:
            short.setattr(listener, "has_memory", lambda: False)
            for _ in range(3):
                with _client(running) as client:
                    assert client.rest() == [
                        "[ERROR] The server is full; try again later"
                    ]
        _client(running).join("ann").close()


@pytest.mark.parametrize(
    ("owner", "method", "told"),
    [
        (admission.Admission, "admit", "refused: The server is full"),
        (threading.Thread, "start", "refused: The server is full"),
        (ChatServer, "refuse", "no memory to serve it"),
        (ChatServer, "finish_request", "no memory to serve it"),
    ],
)
def test_wherever_memory_runs_out_no_place_stays_taken(
    owner: type,
    method: str,
    told: str,
    monkeypatch: pytest.MonkeyPatch,
    log: pytest.LogCaptureFixture,
) -> None:
    with serving(_with(max_clients=1)) as running:
        with monkeypatch.context() as short:

            def fails(*_arguments: object) -> None:
                raise MemoryError

            if method == "refuse":
                short.setattr(listener, "has_memory", lambda: False)
            short.setattr(owner, method, fails)
            with _client(running) as client:
                client.ended()
            until(lambda: _clients(running) == 0, "the client")
        until(lambda: told in log.text, log.text)
        _client(running).join("ann").close()
    assert [r.exc_info for r in log.records if told in r.message] == [None]


@pytest.mark.parametrize(("owner", "method"), [(Room, "leave"), (Moderation, "joined")])
def test_wherever_memory_runs_out_no_name_stays_taken(
    owner: type, method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = getattr(owner, method)
    failures = iter([MemoryError])

    def fails_once(*arguments: object) -> object:
        for error in failures:
            raise error
        return real(*arguments)

    monkeypatch.setattr(owner, method, fails_once)
    with serving(_with()) as running:
        with _client(running) as client:
            client.send("ann")
            client.half_close()
            client.ended()
        until(lambda: _clients(running) == 0, "the client")
        assert list(failures) == []
        _client(running).join("ann").close()


def test_joining_in_a_loop_is_refused(
    log: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(joins, "is_loopback", lambda _host: False)
    with serving(_with(max_per_host=3, join_rate=0.01)) as running:
        for _ in range(3):
            _client(running).join("ann").leave()
        with _client(running) as client:
            (refusal,) = client.rest()
    assert re.fullmatch(
        r"\[ERROR\] Too many have just joined from 127.0.0.1; try again in \d+ s",
        refusal,
    )
    assert log.text.count("Too many have just joined") == 1


def test_an_error_of_our_own_before_the_thread_runs_keeps_no_place(
    monkeypatch: pytest.MonkeyPatch, log: pytest.LogCaptureFixture
) -> None:
    real = ChatServer._start_thread
    broken = [True] * 3

    def start(*arguments: Any) -> None:
        if broken:
            raise LookupError(broken.pop())
        real(*arguments)

    monkeypatch.setattr(ChatServer, "_start_thread", start)
    with serving(_with(max_clients=1)) as running:
        while broken:
            with _client(running) as client:
                assert client.ended()
        _client(running).join("ann").close()
    assert log.text.count("LookupError: ") == 3


def _descriptors() -> int:
    """Return how many files this process has open; Windows does not tell."""
    if sys.platform == "win32":
        return 0
    return len(os.listdir("/dev/fd"))


# ---- whom the teacher removes


def _floods(client: Client) -> None:
    client.sock.setblocking(False)
    _push(client.sock)


def _is_silent(client: Client) -> None:
    pass


@pytest.mark.usefixtures("cut_off")
@pytest.mark.parametrize("does", [_floods, _is_silent])
@pytest.mark.parametrize("reads", [True, False])
def test_a_kick_ends_any_connection_at_once_and_frees_its_name(
    log: pytest.LogCaptureFixture, does: Callable[[Client], None], reads: bool
) -> None:
    with serving() as running, _client(running).join("ann") as ann:
        mal = Client(running.server_address, receive_bytes=4096).join("mal")
        if not reads:
            ann.send(*[f"@mal {'x' * 4000}"] * 60)  # under the limit, and stuck
        does(mal)
        assert running.teacher.kick("MAL")
        assert ann.line_with("[INFO] mal left") == "[INFO] mal left"
        until(lambda: "mal left: removed by the teacher" in log.messages, log.text)
        until(lambda: _clients(running) == 1, "the thread of who was kicked")
        with _client(running).join("mal") as again:
            again.send("@all here again")
            assert ann.line_with("mal: here") == "mal: here again"
        mal.close()


def _clients(running: ChatServer) -> int:
    return len(running._snapshot())


# ---- errors of our own


def test_an_error_of_our_own_is_logged_and_ends_one_client_alone(
    log: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    receive = Room.receive

    def fail_for_ann(room: Room, member: object, line: object) -> str:
        if member.name == "ann":
            raise ZeroDivisionError("a bug")
        return receive(room, member, line)

    monkeypatch.setattr(Room, "receive", fail_for_ann)
    with serving() as running, _client(running).join("bob") as bob:
        with _client(running).join("ann") as ann:
            ann.send("@all hi")
            assert ann.ended()
        assert bob.lines(2) == ["[INFO] ann joined", "[INFO] ann left"]
        until(lambda: "ZeroDivisionError: a bug" in log.text, "the traceback")
        assert "ann left: an error in the server" in log.messages
        assert bob.settle() == []


@pytest.mark.usefixtures("cut_off")
def test_who_is_removed_while_it_reads_nothing_is_logged_as_removed(
    log: pytest.LogCaptureFixture,
) -> None:
    with serving() as running, _client(running).join("ann") as ann:
        assert running.teacher.kick("ann")
        assert ann.rest() == ["[ERROR] The teacher has removed you from the room"]
        until(lambda: "ann left: removed by the teacher" in log.messages)


# ---- stopping
@pytest.mark.usefixtures("cut_off")
def test_stop_under_load_leaves_no_thread_and_no_descriptor() -> None:
    before = _descriptors()
    with serving() as running:
        crowd = [_client(running).join(f"c{n}") for n in range(10)]
        for client in crowd:
            client.sock.setblocking(False)
            _push(client.sock)
    for client in crowd:
        client.close()
    until(lambda: _descriptors() == before, "a descriptor stayed open")


def _push(sock: socket.socket) -> None:
    """Send until nobody takes it, for no longer than a few megabytes take.

    Nobody of the crowd reads, so the server may evict any of them meanwhile.
    """
    with contextlib.suppress(BlockingIOError, ConnectionError):
        for _ in range(100):
            sock.send(b"@all flood\n" * 1000)


@pytest.mark.usefixtures("cut_off")
def test_stop_ends_all_threads_whether_their_clients_have_a_name_or_not() -> None:
    for _ in range(2):
        with serving(_with(join_timeout=0)) as running:
            named, nameless = _client(running).join("ann"), _client(running)
            assert nameless.line().startswith("[INFO] ")
            running.stop()
            assert named.rest() == ["[INFO] The server is shutting down"]
            assert nameless.rest() == ["[INFO] The server is shutting down"]
            for client in (named, nameless):
                client.close()


@pytest.mark.usefixtures("cut_off")
def test_stop_tells_a_client_whose_name_waits_for_its_rate() -> None:
    with serving(_with(rate=0.2, burst=1)) as running, _client(running) as client:
        assert client.line().startswith("[INFO] ")
        client.send("!", "ann")
        assert client.line().startswith("[ERROR] ")
        running.stop()
        assert client.rest() == ["[INFO] The server is shutting down"]


@pytest.mark.usefixtures("cut_off")
def test_stop_tells_one_without_a_name_however_late_its_thread_runs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    leave = ChatHandler._leave
    late = threading.Event()

    def leave_late(handler: ChatHandler, reason: str) -> None:
        late.wait(0.1)  # nothing sets it: this thread is slow
        leave(handler, reason)

    monkeypatch.setattr(ChatHandler, "_leave", leave_late)
    with serving() as running, _client(running) as client:
        assert client.line().startswith("[INFO] ")
        running.stop()
        assert client.rest() == ["[INFO] The server is shutting down"]


def test_a_history_that_keeps_nothing_is_used_all_the_same() -> None:
    """It may write what is said to a file."""
    kept = History(kept=0)
    server = ChatServer("127.0.0.1", 0, FREE, history=kept)
    server.server_close()
    assert server.room._history is kept
