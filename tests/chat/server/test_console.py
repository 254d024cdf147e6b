"""The teacher's console: on a real terminal, what one sees of it."""

import contextlib
import logging
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from chat.server import console
from tests.chat.pty_screen import OnTerminal, on_terminal
from tests.marks import rest_is_slow
from tests.support import Client, server_process

if sys.platform != "win32":
    import termios

SERVER = (sys.executable, "-m", "chat.server", "--port", "0")


@pytest.mark.parametrize(("in_front", "start"), [(True, "\r\x1b[K"), (False, "")])
def test_the_log_erases_a_row_only_in_the_foreground(
    monkeypatch: pytest.MonkeyPatch, in_front: bool, start: str
) -> None:
    monkeypatch.setattr(console, "has_escapes", lambda _stream: True)
    monkeypatch.setattr(console, "is_in_foreground", lambda: in_front)
    record = logging.LogRecord("chat", logging.INFO, "", 0, "ann left", None, None)
    assert console.LogHandler().format(record) == start + "ann left"


@contextlib.contextmanager
def teaching(*options: str, **env: str) -> Iterator[tuple[OnTerminal, tuple[str, int]]]:
    """A server with a console, and its address."""
    with on_terminal(*SERVER, *options, **env) as user:
        address = address_on(user)
        user.shows("Type help for what you can do here\n")
        yield user, address


def address_on(user: OnTerminal) -> tuple[str, int]:
    pattern = re.compile(r"Listening on 127\.0\.0\.1:(\d+)\n")
    user.until(lambda: pattern.search(user.screen.text))
    return "127.0.0.1", int(pattern.findall(user.screen.text)[-1])


def test_a_lesson() -> None:
    with (
        teaching() as (user, address),
        Client(address).join("ann") as ann,
        Client(address).join("bob") as bob,
    ):
        assert ann.line() == "[INFO] bob joined"
        user.enter("say good morning")
        morning = "[INFO] The teacher says: good morning"
        assert (ann.line(), bob.line()) == (morning, morning)
        user.enter("mute BOB 100")
        assert bob.line() == "[INFO] You are muted for 100 s"
        bob.send("@all psst")
        assert bob.line().startswith("[ERROR] You are muted for another ")
        user.enter("nonsense")
        user.shows("There is no command nonsense")
        user.enter("kick bob")
        assert bob.rest() == ["[ERROR] The teacher has removed you from the room"]
        assert ann.line() == "[INFO] bob left"
        user.shows("bob left: removed by the teacher")
        user.enter("people")
        user.shows("1 online\nann 127.0.0.1 0 min")
        user.enter("stop")
        assert ann.rest() == ["[INFO] The server is shutting down"]
        assert user.status() == 0
        assert user.mode == user.mode_before


def test_a_line_of_the_log_has_a_row_and_spoils_no_command() -> None:
    with teaching() as (user, address):
        user.write("peo")
        user.shows("\npeo")
        with Client(address).join("ann"):
            user.shows("ann joined from")
            assert re.search(r"^\d\d:\d\d:\d\d ann joined", user.screen.rows[-2])
            user.write("\x12")
            user.row_is("peo|")
            user.enter("ple")
            user.shows("1 online\nann 127.0.0.1 0 min")


def test_the_arrow_keys_bring_earlier_commands_back() -> None:
    with teaching() as (user, address):
        for command in ("rate 5", "nonsense"):
            user.enter(command)
        user.shows("There is no command nonsense")
        for key, row in (("A", "nonsense|"), ("A", "rate 5|"), ("B", "nonsense|")):
            user.write(f"\x1b[{key}")
            user.row_is(row)
        with Client(address).join("ann"):  # a line of the log comes above it
            user.shows("ann joined from")
            user.row_is("nonsense|")
        user.write("\x1b[A\r")
        user.until(
            lambda: user.screen.text.count("Each client may now send 5 lines") == 2
        )


def test_without_readchar_the_row_is_the_terminals_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setitem(sys.modules, "readchar", None)
    assert console.open_prompt() is None


@pytest.mark.parametrize("term", ["dumb", "xterm"])
def test_a_dumb_terminal_gets_no_escape_sequence(term: str) -> None:
    with teaching(TERM=term) as (user, address), Client(address).join("ann"):
        user.shows("ann joined from")
        assert ("\x1b" in user.raw) == (term == "xterm")


def test_a_line_that_is_not_utf8_is_answered() -> None:
    with teaching() as (user, _):
        user.enter("kick \udcff")  # a byte alone
        user.shows("\nThat line is not UTF-8; it was thrown away\n")
        user.enter("people")
        user.shows("Nobody is here")


def test_rate_counts_for_those_who_are_there() -> None:
    with (
        teaching("--rate", "0.01", "--burst", "2") as (user, address),
        Client(address).join("ann") as ann,  # the name is a line, too
    ):
        user.enter("rate 1000")
        user.shows("Each client may now send")
        ann.send(*["@ann hi"] * 50)
        assert ann.lines(50) == ["ann (private): hi"] * 50


def test_the_end_of_its_input_ends_the_console_alone() -> None:
    with teaching() as (user, address), Client(address).join("ann") as ann:
        user.write("\x04")
        user.shows("The console has ended; the room goes on. Ctrl-C stops it.")
        user.enter("kick ann")
        assert ann.settle() == []
        user.write("\x03")
        assert user.status() == 0
        assert ann.rest() == ["[INFO] The server is shutting down"]


@pytest.mark.skipif(not shutil.which("bash"), reason="needs a shell with jobs")
def test_in_the_background_the_server_runs_and_leaves_the_keys_to_the_shell() -> None:
    with on_terminal("bash", "--norc", "--noediting", "-i", PS1="$ ") as user:
        user.row_is("$ |")
        user.enter(" ".join(SERVER) + " &")
        address = address_on(user)
        with Client(address).join("ann") as ann:
            user.enter("kick ann")
            user.shows("kick: command not found")
            assert ann.settle() == []
            user.enter("jobs; echo $((6 * 7))")
            user.shows("\n42")
            assert "Stopped" not in user.screen.text
            user.enter("fg")
            user.enter("people")
            user.shows("1 online\nann 127.0.0.1 0 min")
            user.until(lambda: not user.mode[3] & termios.ECHO)
            user.write("\x1b[A")
            user.row_is("people|")
            user.write("\x1a")
            user.shows("Stopped")
            user.enter("bg")
            assert ann.settle() == []
            user.enter("kill %1; wait %1; echo status $?")
            user.shows("\nstatus 0")


@pytest.mark.parametrize(
    "elsewhere", rest_is_slow(["</dev/null", "| cat", "2>/dev/null"])
)
def test_without_a_terminal_there_is_no_console(elsewhere: str) -> None:
    with on_terminal("sh", "-c", f"{' '.join(SERVER)} {elsewhere}") as user:
        address = address_on(user)
        with Client(address).join("ann") as ann:
            user.enter("kick ann")
            user.enter("stop")
            assert ann.settle() == []
            assert "teacher" not in user.screen.text
        user.write("\x03")
        user.status()


def test_commands_in_a_pipe_are_not_read() -> None:
    with server_process(stdin=subprocess.PIPE) as process:
        process.stdin.write("stop\n")
        process.stdin.flush()
        with Client(process.address).join("ann") as ann:
            assert ann.settle() == []
        assert "ann joined" in next(iter(process.stderr.readline, ""), "")
        process.send_signal(signal.SIGTERM)
        _, log = process.communicate()
        assert "Stopping" not in log
