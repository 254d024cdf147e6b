"""The screen of `watch` on a terminal: a head, a foot, and news in between.

It belongs to the main thread.  The newest news is on top, and pushes the older ones
down; what finds no room can be scrolled to.  The terminal's own screen comes back as it
was when this one is left.
"""

import contextlib
import os
import re
import shutil
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from chat.terminal.tty import has_escapes
from lessons.runner.screen import FAINT, Screen
from lessons.runner.wrapping import seen

MOST_NEWS = 20
STOPPED_S = 1.0
LOWEST = 12  # rows: in a lower window there is no room for head and foot
_BEGIN, _END = "\x1b[?1049h\x1b[?25l", "\x1b[?25h\x1b[?1049l"
_HOME, _CLEAR_ROW, _CLEAR_BELOW = "\x1b[H", "\x1b[K", "\x1b[J"
_LINK = re.compile("\x1b]8;[^\x1b]*\x1b\\\\")  # the beginning or the end of one
_PIECE = re.compile(r"\x1b\[[\d;]*m|.")  # a colour, or a character
_LINKING = ("KITTY_WINDOW_ID", "WT_SESSION", "KONSOLE_VERSION", "VTE_VERSION")
_LINKING_PROGRAMS = ("iTerm.app", "WezTerm", "vscode", "ghostty")


def can_show() -> bool:
    """Tell whether this terminal can have a screen that is drawn in place."""
    is_terminal = sys.stdin.isatty() and sys.stdout.isatty() and has_escapes(1)
    return is_terminal and shutil.get_terminal_size().lines >= LOWEST


def link(path: Path, text: str) -> str:
    """Return a file's name as a link, in the terminals that are known to have them."""
    if os.environ.get("TERM_PROGRAM") not in _LINKING_PROGRAMS and not any(
        name in os.environ for name in _LINKING
    ):
        return text
    return f"\x1b]8;;{path.resolve().as_uri()}\x1b\\{text}\x1b]8;;\x1b\\"


class Board(Screen):
    """What is written becomes part of the newest news, and is drawn at once."""

    def __init__(
        self, head: Callable[["Board"], list[str]], keys: Sequence[str]
    ) -> None:
        super().__init__()
        self._head = head
        self._keys = keys
        self._news: deque[list[str]] = deque([[]], maxlen=MOST_NEWS)
        self._first = 0  # of the news' rows, the one that is shown on top
        self._room = 1  # rows for the news
        self._over: list[str] = []  # shown above the news
        self._chosen = 0  # which line of it is always seen
        self._keys_over: Sequence[str] = ()  # in place of the others
        self._drawn_size = shutil.get_terminal_size()
        self._is_shown = False
        self._refreshed_at = time.monotonic()

    @contextlib.contextmanager
    def shown(self) -> Iterator[None]:
        """Show it; whatever ends that, the terminal's own screen comes back."""
        sys.stdout.write(_BEGIN)
        self._is_shown = True
        try:
            self.draw()
            yield
        finally:
            self._is_shown = False
            sys.stdout.write(_END)
            sys.stdout.flush()

    def begin(self) -> list[str]:
        """Begin with other news, above the last; return what `go_on` takes."""
        self._first = 0
        if self._news[0]:
            self._news.appendleft([])
        return self._news[0]

    def go_on(self, news: list[str]) -> None:
        """Go on with earlier news: what is written now belongs to them."""
        if self._news[0] is not news:
            others = [each for each in self._news if each is not news]
            self._news.clear()
            self._news.extend([news, *others])
            self._first = 0

    def write(self, *lines: str) -> None:
        """Add lines to the news."""
        for line in lines or ("",):
            self._news[0] += line.split("\n")
        self.draw()

    @property
    def page(self) -> int:
        """Return by how many rows to scroll for those that are not seen yet."""
        return max(1, self._room - 2)  # "..." is in the first and in the last row

    def scroll(self, rows: int) -> None:
        """Show what is further down; with a number below 0, further up."""
        self._first += rows
        self.draw()

    def lay_over(
        self, lines: list[str], chosen: int = 0, keys: Sequence[str] = ()
    ) -> None:
        """Show these above the news, with their own keys; [] takes them away again.

        Where they are too many for the window, the `chosen` line is among those shown.
        """
        self._over, self._chosen, self._keys_over = lines, chosen, keys
        self.draw()

    def refresh(self) -> None:
        """Draw once more if the window has another size, or others wrote into it.

        Call it often: if it was not called for a while, we were stopped (ctrl-z), and
        the shell has had the terminal.
        """
        now = time.monotonic()
        was_stopped, self._refreshed_at = now > self._refreshed_at + STOPPED_S, now
        if was_stopped and self._is_shown:
            sys.stdout.write(_BEGIN)
        if was_stopped or shutil.get_terminal_size() != self._drawn_size:
            self.draw()

    def draw(self) -> None:
        """Write all rows over the old ones, in one piece: nothing flickers."""
        if not self._is_shown:
            return
        self._drawn_size = size = shutil.get_terminal_size()
        foot = ["", *self._foot()]
        head = [*self._head(self), ""]
        room = max(1, size.lines - len(head) - len(foot))
        body = self._body(room)
        rows = [*head, *body, *[""] * (room - len(body)), *foot][: size.lines]
        text = "\r\n".join(f"{self._cut(row)}{_CLEAR_ROW}" for row in rows)
        sys.stdout.write(_HOME + text + _CLEAR_BELOW)
        sys.stdout.flush()

    def _body(self, room: int) -> list[str]:
        """Return at most `room` rows: what is laid over, and the news."""
        if len(self._over) >= room - 1:
            last = len(self._over) - room
            first = max(0, min(last, self._chosen - room // 2))
            return self._over[first : first + room]
        lines = list(self._over)
        for news in self._news:
            lines += ["", *news] if lines else news
        while lines and not lines[0]:
            del lines[0]
        return self._window(lines, room)

    def _window(self, lines: list[str], room: int) -> list[str]:
        """Return those of the lines that are scrolled to; "..." is where others are."""
        last = max(0, len(lines) - room)
        self._room, self._first = room, max(0, min(last, self._first))
        first = 0 if self._over else self._first
        shown = lines[first : first + room]
        if first:
            shown[0] = self.paint("...", FAINT)
        if first < last:
            more = "..." if self._over else "... (arrows or space: more)"
            shown[-1] = self.paint(more, FAINT)
        return shown

    def _foot(self) -> list[str]:
        """Return the keys, in as many rows as they need."""
        rows = [""]
        for key in self._keys_over or self._keys:
            longer = f"{rows[-1]}   {key}".lstrip()
            if len(longer) > self.width:
                rows.append(key)
            else:
                rows[-1] = longer
        return [self.paint(row, FAINT) for row in rows]

    def _cut(self, row: str) -> str:
        """Return a row that fits the window; there is no link in one that is cut."""
        width = self._drawn_size.columns
        text = _LINK.sub("", row)
        if seen(text) <= width:
            return row
        kept, free = "", width - 1
        for piece in _PIECE.findall(text):
            free -= seen(piece)
            if free < 0:
                break
            kept += piece
        return f"{kept}…" + "\x1b[m" * self.has_colours
