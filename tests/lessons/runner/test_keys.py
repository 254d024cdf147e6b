"""Keys from a pipe and from a Windows console; others are seen in test_terminal.py."""

import subprocess
import sys

import pytest

from chat.terminal.keys import KeyDecoder
from chat.terminal.windows import EventDecoder
from lessons.runner.keys import (
    BACKSPACE,
    DOWN,
    END,
    ENTER,
    HOME,
    INTERRUPT,
    LEAVE,
    NAMES,
    UP,
    letters,
)
from tests.chat.terminal.test_windows import on_windows, pressed, told_on_a_console
from tests.support import DEADLINE_S, ROOT

ARROWS_PAGE_UP_AND_INSERT = (0x25, 0x26, 0x27, 0x28, 0x21, 0x2D)


def test_a_line_of_a_pipe_is_its_first_letter() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from lessons.runner.keys import *; print(*keys())"],
        cwd=ROOT,
        input=b"q\n  Next\r\n\xff\nlast",
        capture_output=True,
        timeout=DEADLINE_S,
        check=True,
    )
    assert done.stdout.split() == [b"q", b"N", b"l"]


def test_on_a_windows_console_an_arrow_is_no_letter() -> None:
    """To `msvcrt.getwch` the arrow up is the letters à and H, and H asks for a hint."""
    records = b"".join(pressed(code=code) for code in ARROWS_PAGE_UP_AND_INSERT)
    keys = EventDecoder(NAMES).feed(records + pressed("à\x03q"))
    assert list(letters(keys)) == [UP, DOWN, "à", INTERRUPT, "q"]


def test_the_keys_that_move_search_and_leave_on_a_windows_console() -> None:
    moving = b"".join(pressed(code=code) for code in (0x26, 0x28, 0x24, 0x23))
    assert named(moving) == [UP, DOWN, HOME, END]
    assert named(pressed("/")) == ["/"]
    assert named(pressed("\r") + pressed("\b") + pressed("\x1b")) == [
        ENTER,
        BACKSPACE,
        LEAVE,
    ]


def named(records: bytes) -> list[str]:
    return list(letters(EventDecoder(NAMES).feed(records)))


@pytest.mark.parametrize(
    ("sent", "name"),
    [
        ("\x1b[A\x1bOA", UP),
        ("\x1b[B\x1bOB", DOWN),
        ("\x1b[H\x1bOH\x1b[1~\x1b[7~", HOME),
        ("\x1b[F\x1bOF\x1b[4~\x1b[8~", END),
        ("\r\n", ENTER),
        ("\x7f\b", BACKSPACE),
        ("\x1b\x1b\x04", LEAVE),
    ],
)
def test_terminals_send_other_bytes_for_one_key(sent: str, name: str) -> None:
    found = list(letters(KeyDecoder(NAMES).feed(sent.encode())))
    assert set(found) == {name}
    assert len(found) > 1


@on_windows
def test_the_keys_of_the_console_are_read() -> None:
    script = "from lessons.runner.keys import keys\nprint(next(keys()))"
    assert told_on_a_console(script) == "G"
