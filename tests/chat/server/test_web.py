"""The door for browsers, over real connections.

That a browser's connection keeps every rule of the room is tested by the suite in
tests/conformance/, which speaks to the server through a WebSocket as well.
"""

import dataclasses
import logging
import socket
import time
from collections.abc import Iterator

import pytest

from chat.server import sockets, web
from chat.server.listener import ChatServer
from chat.server.pace import Pace
from chat.server.registry import Member
from chat.server.web import WebDoor, WebHandler, WebOutbox
from chat.wire.websocket import BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT
from tests.support import FREE, Client, until
from tests.web_client import WebClient, masked, opening, serving_web


@pytest.fixture
def doors() -> Iterator[tuple[ChatServer, WebDoor]]:
    with serving_web() as both:
        yield both


@pytest.fixture
def door(doors: tuple[ChatServer, WebDoor]) -> WebDoor:
    return doors[1]


def browser(door: WebDoor, name: str = "") -> WebClient:
    client = WebClient(door.server_address)
    if name:
        client.join(name)
    return client


def ask(door: WebDoor, request: bytes) -> tuple[str, str]:
    """Return the head and the body of an answer, after which the server hangs up."""
    with Client(door.server_address) as client:
        client.send_raw(request)
        data = b""
        while more := client.sock.recv(65536):
            data += more
    head, _, body = data.decode().partition("\r\n\r\n")
    return head, body


def get(door: WebDoor, path: str = "/", host: str = "", **headers: str) -> bytes:
    port = door.server_address[1]
    sent = {"Host": host or f"127.0.0.1:{port}", **headers}
    lines = [f"GET {path} HTTP/1.1", *(f"{k}: {v}" for k, v in sent.items())]
    return "\r\n".join([*lines, "", ""]).encode()


# ---- HTTP


def test_the_page_is_served(door: WebDoor) -> None:
    head, body = ask(door, get(door))
    assert head.startswith("HTTP/1.1 200 OK\r\n")
    assert body.startswith("<!doctype html>")
    assert body.endswith("</html>\n")


@pytest.mark.parametrize("size", [1, 7])
def test_a_request_may_come_in_pieces(door: WebDoor, size: int) -> None:
    request = get(door)
    with Client(door.server_address) as client:
        for start in range(0, len(request), size):
            client.send_raw(request[start : start + size])
        assert client.line() == "HTTP/1.1 200 OK\r"


@pytest.mark.parametrize(
    ("request_", "status", "says"),
    [
        (b"hello\n\n", 400, "not an HTTP request"),
        (b"GET / HTTP/1.1\r\n\r\n", 400, "no valid Host header"),
        (b"GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n", 421, "by its address"),
        (b"GET / HTTP/1.1\r\nA: " + b"x" * 8192, 431, "at most 8192 bytes"),
        (b"GET /x HTTP/1.1\r\nHost: localhost\r\n\r\n", 404, "only one page"),
        (b"POST / HTTP/1.1\r\nHost: localhost\r\n\r\n", 405, "Only GET"),
    ],
)
def test_a_bad_request_gets_one_line(
    door: WebDoor, request_: bytes, status: int, says: str
) -> None:
    head, body = ask(door, request_)
    assert head.startswith(f"HTTP/1.1 {status} ")
    assert says in body
    assert body.count("\n") == 1


def test_another_page_may_not_open_a_websocket(door: WebDoor) -> None:
    request = opening(door.server_address, Origin="http://evil.example")
    head, body = ask(door, request)
    assert head.startswith("HTTP/1.1 403 ")
    assert body == "Another web page may not use this server\n"


def test_a_slow_request_is_told_so() -> None:
    limits = dataclasses.replace(FREE, join_timeout=0.05)
    with serving_web(limits) as (_, door):
        head, body = ask(door, b"GET / HTTP/1.1\r\nHost: ")
        assert head.startswith("HTTP/1.1 408 ")
        assert body == "The request took too long\n"


def test_a_connection_that_says_nothing_may_go(
    door: WebDoor, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="chat")
    with Client(door.server_address) as client:
        assert client.leave() == []
    assert caplog.text == ""


def test_who_finds_no_place_is_told_why() -> None:
    limits = dataclasses.replace(FREE, max_clients=1)
    with serving_web(limits) as (server, door), Client(server.server_address) as ann:
        ann.join("ann")
        head, body = ask(door, b"")
        assert head.startswith("HTTP/1.1 503 ")
        assert f"\r\nRefresh: {web.RELOAD_S}\r\n" in head
        assert body == "The server is full; try again later\n"


def test_who_is_banned_is_told_so(doors: tuple[ChatServer, WebDoor]) -> None:
    server, door = doors
    server.teacher.ban("127.0.0.1")
    head, body = ask(door, b"")
    assert head.startswith("HTTP/1.1 503 ")
    assert "banned" in body


