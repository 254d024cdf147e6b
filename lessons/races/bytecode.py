"""Where a function's bytecode touches what threads may share, on CPython 3.11 to 3.15.

PURE.  The compiler changes from version to version: entering a `with` is one
instruction on 3.13 and seven on 3.14.  All these differences are in this file, so
the same source has the same steps on every Python.  A test checks that for every way
to touch what is shared (tests/lessons/races/idioms.py).  Where a line of source is
spread over several lines, it holds from 3.13 on: older versions do not know on which
of the lines an item is taken or a `with` is left.  selftest.py refuses to work on a
Python whose bytecode is not known here.
"""

import dis
import sys
from collections.abc import Iterator, Mapping, Sequence
from types import CodeType
from typing import Any, NamedTuple

# The names of instructions, and what they do to shared state.
_VERBS = {
    "LOAD_ATTR": "read",
    "LOAD_SUPER_ATTR": "read",
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
    "CALL_KW": "call",
    "CALL_FUNCTION_EX": "call",
    "LOAD_DEREF": "read",
    "STORE_DEREF": "write",
    "STORE_GLOBAL": "write",
    "DELETE_GLOBAL": "delete",
    "BEFORE_WITH": "enter",  # since 3.14: LOAD_SPECIAL and CALL
    "WITH_EXCEPT_START": "leave with",
}
_CONSTANTS = ("LOAD_CONST", "LOAD_SMALL_INT", "LOAD_COMMON_CONSTANT")
_REBINDABLE = (int, float, str, bytes, tuple, type(None))  # by `global x; x = ...`
COMPREHENSIONS = ("<listcomp>", "<setcomp>", "<dictcomp>")  # frames up to 3.11
_INNER = (*COMPREHENSIONS, "<genexpr>")

Where = dis.Positions | None


class Touch(NamedTuple):
    """What one instruction does that another thread could notice."""

    verb: str
    offset: int  # a thread stops before it
    where: Where


def has_columns(code: CodeType) -> bool:
    """Tell whether `code` knows the columns of its source.

    Without them it looks as if all calls of a line were one, and steps are missed.
    """
    return any(start is not None for _, _, start, _ in code.co_positions())


def touches(code: CodeType, namespace: Mapping[str, Any]) -> Iterator[Touch]:
    """Yield what `code` does to shared state, in the order of the bytecode."""
    private = _private_cells(code)
    silent: set[Where] = set()  # a CALL there makes a generator or an AssertionError
    before: list[dis.Instruction] = []
    for now in _instructions(code):
        match now.opname:
            case "MAKE_FUNCTION" if getattr(before[-1].argval, "co_name", "") in _INNER:
                silent.add(now.positions)
            case "LOAD_ASSERTION_ERROR":
                silent.add(now.positions)
            case "LOAD_COMMON_CONSTANT" if now.argrepr == "AssertionError":
                silent.add(now.positions)
            case "LOAD_GLOBAL":
                if isinstance(namespace.get(now.argval, len), _REBINDABLE):
                    yield Touch("read", now.offset, now.positions)
            case "BINARY_OP":
                if verb := _operation(now, before[-1]):
                    yield Touch(verb, now.offset, now.positions)
            case "CALL":
                yield from _calls(now, before, silent)
            case "FOR_ITER" if _inlined(before, silent):
                # 3.14 loops itself where any(), all() or tuple() would: that is a call
                yield Touch("call", before[-1].offset, _all_of_it(now, before))
            case name if name in _VERBS and not _unseen(now, before, private):
                yield Touch(_VERBS[name], now.offset, now.positions)
        before.append(now)


def _instructions(code: CodeType) -> Iterator[dis.Instruction]:
    """Yield the instructions that do something, each where a thread can stop."""
    start = None
    for now in dis.get_instructions(code):
        if now.opname == "EXTENDED_ARG":
            # Up to 3.11 a thread stops before this part of an instruction only
            start = now.offset if start is None else start
        elif now.opname != "PRECALL":  # 3.11: a CALL follows
            if sys.version_info < (3, 12) and start is not None:
                now = now._replace(offset=start)
            yield now
            start = None


