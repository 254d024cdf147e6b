"""What the client and the console share: lines of standard input, and no output."""

import errno
import subprocess
import sys
from collections.abc import Callable

import pytest

from chat.terminal.tty import typed_lines
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


def test_discarded_output_goes_nowhere() -> None:
    script = (
        "from chat.terminal.tty import discard_output\n"
        "print('seen', flush=True)\n"
        "discard_output()\n"
        "print('not seen', flush=True)\n"
    )
    assert python(script).stdout.split() == [b"seen"]
