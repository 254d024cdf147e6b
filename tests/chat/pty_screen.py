"""A program on a pseudo-terminal, and what its user would see there.

The screen is played back by rules of its own, not with the program's: so the two
check each other.  It knows what the client sends and fails at anything else.
"""

import codecs
import contextlib
import os
import re
import select
import struct
import subprocess
import sys
import time
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from lessons.races.sleeping import sleeps
from tests.support import DEADLINE_S, ROOT

if sys.platform != "win32":
    import fcntl
    import pty
    import termios

_TOKEN = re.compile(r"\x1b\[\??[\d;]*[A-Za-z]|.", re.DOTALL)
_UNFINISHED = re.compile(r"\x1b(\[\??[\d;]*)?\Z")

# Take the pseudo-terminal as one's own, so that ctrl-c and a hangup reach us.
_OWN = (
    "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); "
    "os.execvp(sys.argv[1], sys.argv[1:])"
)


class Screen:
    """The rows, those that have scrolled out included, and the cursor."""

    def __init__(self, columns: int) -> None:
        self.columns = columns
        self.cells: list[list[str]] = [[]]  # a wide character has "" behind it
        self.y = self.x = 0
        self.brackets_paste = False
        self.wraps = True
        self.hides_cursor = False
        # What is shown again when a program leaves a screen of its own.
        self.other: tuple[list[list[str]], int, int] | None = None
        self.widths: dict[str, int] = {}  # where they differ from Unicode's
        self._rest = ""

    def feed(self, text: str) -> None:
        text = self._rest + text
        cut = _UNFINISHED.search(text)
        self._rest = cut.group() if cut else ""
        for token in _TOKEN.findall(text.removesuffix(self._rest)):
            self._do(token)

    def _do(self, token: str) -> None:
        if token == "\r":
            self.x = 0
        elif token == "\n":
            self._down()
        elif token == "\x1b[J":
            del self.cells[self.y][self.x :], self.cells[self.y + 1 :]
        elif token == "\x1b[K":
            del self.cells[self.y][self.x :]
        elif token in ("\x1b[?2004h", "\x1b[?2004l"):
            self.brackets_paste = token.endswith("h")
        elif token == "\x1b[H":
            self.y = self.x = 0
        elif token == "\x1b[?1049h":
            if not self.other:  # as tmux and xterm do, it stays there the second time
                self.other = self.cells, self.y, self.x
                self.cells, self.y, self.x = [[]], 0, 0
        elif token == "\x1b[?1049l":
            assert self.other, "it was not on the other screen"
            (self.cells, self.y, self.x), self.other = self.other, None
        elif token in ("\x1b[?25h", "\x1b[?25l"):
            self.hides_cursor = token.endswith("l")
        elif token in ("\x1b[?7h", "\x1b[?7l"):
            self.wraps = token.endswith("h")
        elif token.startswith("\x1b["):
            assert token.endswith("m"), f"unknown sequence {token!r}"
        elif token != "\a":  # the bell is heard, not seen
            assert unicodedata.category(token) != "Cc", f"control {token!r}"
            self._print(token)

    def _down(self) -> None:
        self.y += 1
        if self.y == len(self.cells):
            self.cells.append([])

    def _print(self, char: str) -> None:
        if unicodedata.combining(char) or char in "\u200d\ufe0f":
            self.cells[self.y][self.x - 1] += char
            return
        wide = unicodedata.east_asian_width(char) in "WF"
        width = self.widths.get(char, 1 + wide)
        if self.x + width > self.columns:
            if self.wraps:
                self.x = 0
                self._down()
            else:  # it replaces what is in the last columns
                self.x = self.columns - width
        row = self.cells[self.y]
        row += [" "] * (self.x - len(row))
        row[self.x : self.x + width] = [char] + [""] * (width - 1)
        self.x += width

    @property
    def rows(self) -> list[str]:
        return ["".join(row).rstrip() for row in self.cells]

    @property
    def text(self) -> str:
        return "\n".join(self.rows)

    @property
    def row(self) -> str:
        """The row with the cursor, which is marked as |."""
        cells = self.cells[self.y]
        return "".join(cells[: self.x]) + "|" + "".join(cells[self.x :]).rstrip()


