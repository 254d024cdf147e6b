"""The steps of a piece of code: the places where it matters who runs next.

Only an operation that another thread could notice is worth a decision: reading a local
variable is not, reading an attribute, an item or a rebindable global is, and so is each
call and each turn of a loop.  Fewer decisions mean fewer schedules, whose number grows
steeply.

By default all the operations of a line are one step, because people read lines.  In a
line that is opened each operation is a separate step, and it knows what it is then.

PURE, but for reading the source file.
"""

import dis
import linecache
from collections.abc import Mapping
from types import CodeType
from typing import Any, NamedTuple

from lessons.races.bytecode import touches

_WITHOUT_TEXT = ("begin the loop", "next item", "leave with")


class Place(NamedTuple):
    """A step in the source; at line level `operation` is empty."""

    code: CodeType
    line: int
    operation: str = ""
    leaving: bool = False  # the end of a `with` block, back at its first line

    @property
    def source(self) -> str:
        """Return the line without its indentation."""
        return linecache.getline(self.code.co_filename, self.line).strip()


class Operation(NamedTuple):
    """One visible operation: what it is as a separate step, and in its line."""

    itself: Place
    as_line: Place
    offset: int
    apart: bool  # never part of the step before it, though on the same line
    again: bool  # the compiler has written it twice, and this is not the first


def visible(code: CodeType, namespace: Mapping[str, Any]) -> dict[int, Operation]:
    """Return the visible operations of `code` by their offset."""
    found: dict[int, Operation] = {}
    entered: set[int] = set()  # lines on which a `with` has begun
    written = set()
    text = ""
    for verb, offset, where in touches(code, namespace):
        line, piece = _where(code, where)
        if verb != "enter":  # of a `with`, what it enters was read just before
            text = "" if verb in _WITHOUT_TEXT else piece
        then = verb == "enter" and line in entered
        if verb == "enter":
            entered.add(line)
        leaving = verb == "leave with"
        itself = Place(code, line, f"{verb} {text}".rstrip(), leaving)
        as_line = Place(code, line, f"then enter {text}" if then else "", leaving)
        # Up to 3.12 each lock of a `with` is entered at the place of the whole `with`.
        again = (verb, where, text) in written
        written.add((verb, where, text))
        found[offset] = Operation(itself, as_line, offset, then, again)
    return found


def _where(code: CodeType, where: dis.Positions | None) -> tuple[int, str]:
    """Return the line of an operation, and its piece of the source on that line."""
    if where is None or where.lineno is None:
        return code.co_firstlineno, ""
    line = linecache.getline(code.co_filename, where.lineno).rstrip("\n")
    end = where.end_col_offset if where.end_lineno == where.lineno else None
    piece = line.encode()[where.col_offset or 0 : end].decode(errors="replace")
    return where.lineno, piece
