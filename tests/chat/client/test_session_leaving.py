"""The client on a real terminal: ways out, wanted or not, and what they leave."""

import itertools
import os
import shutil
import signal
import socket
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from chat.server.listener import ChatServer
from tests.chat.chatting import CLIENT, chatting, chatting_with, other, port_of
from tests.chat.pty_screen import OnTerminal, on_terminal
from tests.chat.scripted import Scripted, read_all
from tests.marks import rest_is_slow
from tests.support import DEADLINE_S

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs a pty")


@pytest.mark.parametrize("line", rest_is_slow(["@exit", "  @EXIT now"]))
def test_exit_is_for_the_client_alone(scripted: Scripted, line: str) -> None:
    with chatting_with(scripted) as (user, sock):
        user.enter(line)
        assert read_all(sock) == b""
        sock.close()
        assert user.status() == 0
        assert user.mode == user.mode_before


def send_signal(name: str) -> Callable[[OnTerminal], None]:
    return lambda user: user.process.send_signal(getattr(signal, name))


WAYS_OUT = {
    "ctrl-d": (lambda user: user.write("\x04"), 0),
    "ctrl-c": (lambda user: user.write("\x03"), 130),
    "ctrl-\\": (lambda user: user.write("\x1c"), 131),
    "SIGTERM": (send_signal("SIGTERM"), 143),
    "SIGHUP": (send_signal("SIGHUP"), 129),
}


@pytest.mark.parametrize("way", rest_is_slow(WAYS_OUT))
def test_the_terminal_is_as_it_was(server: ChatServer, way: str) -> None:
    leave, status = WAYS_OUT[way]
    with chatting(server) as user:
        assert user.mode != user.mode_before
        assert user.screen.brackets_paste
        leave(user)
        assert user.status() == status
        assert user.mode == user.mode_before
        assert not user.screen.brackets_paste
        assert "Traceback" not in user.screen.text
        assert user.screen.row == "|"  # where the shell's prompt is to stand


def test_what_was_typed_stays_on_the_screen(server: ChatServer) -> None:
    with chatting(server) as user:
        user.write("@all half a")
        user.row_is("alice> @all half a|")
        user.write("\x03")
        assert user.status() == 130
        assert user.screen.rows[-2:] == ["alice> @all half a", ""]


def test_a_crash_leaves_the_terminal_as_it_was(scripted: Scripted) -> None:
    crash = "c.Chat._complete = lambda self: 1 / 0"
    with chatting_with(scripted, crash) as (user, _):
        user.write("\t")
        assert user.status() == 1
        assert "ZeroDivisionError" in user.screen.text
        assert user.mode == user.mode_before
        assert not user.screen.brackets_paste


def test_a_crash_of_the_key_thread_ends_the_client(scripted: Scripted) -> None:
    crash = "import chat.terminal.keys as k; k.KeyDecoder.feed = lambda *_: 1 / 0"
    with chatting_with(scripted, crash) as (user, _):
        user.write("x")
        assert user.status() == 1
        assert "ZeroDivisionError" in user.screen.text
        assert user.mode == user.mode_before


def test_a_hangup_ends_it(server: ChatServer) -> None:
    with chatting(server) as user:
        user.hang_up()
        user.process.wait(DEADLINE_S)
        assert user.process.returncode == 129


@pytest.mark.parametrize("how", ["closed", "reset"])
def test_the_server_gone(scripted: Scripted, how: str) -> None:
    with chatting_with(scripted) as (user, sock):
        if how == "reset":
            linger = b"\x01\x00\x00\x00\x00\x00\x00\x00"
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        sock.close()
        assert user.status() == 1
        assert user.screen.text.endswith("The server closed the connection\n")
        assert user.mode == user.mode_before


def test_what_was_pasted_before_exit_is_sent_and_answered(server: ChatServer) -> None:
    with chatting(server) as user, other(server) as bob:
        user.write("@all bye\r@people\r@exit\r@all not this\r")
        assert user.status() == 0
        assert "Online: bob" in user.screen.text
        assert bob.lines(2) == ["alice: bye", "[INFO] alice left"]


@pytest.mark.parametrize("way", rest_is_slow(["ctrl-c", "ctrl-d"]))
def test_a_server_that_reads_nothing_can_be_left(scripted: Scripted, way: str) -> None:
    small = """
def connect(*address, real=c.connect):
    sock = real(*address)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    return sock
c.connect, k.WAITING_LINES = connect, 2"""
    scripted.receive_little()
    with chatting_with(scripted, small) as (user, _):
        for count in itertools.count():
            if "the server takes no more" in user.screen.text:
                break
            user.enter(f"@all {count} " + "x" * 900)
            user.shows(f"@all {count} ")
            user.row_is("alice> |")
        leave, status = WAYS_OUT[way]
        leave(user)
        assert user.status() == status
        assert user.mode == user.mode_before


# ---- stopped, and what comes then


@pytest.mark.skipif(not shutil.which("bash"), reason="needs a shell with jobs")
def test_ctrl_z_and_fg(server: ChatServer) -> None:
    with on_terminal("bash", "--norc", "--noediting", "-i", PS1="$ ") as user:
        user.row_is("$ |")
        user.enter(f"{' '.join(CLIENT)} --port {port_of(server)} --name alice")
        user.row_is("alice> |")
        user.write("@all ab\x02")
        user.row_is("alice> @all a|b")
        user.write("\x1a")
        user.shows("Stopped")
        user.until(lambda: user.mode == user.mode_before)
        assert not user.screen.brackets_paste
        user.enter("fg")
        user.row_is("alice> @all a|b")
        assert user.mode != user.mode_before
        assert user.screen.brackets_paste
        user.write("\x05\x15\x04")
        user.row_is("$ |")
        user.until(lambda: user.mode == user.mode_before)


@pytest.mark.skipif(not shutil.which("bash"), reason="needs a shell with jobs")
@pytest.mark.parametrize("way", rest_is_slow(["kill", "kill -HUP"]))
def test_a_stopped_client_can_be_killed(server: ChatServer, way: str) -> None:
    with (
        other(server) as bob,
        on_terminal("bash", "--norc", "--noediting", "-i", PS1="$ ") as user,
    ):
        user.row_is("$ |")
        user.enter(f"{' '.join(CLIENT)} --port {port_of(server)} --name alice")
        user.row_is("alice> |")
        user.write("\x1a")
        user.shows("Stopped")
        user.until(lambda: user.mode == user.mode_before)
        user.enter(f"{way} %1")  # the shell sends a SIGCONT after it
        assert bob.lines(2) == ["[INFO] alice joined", "[INFO] alice left"]
        user.enter("wait; echo gone")
        user.shows("\ngone")
        assert user.mode == user.mode_before


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_the_main_thread_alone_takes_what_ends_the_client(server: ChatServer) -> None:
    # Or a stopped client that is killed could be stopped again before it hears of it.
    with chatting(server) as user:
        pid = user.process.pid
        threads = os.listdir(f"/proc/{pid}/task")
        blocked = {int(task): blocked_in(pid, task) for task in threads}
    leaving = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT}
    assert blocked.pop(pid) == set()
    # Those of the keys, of the signals, and two of the socket.
    assert list(blocked.values()) == [leaving] * 4


def blocked_in(pid: int, task: str) -> set[int]:
    """Return the signals that a thread does not take."""
    status = Path(f"/proc/{pid}/task/{task}/status").read_text()
    mask = int(status.partition("SigBlk:")[2].split()[0], 16)
    return {number for number in range(1, 65) if mask >> (number - 1) & 1}
