"""Bytes in, lines out: how a stream is cut into lines.

TCP carries bytes, not lines.  One `recv` may return half a line, or ten of them, and
may cut a character in two.  So the bytes are collected here until an LF has come, and
only a whole line is decoded.  These are the rules of section 1 of chat/PROTOCOL.md.

What looks simpler does not work.  `readline(limit)` of a socket's file returns the
first `limit` bytes of a longer line, and the rest as if it were *the next line*: a user
could hide a command in it.  `recv(4096).decode()` fails when a character is cut.
`str.splitlines` also splits at VT, FF, NEL and U+2028, so one user could send what
looks like a line of another.

PURE: no socket, clock or thread, so that every rule can be tested with a string.  The
server and the client both use it.
"""

import re
import sys
from dataclasses import dataclass

from chat import config
from chat.wire.text import clean


@dataclass(frozen=True, slots=True)
class Fault:
    """What came instead of a line; after a fatal one its sender must be closed."""

    reason: str
    fatal: bool = False


# What some programs send before the first line, and no user types: a byte order mark,
# or the options that PuTTY offers in its telnet mode (IAC; WILL, DO or so; which one).
_OPENING = re.compile(rb"(?:\xff[\xfb-\xfe].)*(?:\xef\xbb\xbf)?", re.DOTALL)

BACKSPACES = 256  # in a line that somebody types
_CONTROL = re.compile(r"[\x00-\x07\x0a-\x1f\x7f]")

NOT_UTF8 = Fault("That line is not UTF-8; it was thrown away")
ENDLESS = Fault("No end of line came; you are disconnected", fatal=True)


class LineBuffer:
    """Cut a stream of bytes into clean lines, in whatever pieces it arrives.

    It keeps at most `max_bytes` (0: no limit) of an unfinished line.  What is left at
    the end of the stream is not a line (F4), and there is no method to get it.

    Only one thread may use it.
    """

    def __init__(self, max_bytes: int = config.MAX_LINE_BYTES) -> None:
        self._limit = max_bytes or sys.maxsize  # where a line is too long
        self._tail = bytearray()  # the unfinished line; empty once it is too long
        self._length = 0  # of the unfinished line, even if it is not kept
        self._dead = False  # a fatal fault was reported
        self._is_first = True  # no line has ended yet
        self.too_long = Fault(
            f"A line has at most {max_bytes} bytes; yours had more and was thrown away"
        )

    def feed(self, data: bytes) -> list[str | Fault]:
        """Take the next bytes; return the lines and faults that they complete.

        After a fatal fault it returns nothing more.
        """
        found: list[str | Fault] = []
        *ended, rest = data.split(b"\n")
        for piece in ended:
            self._extend(piece, found)
            self._finish(found)
        if rest:
            self._extend(rest, found)
        return found

    def _extend(self, piece: bytes, found: list[str | Fault]) -> None:
        """Add to the unfinished line, and report each limit once, when it is passed.

        A line that is too long is reported before its LF comes, because it may never
        come.  From then on its bytes are only counted.
        """
        before = self._length
        self._length += len(piece)
        if self._length < self._limit:
            self._tail += piece
            return
        self._tail.clear()
        if before < self._limit:
            self._report(self.too_long, found)
        if self._length >= self._limit * config.ENDLESS_LINES:
            self._report(ENDLESS, found)

    def _finish(self, found: list[str | Fault]) -> None:
        """End the line at its LF."""
        if self._length < self._limit:
            if self._is_first:
                self._tail = bytearray(_OPENING.sub(b"", self._tail, count=1))
            if not self._dead:
                found.append(_decode(self._tail))
        self._is_first = False
        self._tail.clear()
        self._length = 0

    def _report(self, fault: Fault, found: list[str | Fault]) -> None:
        if not self._dead:
            found.append(fault)
        self._dead = self._dead or fault is ENDLESS


def _decode(raw: bytearray) -> str | Fault:
    if raw.endswith(b"\r"):
        del raw[-1:]
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        return NOT_UTF8
    return clean(_edited(text) if "\b" in text else text)


def _edited(text: str) -> str:
    """Return a line that was typed in Windows' telnet, as its user sees it.

    That telnet sends each key at once, and a backspace as such a character.  A line
    with other control characters was not typed, and neither was one with very many.
    """
    begin, *pieces = text.split("\b")
    if len(pieces) > BACKSPACES or _CONTROL.search(text):
        return text
    kept = list(begin)
    for piece in pieces:
        del kept[-1:]
        kept += piece
    return "".join(kept)