def test_the_page_gives_its_place_back(doors: tuple[ChatServer, WebDoor]) -> None:
    server, door = doors
    ask(door, get(door))
    until(lambda: not server._snapshot(), "its thread to end")
    assert server._admission._clients == 0


def test_the_url_is_what_others_can_type() -> None:
    with serving_web(host="0.0.0.0") as (_, door):
        host, _, port = door.url.removeprefix("http://").rstrip("/").rpartition(":")
        assert host != "0.0.0.0"
        assert int(port) == door.server_address[1]
        socket.create_connection((host, int(port))).close()


@pytest.mark.parametrize(
    ("known", "told"),
    [
        (["127.0.1.1", "10.42.0.1"], "10.42.0.1"),
        (["127.0.1.1"], "127.0.0.1"),
        (OSError("no such name"), "127.0.0.1"),
    ],
)
def test_without_a_way_out_of_the_network_the_machine_s_own_name_may_help(
    known: list[str] | OSError,
    told: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def look_up(_name: str) -> tuple[str, list[str], list[str]]:
        if isinstance(known, OSError):
            raise known
        return "teacher", [], known

    def fail(*_: object) -> None:
        raise OSError("Network is unreachable")

    monkeypatch.setattr(web.socket, "socket", fail)
    monkeypatch.setattr(web.socket, "gethostbyname_ex", look_up)
    assert web._own_address() == told
    assert ("cannot find out this machine's address" in caplog.text) == (
        told == "127.0.0.1"
    )


# ---- the room through a WebSocket


def test_a_browser_and_a_terminal_talk(doors: tuple[ChatServer, WebDoor]) -> None:
    server, door = doors
    with browser(door, "ann") as ann, Client(server.server_address) as bob:
        bob.join("bob")
        assert ann.line() == "[INFO] bob joined"
        ann.send("@all hello")
        assert bob.line() == "ann: hello"
        bob.send("@ann hi", "@all ö")
        assert ann.lines(2) == ["bob (private): hi", "bob: ö"]
        assert set(ann.web.opcodes) == {TEXT}


def test_lines_need_not_fit_messages(door: WebDoor) -> None:
    with browser(door, "ann") as ann:
        ann.web.send_frame(TEXT, b"@ann \xc3", fin=False)
        ann.web.send_frame(PING, b"now?")
        ann.web.send_frame(CONTINUATION, b"\xb6\n@ann two\n@an")
        ann.web.send_frame(BINARY, b"n three\n")
        assert ann.lines(3) == [f"ann (private): {t}" for t in ("ö", "two", "three")]
        assert PONG in ann.web.opcodes


def test_lines_may_come_with_the_request(door: WebDoor) -> None:
    with Client(door.server_address) as client:
        request = opening(door.server_address)
        client.send_raw(request + masked(TEXT, b"ann\n") + masked(CLOSE))
        rest = b"".join(iter(lambda: client.sock.recv(65536), b""))
        assert b"You are ann" in rest


def test_a_ping_is_answered_before_there_is_a_name(door: WebDoor) -> None:
    with browser(door) as ann:
        ann.web.send_frame(PING, b"early")
        ann.join("ann")
        assert PONG in ann.web.opcodes


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (masked(CLOSE, b"\x03\xe8bye"), 1000),
        (masked(CLOSE), 0),
        (b"\x81\x00", 1002),
        (b"\xff\xff", 1002),
        (masked(TEXT, b"\xff"), 1007),
        (masked(BINARY, b"x" * 16385), 1009),
    ],
)
@pytest.mark.parametrize("name", ["ann", ""])
def test_the_end_has_the_number_of_its_reason(
    door: WebDoor, data: bytes, code: int, name: str
) -> None:
    with browser(door, name) as ann, browser(door, "bob") as bob:
        ann.web.send_raw(data)
        assert ann.ended()
        assert ann.web.closed_with == code
        if name:
            assert bob.line() == "[INFO] ann left"


def test_what_was_said_before_a_broken_frame_is_said(door: WebDoor) -> None:
    with browser(door, "ann") as ann, browser(door, "bob") as bob:
        ann.line()
        ann.web.send_raw(masked(TEXT, b"@all last\n") + b"\xff\xff")
        assert bob.lines(2) == ["ann: last", "[INFO] ann left"]


def test_a_broken_frame_is_logged(
    door: WebDoor, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="chat")
    with browser(door, "ann") as ann:
        ann.web.send_raw(b"\x81\x00")
        assert ann.ended()
        until(lambda: "ann left: broke WebSocket: A frame is not masked" in caplog.text)


