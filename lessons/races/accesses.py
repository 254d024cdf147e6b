"""What each step of a run reads and writes: which attribute, which item, of what.

It is noted only when a failed schedule is run again, to say why it fails.  The text of
an operation is parsed, and what it names is looked up in the frame, without calling
anything of the code under test: no property runs, and no `__eq__`.

The thread that has the baton enters.
"""

import ast
import builtins
import functools
import operator
import queue
import re
import threading
from collections import deque
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any, NamedTuple

from lessons.races.objects import attributes
from lessons.races.steps import Operation, Place
from lessons.races.workers import Held

READ, WRITE, LOOP, STEP = "read", "write", "loop", "step"
NOTIFY, NOTIFY_ALL = "notify", "notify_all"
CONTAINERS = (dict, list, set, deque)
_QUEUES = (queue.Queue, queue._PySimpleQueue)  # type: ignore[attr-defined]
_UNKNOWN: Any = object()
_WRITING = {
    *("append", "appendleft", "extend", "insert", "add", "update", "clear"),
    *("setdefault", "pop", "popleft", "popitem", "remove", "discard", "sort"),
}
_KEYED = {"get", "setdefault", "pop", "add", "remove", "discard"}  # of a dict or set
_READING = {len, list, sorted, tuple, set, dict, sum, any, all, min, max, iter, repr}
_ARITHMETIC: dict[type, Callable[[int, int], int]] = {  # for an index
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mod: operator.mod,
}
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
    file: str
    checks: bool  # the line asks, and decides by the answer
    waiters: tuple[Held, ...] = ()  # whom a notify could have woken
    locks: tuple[Held, ...] = ()  # which the thread holds then
    after_a_look: bool = False  # the same step has read it just before

    def meets(self, other: "Access") -> bool:
        """Tell whether both are about the same thing."""
        whole = not (self.key and other.key)
        return self.owner is other.owner and (whole or self.key == other.key)

    def same_step(self, other: "Access") -> bool:
        """Tell whether the other one is the same in another run."""
        return (
            self.thread == other.thread
            and (self.file, self.line) == (other.file, other.line)
            and (self.verb, self.key, self.name) == (other.verb, other.key, other.name)
        )


def step(event: int, thread: int, place: Place) -> Access:
    """Return a step, whatever it reads or writes."""
    file = place.code.co_filename
    return Access(event, thread, STEP, None, "", "", place.line, file, False)


def accesses(
    event: int, thread: int, frame: FrameType, operation: Operation
) -> Iterator[Access]:
    """Yield what one operation, which is to be done now, reads and writes."""
    place = operation.itself
    checks = bool(_CHECKS.match(place.source))
    verb, _, text = place.operation.partition(" ")
    found: list[_Found] = []
    if verb in ("begin", "next"):
        found += _looped_over(place.source, frame)
    elif node := _parsed(text):
        if verb == "call" and isinstance(node, ast.Call):
            found += _called(node, frame)
        elif verb == "test" and isinstance(node, ast.Compare):
            container = _value(node.comparators[-1], frame)
            key = _shown(_value(node.left, frame))
            found += [(READ, container, key, ast.unparse(node.comparators[-1]), ())]
        elif verb in ("read", "write", "delete"):
            found += _used(READ if verb == "read" else WRITE, node, frame, checks)
    for what, owner, key, name, waiters in found:
        if owner is not _UNKNOWN:
            file = place.code.co_filename
            yield Access(
                event, thread, what, owner, key, name, place.line, file, checks, waiters
            )


_Found = tuple[str, object, str, str, tuple[Held, ...]]


def _used(
    verb: str, node: ast.expr, frame: FrameType, checks: bool
) -> Iterator[_Found]:
    """Yield what an attribute, an item or a name is a part of."""
    name = ast.unparse(node)
    if isinstance(node, ast.Attribute):
        yield verb, _value(node.value, frame), f".{node.attr}", name, ()
    elif isinstance(node, ast.Subscript):
        key = _shown(_value(node.slice, frame))
        yield verb, _value(node.value, frame), key, ast.unparse(node.value), ()
    elif isinstance(node, ast.Name):
        yield verb, frame.f_globals, f".{node.id}", name, ()
    if verb == READ and checks:  # `if self.items:` asks whether there are any
        value = _value(node, frame)
        if isinstance(value, CONTAINERS):
            yield READ, value, "", name, ()


def _called(node: ast.Call, frame: FrameType) -> Iterator[_Found]:
    """Yield what a method of a container, or a function on one, reads or writes."""
    if isinstance(node.func, ast.Attribute):
        owner, method = _value(node.func.value, frame), node.func.attr
        name = ast.unparse(node.func.value)
        if isinstance(owner, threading.Condition) and method.startswith("notify"):
            waiters = tuple(owner._waiters)  # type: ignore[attr-defined]
            yield NOTIFY if method == "notify" else NOTIFY_ALL, owner, "", name, waiters
        elif isinstance(owner, _QUEUES):
            asks = method in ("empty", "full", "qsize")
            yield READ if asks else WRITE, owner, "", name, ()
        elif isinstance(owner, CONTAINERS):
            keyed = method in _KEYED and isinstance(owner, dict | set) and node.args
            key = _shown(_value(node.args[0], frame)) if keyed else ""
            yield WRITE if method in _WRITING else READ, owner, key, name, ()
    elif _value(node.func, frame) in _READING:
        for argument in node.args:
            value = _value(argument, frame)
            if isinstance(value, CONTAINERS):
                yield READ, value, "", ast.unparse(argument), ()


def _looped_over(source: str, frame: FrameType) -> Iterator[_Found]:
    match = _LOOP.match(source)
    node = _parsed(match[1]) if match else None
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        node = node.func.value  # of `self.users.items()`
    value = _value(node, frame) if node else _UNKNOWN
    if node and isinstance(value, CONTAINERS):
        yield LOOP, value, "", ast.unparse(node), ()


@functools.lru_cache(1000)  # the same few texts come at each step
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
    if isinstance(node, ast.BinOp) and type(node.op) in _ARITHMETIC:
        left, right = _value(node.left, frame), _value(node.right, frame)
        if type(left) is int and type(right) is int and right:
            return _ARITHMETIC[type(node.op)](left, right)
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
