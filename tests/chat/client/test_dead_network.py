"""What the client's user is told when the network or the server says nothing."""

import sys
from types import SimpleNamespace
from unittest.mock import Mock

import pytest

from chat.client import piped, session
from chat.client.connection import DOUBT_S, connect
from chat.client.secrets import Secrets
from chat.client.session import DOUBTED_LINES, Chat
from tests.chat.chatting import CLIENT, chatting_with
from tests.chat.pty_screen import on_terminal
from tests.chat.scripted import Scripted

on_a_terminal = pytest.mark.skipif(sys.platform == "win32", reason="needs a pty")

# The network fails when it is told to.
FAILS = """
def receive(sock, really=k._receive):
    data = really(sock)
    if b"fail" in data:
        raise k.Lost("The connection to the server is lost: Connection timed out")
    return data
k._receive = receive
"""


@on_a_terminal
def test_what_was_typed_meanwhile_is_said_to_be_lost(scripted: Scripted) -> None:
    with chatting_with(scripted, FAILS) as (user, sock):
        user.enter("@all into the void")
        assert sock.recv(4096) == b"@all into the void\n"
        sock.sendall(b"fail\n")
        assert user.status() == 1
        assert user.screen.rows[-3:] == [
            "[ERROR] This may be lost: @all into the void",
            "The connection to the server is lost: Connection timed out",
            "",
        ]


def test_only_the_last_lines_and_those_sent_lately_are_said_to_be_lost(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = SimpleNamespace(now_s=0.0)
    time = SimpleNamespace(monotonic=lambda: clock.now_s)
    monkeypatch.setattr(session, "time", time)
    shown: list[str] = []
    terminal = Mock(show=lambda above, *_: shown.extend(line.start for line in above))
    chat = Chat(("127.0.0.1", 1), terminal, Secrets())
    chat._name, chat._sender = "ann", Mock()
    for number in range(DOUBTED_LINES + 2):
        chat._send(f"@all {number}")
        clock.now_s = DOUBT_S * (number >= 4)  # the first five are sent long ago
    clock.now_s += 1
    with pytest.raises(SystemExit):
        chat._lose_network()
    late = range(5, DOUBTED_LINES + 2)
    assert shown == [f"[ERROR] This may be lost: @all {n}" for n in late]
    for number in range(2 * DOUBTED_LINES):
        chat._send(f"@all {number}")
    shown.clear()
    with pytest.raises(SystemExit):
        chat._lose_network()
    assert len(shown) == DOUBTED_LINES


@on_a_terminal
def test_a_server_that_says_nothing_is_told(scripted: Scripted) -> None:
    code = "from chat.client import app, session; session.SILENT_S = 0.1; app.main()"
    start = (CLIENT[0], "-c", code, "--port", scripted.port, "--name", "ann")
    with on_terminal(*start) as user, scripted.accept():
        user.shows("[ERROR] Nothing has come from 127.0.0.1:")
        user.row_is("name> |")


def test_a_pipe_is_told_too(
    scripted: Scripted,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(piped, "SILENT_S", 0.0)
    monkeypatch.setattr(piped, "print", lambda *_, file: sock.close(), raising=False)
    with connect("127.0.0.1", int(scripted.port)) as ours, scripted.accept() as sock:
        monkeypatch.setattr(piped, "connect", lambda *_: ours)
        with pytest.raises(SystemExit):
            piped.run_piped(("", 0), "ann")
