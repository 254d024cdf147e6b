"""What the code calls a lock, or what is built on one: `self.a`, `self.locks[1]`.

A lock does not know its name.  It is looked for from the state on, as a reader would:
through attributes and the items of containers.  Nothing of the code under test is
called for that, so no property runs and no `__getattr__`.

The thread that has the baton enters, and the one that explores.
"""

import queue
import threading
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Any, NamedTuple

from lessons.races.objects import attributes

MOST = 2000  # things that are looked at
DEEPEST = 6
SHORTEST = 30  # characters of a key that is written out

_BUILT_ON_LOCKS = (
    threading.Condition,
    threading.Event,
    threading.Semaphore,
    threading.Barrier,
    threading._PyRLock,  # type: ignore[attr-defined]
    queue.Queue,
    queue._PySimpleQueue,  # type: ignore[attr-defined]
)
_PLAIN = (str, bytes, int, float, complex, type(None), type)
# The way through the globals of a function would lead to all that is imported.
_CODE = (FunctionType, BuiltinFunctionType, MethodType, ModuleType)


class Named(NamedTuple):
    """A lock, what it is part of, and what the code calls that."""

    name: str
    part_of: object  # a Queue or a Condition, say; or the lock itself


class _Place(NamedTuple):
    """How a thing is reached: from the nearest object, and from the state."""

    near: str
    far: str


def names(roots: Iterable[tuple[str, object]], is_lock: type) -> dict[int, Named]:
    """Return the locks that can be reached from `roots`, by their id.

    Where two would have the same name, they get the whole way from the state.
    """
    found: dict[int, tuple[_Place, object]] = {}
    seen: dict[int, object] = {}  # kept, so that no id is used twice
    todo = deque((_Place(name, name), thing, 0) for name, thing in roots)
    while todo and len(seen) < MOST:
        place, thing, depth = todo.popleft()
        if id(thing) in seen or isinstance(thing, _PLAIN + _CODE) or depth > DEEPEST:
            continue
        seen[id(thing)] = thing
        if isinstance(thing, (is_lock, *_BUILT_ON_LOCKS)):
            for lock in _locks_in(thing, is_lock):
                found.setdefault(id(lock), (place, thing))
        else:
            todo.extend((*inner, depth + 1) for inner in _inside(place, thing))
    things = {id(thing): place.near for place, thing in found.values()}
    twice = Counter(things.values())
    return {
        lock: Named(place.far if twice[place.near] > 1 else place.near, thing)
        for lock, (place, thing) in found.items()
    }


def _locks_in(thing: object, is_lock: type) -> Iterator[object]:
    """Yield the locks that a thing of the standard library is built on."""
    todo = [thing]
    while todo:
        one = todo.pop()
        if isinstance(one, is_lock):
            yield one
        elif isinstance(one, _BUILT_ON_LOCKS):
            todo += attributes(one).values()
        elif isinstance(one, deque):  # those who wait for a Condition
            todo += [it for it in one if isinstance(it, is_lock)]


def _inside(place: _Place, thing: object) -> Iterator[tuple[_Place, object]]:
    if isinstance(thing, dict):
        for key, value in list(thing.items()):
            if len(shown := repr(key) if isinstance(key, _PLAIN) else "") <= SHORTEST:
                yield _item(place, shown or "..."), value
    elif isinstance(thing, list | tuple | deque):
        for number, value in enumerate(list(thing)):
            yield _item(place, str(number)), value
    else:
        parts = attributes(thing)
        own = parts.get("name")
        near = own if isinstance(own, str) and own else "self"
        for name, value in parts.items():
            yield _Place(f"{near}.{name}", f"{place.far}.{name}"), value


def _item(place: _Place, key: str) -> _Place:
    return _Place(f"{place.near}[{key}]", f"{place.far}[{key}]")


def roots(state: object, bodies: Iterable[Any]) -> Iterator[tuple[str, object]]:
    """Yield where to begin: the state, and what the thread functions have kept."""
    built_in = isinstance(state, list | tuple | deque | Mapping)
    yield ("state" if built_in else "self"), state
    for body in bodies:
        code = getattr(body, "__code__", None)
        for name, cell in zip(
            getattr(code, "co_freevars", ()),
            getattr(body, "__closure__", None) or (),
            strict=False,
        ):
            try:
                yield name, cell.cell_contents
            except ValueError:  # not filled yet
                continue
