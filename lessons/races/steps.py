"""Which operations of a piece of code another thread could notice.

Only those are worth a decision: reading a local variable is not, reading an
attribute, an item or a rebindable global is, and so is every call and loop.
PURE, but for reading the source file.
"""

import dis
import linecache
import sys
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from types import CodeType
from typing import Any, NamedTuple

# Operation names of CPython 3.11 to 3.14, and what they do to shared state.
_VERBS = {
    "LOAD_ATTR": "read",
    "STORE_ATTR": "write",
    "DELETE_ATTR": "delete",
    "BINARY_SUBSCR": "read",
    "BINARY_SLICE": "read",
    "STORE_SUBSCR": "write",
    "STORE_SLICE": "write",
    "DELETE_SUBSCR": "delete",
    "CONTAINS_OP": "test",
    "GET_ITER": "begin the loop",
    "FOR_ITER": "next item",
    "LIST_EXTEND": "copy",
    "SET_UPDATE": "copy",
    "DICT_UPDATE": "copy",
    "CALL": "call",
    "CALL_KW": "call",
    "CALL_FUNCTION_EX": "call",
    "LOAD_DEREF": "read",
    "STORE_DEREF": "write",
    "STORE_GLOBAL": "write",
    "DELETE_GLOBAL": "delete",
    "BEFORE_WITH": "enter",
    "WITH_EXCEPT_START": "leave with",
}
_WITHOUT_TEXT = ("begin the loop", "next item", "leave with")
_COMPREHENSIONS = ("<listcomp>", "<setcomp>", "<dictcomp>")  # frames up to 3.11
_REBINDABLE = (int, float, str, bytes, tuple, type(None))  # by `global x; x = ...`


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
    """One visible operation: what it is as a step of its own, and as a line."""

    itself: Place
    as_line: Place
    offset: int
    apart: bool  # never part of the step before it, though on the same line


def visible(code: CodeType, namespace: Mapping[str, Any]) -> dict[int, Operation]:
    """Return the visible operations of `code` by their offset."""
    found: dict[int, Operation] = {}
    entered: set[int] = set()  # lines on which a `with` has begun
    text = ""
    for instruction, verb in _shared(code, namespace):
        line, piece = _where(code, instruction)
        if verb != "enter":  # of a `with`, what it enters was read just before
            text = "" if verb in _WITHOUT_TEXT else piece
        again = verb == "enter" and line in entered
        if verb == "enter":
            entered.add(line)
        leaving = verb == "leave with"
        itself = Place(code, line, f"{verb} {text}".rstrip(), leaving)
        as_line = Place(code, line, f"then enter {text}" if again else "", leaving)
        found[instruction.offset] = Operation(
            itself, as_line, instruction.offset, again
        )
    return found


def _shared(
    code: CodeType, namespace: Mapping[str, Any]
) -> Iterator[tuple[dis.Instruction, str]]:
    private = _private_cells(code)
    before: deque[dis.Instruction] = deque(maxlen=3)
    made: list[str] = []  # generators and comprehensions whose call is to come
    for instruction in dis.get_instructions(code):
        name, value = instruction.opname, instruction.argval
        last = before[-1] if before else instruction
        if name == "PRECALL":  # 3.11: a CALL follows
            continue
        if name == "MAKE_FUNCTION" and last.argrepr.startswith("<code object <"):
            made.append(before[-1].argval.co_name)
        if name == "LOAD_GLOBAL":
            if isinstance(namespace.get(value, len), _REBINDABLE):
                yield instruction, "read"
        elif name == "CALL" and last.opname == "GET_ITER":
            if made and made.pop() not in _COMPREHENSIONS:  # no call since 3.12
                yield instruction, "call"
        elif name == "CALL" and _leaves_with(instruction, before):
            yield instruction, "leave with"
        elif name == "BINARY_OP" and instruction.argrepr.endswith("="):
            if last.opname != "LOAD_CONST":  # a number or a text: nothing is mutated
                yield instruction, "change"
        elif name in _VERBS and not _unseen(instruction, private):
            yield instruction, _VERBS[name]
        before.append(instruction)


def _unseen(instruction: dis.Instruction, private: set[str]) -> bool:
    name = instruction.opname
    if name == "LOAD_ATTR":  # of a method: it is the call that counts
        return sys.version_info >= (3, 12) and bool((instruction.arg or 0) & 1)
    return name.endswith("_DEREF") and instruction.argval in private


def _leaves_with(call: dis.Instruction, before: Iterable[dis.Instruction]) -> bool:
    """Tell whether `call` is that of `__exit__(None, None, None)`."""
    nothing = [i for i in before if i.opname == "LOAD_CONST" and i.argval is None]
    return call.arg == 2 and len(nothing) == 3


def _private_cells(code: CodeType) -> set[str]:
    """Return the variables that only the code's own comprehensions share."""
    if code.co_name in _COMPREHENSIONS:
        return set(code.co_freevars)
    inner = [c for c in code.co_consts if isinstance(c, CodeType)]
    others = [c for c in inner if c.co_name not in _COMPREHENSIONS]
    shared = {name for c in others for name in c.co_freevars}
    return set(code.co_cellvars) - shared


def _where(code: CodeType, instruction: dis.Instruction) -> tuple[int, str]:
    """Return the line of an operation, and its piece of the source on that line."""
    where = instruction.positions
    if where is None or where.lineno is None:
        return code.co_firstlineno, ""
    line = linecache.getline(code.co_filename, where.lineno).rstrip("\n")
    end = where.end_col_offset if where.end_lineno == where.lineno else None
    piece = line.encode()[where.col_offset or 0 : end].decode(errors="replace")
    return where.lineno, piece
