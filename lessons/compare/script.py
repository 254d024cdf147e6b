"""What the senders say, and how far each receiver has heard it.

Pure: it knows no clock, socket or thread.  Every sender numbers its lines, so a
line that is lost, doubled, torn or out of order is a `Fault` at the receiver.
"""

import sys
from collections.abc import Sequence
from functools import lru_cache

LINE_BYTES = 64  # as received, LF included
PLACES = 1024  # remembered
LINES = 4096  # remembered
NEVER = sys.maxsize  # the number that a sender awaits from itself: it gets no echo


class Fault(Exception):
    """A receiver got something other than what was said."""


class Script:
    """The lines of numbered senders, each line 64 bytes at its receiver.

    `targets` says to whom each sender speaks; without it, to everyone.
    """

    def __init__(
        self, senders: Sequence[str], targets: Sequence[str] | None = None
    ) -> None:
        self.senders = list(senders)
        mark = " (private)" if targets else ""
        self._heads = [f"{name}{mark}: ".encode() for name in senders]
        self._index = {head: i for i, head in enumerate(self._heads)}
        self._verbs = [f"@{to} ".encode() for to in targets or ["all"] * len(senders)]

    def said(self, sender: int, number: int) -> bytes:
        """Return the line to send to the server."""
        return self._verbs[sender] + self._text(sender, number)

    def heard(self, sender: int, number: int) -> bytes:
        """Return the line that a receiver should get."""
        return self._heads[sender] + self._text(sender, number)

    def sender_of(self, line: bytes) -> int:
        """Return who said `line`, by its head; raise Fault for an unknown one."""
        sender = self._index.get(line[: line.find(b": ") + 2])
        if sender is None:
            raise Fault(f"torn or foreign line {line[:80]!r}")
        return sender

    def _text(self, sender: int, number: int) -> bytes:
        room = LINE_BYTES - len(self._heads[sender]) - 1
        return (b"%08d " % number).ljust(room, b".") + b"\n"


class Place:
    """How far one receiver is.

    `counts` says how many lines of each sender it has had, and `rest` is a line that
    has only begun.  These two never change.  `known` does: it is what the last receiver
    at this place heard next, and the place to which that led.
    """

    __slots__ = ("counts", "known", "rest")

    def __init__(self, counts: tuple[int, ...], rest: bytes = b"") -> None:
        self.counts = counts
        self.rest = rest
        self.known: tuple[bytes, Place] | None = None


class Checker:
    """Follow many receivers through one script.

    Most receivers hear the same bytes, one after another.  So only what the first of
    them hears is read line by line.  For the others, `known` is compared with it.
    """

    def __init__(self, script: Script, allowed: bytes = b"") -> None:
        self.script = script
        self._allowed = allowed  # a line that may come at any time, and does not count
        # Receivers that are at the same place share it, if not too far apart.
        self._place = lru_cache(PLACES)(Place)
        self._heard = lru_cache(LINES)(script.heard)

    def start(self, sender: int | None = None) -> Place:
        """Return the place of a receiver that has heard nothing yet."""
        counts = [0] * len(self.script.senders)
        if sender is not None:
            counts[sender] = NEVER
        return self._place(tuple(counts), b"")

    def after(self, place: Place, data: bytes) -> Place:
        """Return where `data` leads from `place`; raise Fault if it may not come."""
        while place.known is not None and data.startswith(place.known[0]):
            piece, place = place.known
            data = data[len(piece) :]
            if not data:
                return place
        return self._read(place, data)

    def _read(self, place: Place, data: bytes) -> Place:
        counts = list(place.counts)
        lines = (place.rest + data).splitlines(keepends=True)
        rest = b"" if lines[-1].endswith(b"\n") else lines.pop()
        if len(rest) >= LINE_BYTES:
            raise Fault(f"torn or foreign line {rest[:80]!r}")
        for line in lines:
            if line != self._allowed:
                self._count(line, counts)
        then = self._place(tuple(counts), rest)
        place.known = data, then
        return then

    def _count(self, line: bytes, counts: list[int]) -> None:
        sender = self.script.sender_of(line)
        due = counts[sender]
        if line != self._heard(sender, due):
            raise self._fault(sender, line, due)
        counts[sender] = due + 1

    def _fault(self, sender: int, line: bytes, due: int) -> Fault:
        name = self.script.senders[sender]
        digits = line[: line.rfind(b" ")].rpartition(b" ")[2]
        number = int(digits) if digits.isdigit() else -1
        if number < 0 or line != self.script.heard(sender, number):
            return Fault(f"torn line {line!r}")
        if due == NEVER:
            return Fault(f"{name} got its own line {number}")
        if number < due:
            return Fault(f"line {number} of {name} came twice")
        return Fault(f"line {number} of {name} came, {due} did not: lost or overtaken")