def _operation(now: dis.Instruction, last: dis.Instruction) -> str:
    if now.argrepr == "[]":  # since 3.14; BINARY_SUBSCR before
        return "read"
    changes = now.argrepr.endswith("=") and last.opname not in _CONSTANTS
    return "change" if changes else ""  # a number or a text is not mutated


def _calls(
    now: dis.Instruction, before: Sequence[dis.Instruction], silent: set[Where]
) -> Iterator[Touch]:
    last = before[-1]
    if now.positions in silent:
        makes_generator = any(
            i.opname == "MAKE_FUNCTION" and i.positions == now.positions for i in before
        )
        if makes_generator and last.opname != "GET_ITER":  # since 3.15 the call does it
            yield Touch("begin the loop", now.offset, last.positions)
    elif last.opname == "LOAD_SPECIAL":  # since 3.14; BEFORE_WITH before
        yield Touch("enter", now.offset, now.positions)
    elif _leaves_with(now, before[-3:]):
        yield Touch("leave with", now.offset, now.positions)
    elif not (last.opname == "LOAD_GLOBAL" and last.argval == "super"):
        yield Touch("call", now.offset, now.positions)


def _leaves_with(call: dis.Instruction, before: Sequence[dis.Instruction]) -> bool:
    """Tell whether `call` is that of `__exit__(None, None, None)`.

    In a call that someone wrote, each None has its own place.
    """
    return len(before) == 3 and all(
        i.opname in _CONSTANTS and i.argrepr == "None" and i.positions == call.positions
        for i in before
    )


def _inlined(before: Sequence[dis.Instruction], silent: set[Where]) -> bool:
    """Tell whether a loop takes the items of a generator expression just made."""
    calls = [i for i in before[-2:] if i.opname != "PUSH_NULL"]
    return calls[-1].opname == "CALL" and calls[-1].positions in silent


def _all_of_it(loop: dis.Instruction, before: Sequence[dis.Instruction]) -> Where:
    """Return where the whole `any(...)` is: the loop is where `any` is."""
    start = loop.positions
    call = [i.positions for i in before[-2:] if i.opname == "CALL"][-1]
    if start is None or call is None:
        return start
    return start._replace(
        end_lineno=call.end_lineno, end_col_offset=call.end_col_offset
    )


def _unseen(
    now: dis.Instruction, before: Sequence[dis.Instruction], private: set[str]
) -> bool:
    match now.opname:
        case "LOAD_ATTR" | "LOAD_SUPER_ATTR":  # of a method: it is the call that counts
            return sys.version_info >= (3, 12) and bool((now.arg or 0) & 1)
        case "LOAD_DEREF" | "STORE_DEREF":
            return now.argval == "__class__" or now.argval in private
        case "GET_ITER":  # since 3.15 also for `yield from`, with an argument
            return bool(now.arg) or _begins_again(now, before)
    return False


def _begins_again(now: dis.Instruction, before: Sequence[dis.Instruction]) -> bool:
    """Tell whether a comprehension takes the iterator of an iterator.

    The late versions of 3.13 do, and generator expressions since then.
    """
    starts = [i for i in before if i.opname in ("GET_ITER", "FOR_ITER")]
    return before[-1].argval == ".0" or (
        bool(starts)
        and starts[-1].opname == "GET_ITER"
        and starts[-1].positions == now.positions
    )


def _private_cells(code: CodeType) -> set[str]:
    """Return the variables that only the code's own comprehensions share."""
    if code.co_name in COMPREHENSIONS:
        return set(code.co_freevars)
    inner = [c for c in code.co_consts if isinstance(c, CodeType)]
    alone = (*COMPREHENSIONS, "__annotate__")  # since 3.14; never called by the code
    shared = {name for c in inner if c.co_name not in alone for name in c.co_freevars}
    return set(code.co_cellvars) - shared