class OnTerminal:
    """A process with a terminal of its own."""

    def __init__(self, command: list[str], columns: int, env: dict[str, str]) -> None:
        self._ours, self._theirs = pty.openpty()
        self.screen = Screen(columns)
        self.raw = ""  # all that was written to the screen
        self._utf8 = codecs.getincrementaldecoder("utf-8")("replace")
        self._set_size(columns)
        self.mode_before = self.mode
        self.process = subprocess.Popen(
            [sys.executable, "-ISc", _OWN, *command],
            stdin=self._theirs,
            stdout=self._theirs,
            stderr=self._theirs,
            start_new_session=True,
            cwd=ROOT,
            env={**os.environ, "TERM": "xterm", "NO_COLOR": "", **env},
        )

    @property
    def mode(self) -> list[Any]:
        return termios.tcgetattr(self._theirs)

    def write(self, text: str) -> None:
        os.write(self._ours, text.encode(errors="surrogateescape"))

    def interrupt(self) -> None:
        """Press ctrl-c when the program waits.

        Python hears of a signal between two of its steps, or when the signal ends a
        call that waits.  If it comes just before such a call, the program waits on.
        """
        task = Path(f"/proc/{self.process.pid}/task/{self.process.pid}")
        self.until(lambda: sleeps(task))
        self.write("\x03")

    def resize(self, columns: int) -> None:
        """Change the width; rows that are too long are cut, as in an xterm."""
        self.screen.columns = columns
        for row in self.screen.cells:
            del row[columns:]
        self.screen.x = min(self.screen.x, columns - 1)
        self._set_size(columns)

    def _set_size(self, columns: int) -> None:
        size = struct.pack("HHHH", 24, columns, 0, 0)
        fcntl.ioctl(self._theirs, termios.TIOCSWINSZ, size)

    def read(self, timeout_s: float) -> bool:
        """Show what the program writes, if that is something before the timeout."""
        if not select.select([self._ours], [], [], timeout_s)[0]:
            return False
        text = self._utf8.decode(os.read(self._ours, 65536))
        self.raw += text
        self.screen.feed(text)
        return True

    def until(self, condition: Callable[[], object]) -> None:
        """Read until `condition()`; fail at the deadline, showing the screen."""
        end_at = time.monotonic() + DEADLINE_S
        while not condition():
            assert time.monotonic() < end_at, f"{self.screen.text}\n{self.screen.row}"
            self.read(max(0, min(0.02, end_at - time.monotonic())))

    def shows(self, text: str, without: str | None = None) -> None:
        """Wait until `text` is seen somewhere, and `without` nowhere.

        Both at once: what a program writes in one piece may be read in two.
        """
        self.until(
            lambda: (
                text in self.screen.text
                and (without is None or without not in self.screen.text)
            )
        )

    def row_is(self, row: str) -> None:
        """Wait until the cursor's row is `row`, with a | where the cursor is."""
        self.until(lambda: self.screen.row == row)

    def paste(self, text: str) -> None:
        """Write `text` as a terminal does when it is pasted."""
        text = text.replace("\n", "\r")
        if self.screen.brackets_paste:
            text = f"\x1b[200~{text}\x1b[201~"
        self.write(text)

    def enter(self, text: str) -> None:
        self.write(text + "\r")

    def status(self) -> int:
        """Wait for the end, read what is left, and return the status."""
        self.until(lambda: self.process.poll() is not None)
        while self.read(0):
            pass
        return self.process.returncode

    def hang_up(self) -> None:
        """Close the terminal, as closing its window would."""
        os.close(self._ours)
        self._ours = -1

    def close(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()
        self.process.wait()
        for descriptor in {self._ours, self._theirs} - {-1}:
            os.close(descriptor)


@contextlib.contextmanager
def on_terminal(*command: str, columns: int = 80, **env: str) -> Iterator[OnTerminal]:
    """Run `command` on a pseudo-terminal, and leave nothing of it behind."""
    if sys.platform == "win32":
        pytest.skip("needs a pty")
    program = OnTerminal(list(command), columns, env)
    try:
        yield program
    finally:
        program.close()
