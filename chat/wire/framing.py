"""Bytes in, lines out: how a stream is cut into lines.

PURE: no socket, clock or thread, so every rule of PROTOCOL.md section 1 can be
tested with a string.  Both the server and the client stand on it.
"""

from dataclasses import dataclass

from chat import config
from chat.wire.text import clean


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that is no line; after a fatal one the sender is to be closed."""

    reason: str
    fatal: bool = False


NOT_UTF8 = Fault("That line is not UTF-8; it was thrown away")
ENDLESS = Fault("No end of line came; you are disconnected", fatal=True)


class LineBuffer:
    """Cut a stream of bytes into clean lines, however its chunks fall.

    It holds at most `max_bytes` (0: no limit) of an unfinished line.  What is
    unfinished at the end of the stream is no line: drop the buffer with it.
    """

    def __init__(self, max_bytes: int = config.MAX_LINE_BYTES) -> None:
        self._max_bytes = max_bytes
        self._tail = bytearray()  # of the unfinished line, unless that is too long
        self._length = 0  # of the unfinished line, kept or not
        self._dead = False
        self.too_long = Fault(
            f"A line has at most {max_bytes} bytes; yours had more and was thrown away"
        )

    def feed(self, data: bytes) -> list[str | Fault]:
        """Take the next bytes; return the lines and faults that they complete.

        After a fatal fault it returns nothing any more.
        """
        found: list[str | Fault] = []
        *ended, rest = data.split(b"\n")
        for piece in ended:
            self._extend(piece, found)
            self._finish(found)
        self._extend(rest, found)
        return found

    def _extend(self, piece: bytes, found: list[str | Fault]) -> None:
        """Add to the unfinished line; a limit that is passed just now is a fault."""
        before, self._length = self._length, self._length + len(piece)
        limit = self._max_bytes or self._length + 1
        if self._length < limit:
            self._tail += piece
            return
        self._tail.clear()
        if before < limit:
            self._report(self.too_long, found)
        if self._length >= limit * config.ENDLESS_LINES:
            self._report(ENDLESS, found)

    def _finish(self, found: list[str | Fault]) -> None:
        """End the line at its LF."""
        if not self._max_bytes or self._length < self._max_bytes:
            self._report(_decode(self._tail), found)
        self._tail.clear()
        self._length = 0

    def _report(self, item: str | Fault, found: list[str | Fault]) -> None:
        if not self._dead:
            found.append(item)
        self._dead |= item is ENDLESS


def _decode(raw: bytearray) -> str | Fault:
    if raw.endswith(b"\r"):
        del raw[-1:]
    try:
        return clean(raw.decode())
    except UnicodeDecodeError:
        return NOT_UTF8
