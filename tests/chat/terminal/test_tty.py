"""What the client and the console share: lines of standard input, and no output."""

import errno
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from chat.terminal.tty import (
    ask_for_escapes,
    has_escapes,
    is_closed_pipe,
    typed_lines,
)
from chat.wire.framing import NOT_UTF8, Fault
from tests.support import DEADLINE_S, ROOT


def python(script: str, sent: bytes = b"") -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        input=sent,
        capture_output=True,
        timeout=DEADLINE_S,
        check=True,
    )


def reading(*pieces: bytes) -> Callable[[], bytes]:
    """Return a `read` that has these pieces and then the end."""
    left = iter(pieces)
    return lambda: next(left, b"")


# ---- lines


@pytest.mark.parametrize(
    ("pieces", "lines"),
    [
        ([], []),
        ([b"a\n", b"b\r\n"], ["a", "b"]),
        ([b"a", b"b\nc", b"\n\n"], ["ab", "c", ""]),
        ([b"a\n", b"the last lacks", b" its end"], ["a", "the last lacks its end"]),
        ([b"\xc3", b"\xa9\n", b"\xff\n", b"a\x1b\n"], ["é", NOT_UTF8, "a\ufffd"]),
        ([b"x" * 100_000], ["x" * 100_000]),
    ],
)
def test_lines_come_whole(pieces: list[bytes], lines: list[str | Fault]) -> None:
    assert list(typed_lines(reading(*pieces))) == lines


def test_a_terminal_that_has_gone_is_the_end() -> None:
    left = iter([b"a\nb"])

    def read() -> bytes:
        for piece in left:
            return piece
        raise OSError(errno.EIO, "Input/output error")

    assert list(typed_lines(read)) == ["a", "b"]


def test_it_reads_standard_input() -> None:
    script = "from chat.terminal.tty import *; print(*map(repr, typed_lines()))"
    assert python(script, b"one\ntwo").stdout.split() == [b"'one'", b"'two'"]


def test_the_program_may_end_while_a_thread_waits_for_a_line() -> None:
    script = (
        "import threading\n"
        "from chat.terminal.tty import read_input, typed_lines\n"
        "waits = threading.Event()\n"
        "def read():\n"
        "    waits.set()\n"
        "    return read_input()\n"
        "wait = lambda: list(typed_lines(read))\n"
        "threading.Thread(target=wait, daemon=True).start()\n"
        "waits.wait()\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    with process:  # its standard input stays open until it has ended
        try:
            assert process.wait(DEADLINE_S) == 0
        finally:
            process.kill()
        assert process.stderr
        assert process.stderr.read() == b""


# ---- output


def test_a_line_for_standard_error_is_utf8() -> None:
    ended = python("from chat.terminal.tty import *; write_error('Grüße')")
    assert ended.stderr.decode() == "Grüße\n"


def test_without_standard_error_nothing_is_written() -> None:
    script = "import os; os.close(2); from chat.terminal.tty import *; write_error('x')"
    assert python(script).stderr == b""


@pytest.mark.parametrize(("term", "has"), [("dumb", False), ("xterm", True)])
@pytest.mark.skipif(sys.platform == "win32", reason="there the console is asked")
def test_only_a_dumb_terminal_has_no_escapes(
    term: str, has: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", term)
    assert has_escapes(1) is has


class WindowsConsole:
    """The mode of a console, and what the system lets us do with it."""

    def __init__(self, mode: int = 3, answers: bool = True, may: bool = True) -> None:
        self.mode = mode
        self.answers = answers
        self.may = may

    def GetConsoleMode(self, _console: object, mode: Any) -> bool:
        mode._obj.value = self.mode
        return self.answers

    def SetConsoleMode(self, _console: object, mode: int) -> bool:
        if self.may:
            self.mode = mode
        return self.may


def test_a_windows_console_is_asked_for_escapes() -> None:
    console = WindowsConsole(mode=3)
    assert ask_for_escapes(console, None)
    assert console.mode == 7


@pytest.mark.parametrize(
    "console", [WindowsConsole(answers=False), WindowsConsole(may=False)]
)
def test_an_old_windows_console_or_none_has_no_escapes(console: WindowsConsole) -> None:
    assert not ask_for_escapes(console, None)
    assert console.mode == 3


@pytest.mark.parametrize(
    ("number", "is_closed"),
    [(errno.EPIPE, True), (errno.EINVAL, True), (errno.ENOSPC, False)],
)
def test_a_pipe_without_a_reader(number: int, is_closed: bool) -> None:
    """Windows says EINVAL."""
    assert is_closed_pipe(OSError(number, "so")) is is_closed


def test_discarded_output_goes_nowhere() -> None:
    script = (
        "from chat.terminal.tty import discard_output\n"
        "print('seen', flush=True)\n"
        "discard_output()\n"
        "print('not seen', flush=True)\n"
    )
    assert python(script).stdout.split() == [b"seen"]
