"""Real sessions with `nc` and `telnet`: chat/PROTOCOL.md can be spoken by hand."""

import contextlib
import os
import shutil
import signal
import subprocess
import threading
from collections.abc import Iterator

import pytest

from tests.chat.pty_screen import on_terminal
from tests.conformance.room import Room
from tests.conformance.targets import Target
from tests.support import DEADLINE_S

pytestmark = pytest.mark.needs("joining", "commands", "framing")


@pytest.fixture(autouse=True)
def by_hand(target: Target) -> None:
    if target.by_web:
        pytest.skip("nobody types frames")


def _program(name: str) -> str:
    path = shutil.which(name)
    if path is None and os.environ.get("CI"):
        pytest.fail(f"{name} must be installed where CI is set")
    if path is None:
        pytest.skip(f"{name} is not installed")
    return path


class Hand:
    """A program at a pipe: what we type, and what it shows line by line."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process

    def type(self, line: str) -> None:
        self._process.stdin.write(line.encode() + b"\n")
        self._process.stdin.flush()

    def shown(self) -> str:
        return self._process.stdout.readline().decode().rstrip("\r\n")

    def end_of_input(self) -> list[str]:
        """Close its input, as Ctrl-D does; return what it still shows."""
        self._process.stdin.close()
        return self._process.stdout.read().decode().splitlines()


@contextlib.contextmanager
def _running(*command: str) -> Iterator[Hand]:
    """Run a program; kill it at the deadline, so that no `readline` waits for ever."""
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe) as process:
        late = threading.Timer(DEADLINE_S, process.kill)
        late.start()
        try:
            yield Hand(process)
        finally:
            late.cancel()
            process.kill()
            late.join()


def _nc(room: Room) -> contextlib.AbstractContextManager[Hand]:
    host, port = room.address
    return _running(_program("nc"), "-N", host, str(port))


def test_nc_a_whole_session(room: Room) -> None:
    (bob,) = room.people("bob")
    with _nc(room) as ann:
        assert ann.shown().startswith("[INFO] ")
        ann.type("ann")
        assert ann.shown() == "[INFO] You are ann"
        assert ann.shown().startswith("[INFO] ")
        assert bob.line() == "[INFO] ann joined"
        ann.type("@people")
        assert ann.shown() == "Online: bob"
        ann.type("@all hello")
        assert bob.line() == "ann: hello"
        bob.send("@ann hello yourself")
        assert ann.shown() == "bob (private): hello yourself"
        ann.type("hello")
        assert ann.shown().startswith("[ERROR] ")
        assert ann.end_of_input() == []
    assert bob.line() == "[INFO] ann left"


def test_nc_a_script_in_a_pipe_gets_all_its_answers(room: Room) -> None:
    host, port = room.address
    done = subprocess.run(
        [_program("nc"), "-N", host, str(port)],
        input="ann\n@people\n@ann note\n@nobody hi\n",
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
        check=True,
    )
    greeting, name, commands, *answers = done.stdout.splitlines()
    assert greeting.startswith("[INFO] ")
    assert name == "[INFO] You are ann"
    assert commands.startswith("[INFO] ")
    assert answers[:2] == ["No other users connected", "ann (private): note"]
    assert [line[:8] for line in answers[2:]] == ["[ERROR] "]


def test_nc_two_people_talk(room: Room) -> None:
    with _nc(room) as ann, _nc(room) as bob:
        for hand, name in ((ann, "ann"), (bob, "bob")):
            assert hand.shown().startswith("[INFO] ")
            hand.type(name)
            assert hand.shown() == f"[INFO] You are {name}"
            assert hand.shown().startswith("[INFO] ")
        assert ann.shown() == "[INFO] bob joined"
        bob.type("@all grüß euch 👋")
        assert ann.shown() == "bob: grüß euch 👋"
        assert bob.end_of_input() == []
        assert ann.shown() == "[INFO] bob left"


def test_telnet_a_whole_session(room: Room) -> None:
    (bob,) = room.people("bob")
    host, port = room.address
    with _running(_program("telnet"), host, str(port)) as ann:
        while not ann.shown().startswith("[INFO] "):
            pass  # it tells first that it is trying, and how to escape
        ann.type("ann")
        assert ann.shown() == "[INFO] You are ann"
        assert ann.shown().startswith("[INFO] ")
        assert bob.line() == "[INFO] ann joined"
        ann.type("@all hello")
        assert bob.line() == "ann: hello"
        bob.send("@ann hello yourself")
        assert ann.shown() == "bob (private): hello yourself"
        ann.type("@people")
        assert ann.shown() == "Online: bob"
        ann.end_of_input()
    assert bob.line() == "[INFO] ann left"


@pytest.mark.needs("telnet")
@pytest.mark.parametrize("name", ["", "ann"], ids=["before joining", "joined"])
def test_telnet_after_ctrl_c_goes_on_and_can_be_left(room: Room, name: str) -> None:
    (bob,) = room.people("bob")
    host, port = room.address
    with on_terminal(_program("telnet"), host, str(port)) as user:
        user.shows("[INFO] ")
        if name:
            user.enter(name)
            user.shows("[INFO] You are ann")
        user.write("\x03")  # it is in the way of the next line, as F3 says
        user.shows("[INFO] To leave telnet: ctrl-], then quit")
        user.enter("lost")
        user.shows("[ERROR] That line is not UTF-8")
        user.enter("@people" if name else "ann")
        user.shows("Online: bob" if name else "[INFO] You are ann")
        user.write("\x1d")
        user.shows("telnet>")
        user.enter("quit")
        assert user.status() == 0
    assert bob.lines(2) == ["[INFO] ann joined", "[INFO] ann left"]


def test_nc_is_left_with_ctrl_c(room: Room) -> None:
    (bob,) = room.people("bob")
    host, port = room.address
    with on_terminal(_program("nc"), host, str(port)) as user:
        user.shows("[INFO] ")
        user.enter("ann")
        user.shows("[INFO] You are ann")
        user.write("\x03")
        assert user.status() == -signal.SIGINT
    assert bob.lines(2) == ["[INFO] ann joined", "[INFO] ann left"]


def test_telnet_ends_its_lines_with_CR_LF(room: Room) -> None:
    ann, bob = room.people("ann", "bob")
    ann.send_raw(b"@bob hi\r\n\r\n@people\r\n")
    assert bob.line() == "ann (private): hi"
    assert ann.line() == "Online: bob"