def test_an_end_without_close_is_an_end(door: WebDoor) -> None:
    with browser(door, "ann") as ann, browser(door, "bob") as bob:
        ann.send("@bob last")
        ann.half_close()
        assert bob.lines(2) == ["ann (private): last", "[INFO] ann left"]
        assert ann.rest() == ["[INFO] bob joined"]
        assert ann.web.closed_with == 1008


def test_who_is_kicked_is_told_why(doors: tuple[ChatServer, WebDoor]) -> None:
    server, door = doors
    with browser(door, "ann") as ann:
        server.teacher.kick("ann")
        [line] = ann.rest()
        assert line.startswith("[ERROR] ")
        assert ann.web.closed_with == 1008


def test_who_has_no_name_in_time_is_told_so() -> None:
    limits = dataclasses.replace(FREE, join_timeout=0.1)
    with serving_web(limits) as (_, door), browser(door) as ann:
        assert ann.rest()[-1].startswith("[ERROR] You sent no name")
        assert ann.web.closed_with == 1008


def test_a_server_that_stops_says_so_to_browsers(
    doors: tuple[ChatServer, WebDoor],
) -> None:
    server, door = doors
    with browser(door, "ann") as ann, browser(door) as nameless:
        nameless.line()
        server.stop()
        for client in (ann, nameless):
            assert client.rest() == ["[INFO] The server is shutting down"]
            assert client.web.closed_with == 1001


def test_the_question_of_telnet_is_not_answered(door: WebDoor) -> None:
    with browser(door, "ann") as ann:
        ann.web.send_frame(BINARY, b"\xff\xfd\x06\n")
        assert ann.line() == "[ERROR] That line is not UTF-8; it was thrown away"
        assert ann.settle() == []


# ---- browsers that are gone, or too fast


def test_a_browser_that_does_not_answer_has_gone(
    door: WebDoor, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.INFO, logger="chat")
    with browser(door, "ann") as ann:
        monkeypatch.setattr(web, "PING_S", 0.01)  # from her next line on
        ann.web.answers_pings = False
        ann.send("@people")
        assert ann.ended()
        assert ann.web.opcodes.count(PING) == web.MAX_UNANSWERED
    until(lambda: "ann left: did not answer a ping" in caplog.text)


class Silent(WebHandler):
    """A handler of a browser that has joined, without a server."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self._member = Member("ann")
        self._unanswered = 0
        self._ping_at = 0.0
        self.pings = 0

    def _send_control(self, frame: bytes) -> None:
        self.pings += 1


@pytest.mark.parametrize("wakes", [True, False])
def test_any_byte_is_an_answer(monkeypatch: pytest.MonkeyPatch, wakes: bool) -> None:
    monkeypatch.setattr(sockets, "SHUTDOWN_WAKES", wakes)
    monkeypatch.setattr(web, "PING_S", 0.0)
    ours, theirs = socket.socketpair()
    with ours, theirs:
        silent = Silent(ours)
        for _ in range(2):
            for _ in range(web.MAX_UNANSWERED):
                assert not silent._may_read()
            theirs.sendall(b"x")
            assert silent._may_read()
            ours.recv(1)
        assert silent.pings == 2 * web.MAX_UNANSWERED


def test_a_browser_is_not_asked_too_soon() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        silent = Silent(ours)
        assert not silent._may_read()
        theirs.close()
        assert silent._may_read()  # the end of the stream is read, too
        assert silent.pings == 1
        assert silent._ping_at > time.monotonic() + web.PING_S / 2


@pytest.mark.parametrize(
    "frame",
    [
        masked(PING),
        masked(PONG),
        masked(BINARY) * web.PIECES_PER_LINE,
        masked(BINARY, b" ") * web.PIECES_PER_LINE,
    ],
)
def test_frames_without_lines_count_as_lines(
    door: WebDoor, monkeypatch: pytest.MonkeyPatch, frame: bytes
) -> None:
    """Otherwise a flood of them would cost its sender nothing, and the server much."""
    counted: list[int] = []
    monkeypatch.setattr(Pace, "wait", lambda _, n: counted.append(n))
    with browser(door, "ann") as ann:
        ann.web.send_raw(frame * 5 + masked(TEXT, b"\n@ann x\n"))
        assert ann.line() == "ann (private): x"
    assert counted == [1] * 8  # with the name, and the line before


# ---- the outbox


def test_control_frames_come_first() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        outbox = WebOutbox(ours, "10.0.0.7")
        outbox.controls.append(b"one")
        outbox.controls.append(b"two")
        assert outbox.pack(b"") == b"onetwo"
        assert outbox.pack(b"x\n") == b"\x81\x02x\n"
        assert outbox.pack(b"") == b""


def test_close_does_not_land_inside_a_frame() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        outbox = WebOutbox(ours, "10.0.0.7")
        outbox.backlog += b"the rest of a frame"
        outbox.release(socket.SHUT_WR)
        assert theirs.recv(99) == b""
        assert outbox.released.is_set()
