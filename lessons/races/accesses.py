"""What each step of a run reads and writes: which attribute, which item, of what.

It is noted only when a failed schedule is run again, to say why it fails.  The text of
an operation is parsed, and what it names is looked up in the frame, without calling
anything of the code under test: no property runs, and no `__eq__`.

The thread that has the baton enters.
"""

import ast
import builtins
import re
import threading
from collections import deque
from collections.abc import Iterator
from types import FrameType
from typing import Any, NamedTuple

from lessons.races.objects import attributes
from lessons.races.steps import Operation

READ, WRITE, LOOP, NOTIFY = "read", "write", "loop", "notify"
CONTAINERS = (dict, list, set, deque)
_UNKNOWN: Any = object()
_WRITING = {
    *("append", "appendleft", "extend", "insert", "add", "update", "clear"),
    *("setdefault", "pop", "popleft", "popitem", "remove", "discard", "sort"),
}
_KEYED = {"get", "setdefault", "pop", "add", "remove", "discard"}  # of a dict or set
_READING = {len, list, sorted, tuple, set, dict, sum, any, all, min, max, iter, repr}
_CHECKS = re.compile(r"(if|elif|while|assert)\b")
_LOOP = re.compile(r"for .+? in (.+):")


class Access(NamedTuple):
    """One look at what threads share, or a change of it."""

    event: int  # of the story
    thread: int
    verb: str
    owner: object  # an object, a container, or the names of a module
    key: str  # an attribute or an item; empty: all of a container
    name: str  # as it is written
    line: int
    checks: bool  # the line asks, and decides by the answer
    in_vain: bool = False  # a notify that found nobody

    def meets(self, other: "Access") -> bool:
        """Tell whether both are about the same thing."""
        whole = not (self.key and other.key)
        return self.owner is other.owner and (whole or self.key == other.key)


def accesses(
    event: int, thread: int, frame: FrameType, operation: Operation
) -> Iterator[Access]:
    """Yield what one operation, which is to be done now, reads and writes."""
    place = operation.itself
    checks = bool(_CHECKS.match(place.source))
    verb, _, text = place.operation.partition(" ")
    found: list[tuple[str, object, str, str, bool]] = []
    if verb in ("begin", "next"):
        found += _looped_over(place.source, frame)
    elif node := _parsed(text):
        if verb == "call" and isinstance(node, ast.Call):
            found += _called(node, frame)
        elif verb == "test" and isinstance(node, ast.Compare):
            container = _value(node.comparators[-1], frame)
            key = _shown(_value(node.left, frame))
            found += [(READ, container, key, ast.unparse(node.comparators[-1]), False)]
        elif verb in ("read", "write", "delete"):
            found += _used(READ if verb == "read" else WRITE, node, frame, checks)
    for what, owner, key, name, in_vain in found:
        if owner is not _UNKNOWN:
            yield Access(
                event, thread, what, owner, key, name, place.line, checks, in_vain
            )


_Found = tuple[str, object, str, str, bool]


def _used(
    verb: str, node: ast.expr, frame: FrameType, checks: bool
) -> Iterator[_Found]:
    """Yield what an attribute, an item or a name is a part of."""
    name = ast.unparse(node)
    if isinstance(node, ast.Attribute):
        yield verb, _value(node.value, frame), f".{node.attr}", name, False
    elif isinstance(node, ast.Subscript):
        key = _shown(_value(node.slice, frame))
        yield verb, _value(node.value, frame), key, ast.unparse(node.value), False
    elif isinstance(node, ast.Name):
        yield verb, frame.f_globals, f".{node.id}", name, False
    if verb == READ and checks:  # `if self.items:` asks whether there are any
        value = _value(node, frame)
        if isinstance(value, CONTAINERS):
            yield READ, value, "", name, False


def _called(node: ast.Call, frame: FrameType) -> Iterator[_Found]:
    """Yield what a method of a container, or a function on one, reads or writes."""
    if isinstance(node.func, ast.Attribute):
        owner, method = _value(node.func.value, frame), node.func.attr
        name = ast.unparse(node.func.value)
        if isinstance(owner, threading.Condition) and method.startswith("notify"):
            yield NOTIFY, owner, "", name, not owner._waiters  # type: ignore[attr-defined]
        elif isinstance(owner, CONTAINERS):
            keyed = method in _KEYED and isinstance(owner, dict | set) and node.args
            key = _shown(_value(node.args[0], frame)) if keyed else ""
            yield WRITE if method in _WRITING else READ, owner, key, name, False
    elif _value(node.func, frame) in _READING:
        for argument in node.args:
            value = _value(argument, frame)
            if isinstance(value, CONTAINERS):
                yield READ, value, "", ast.unparse(argument), False


def _looped_over(source: str, frame: FrameType) -> Iterator[_Found]:
    match = _LOOP.match(source)
    node = _parsed(match[1]) if match else None
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        node = node.func.value  # of `self.users.items()`
    value = _value(node, frame) if node else _UNKNOWN
    if node and isinstance(value, CONTAINERS):
        yield LOOP, value, "", ast.unparse(node), False


def _parsed(text: str) -> ast.expr | None:
    try:
        return ast.parse(text, mode="eval").body
    except SyntaxError:
        return None


def _value(node: ast.expr, frame: FrameType) -> Any:
    """Return what an expression is now, if that can be told without a call."""
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.Name):
        for names in (frame.f_locals, frame.f_globals, vars(builtins)):
            if node.id in names:
                return names[node.id]
    if isinstance(node, ast.Attribute):
        owner = _value(node.value, frame)
        return _UNKNOWN if owner is _UNKNOWN else _part(owner, node.attr)
    if isinstance(node, ast.Subscript):
        owner, key = _value(node.value, frame), _value(node.slice, frame)
        simple = isinstance(key, str | int)
        if simple and type(owner) in (dict, list, tuple):
            try:
                return owner[key]
            except (LookupError, TypeError):
                return _UNKNOWN
    return _UNKNOWN


def _part(owner: object, name: str) -> Any:
    """Return an attribute that an object, or its class, holds as it is."""
    if name in (parts := attributes(owner)):
        return parts[name]
    for kind in type(owner).__mro__:
        if name in vars(kind):
            value = vars(kind)[name]
            return _UNKNOWN if hasattr(type(value), "__get__") else value
    return _UNKNOWN


def _shown(value: object) -> str:
    """Return a key as text; empty where it may be any."""
    plain = isinstance(value, str | bytes | int | float | tuple | type(None))
    return repr(value) if plain else ""
