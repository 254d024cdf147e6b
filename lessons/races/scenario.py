"""What is to be explored, and which source files its steps are in.

One thread enters, the one that explores.  The files are found out from the objects that
are given, so nobody has to list them.  Code of Python and of installed packages is not
among them: a call of a queue would be dozens of steps.
"""

import functools
import inspect
import sys
import sysconfig
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import CodeType, FunctionType, ModuleType
from typing import Any, Generic, TypeVar

from lessons.races.steps import Place

State = TypeVar("State")


@dataclass(frozen=True)
class Scenario(Generic[State]):
    """Threads that meet in one state; `explore` says what most fields mean.

    `opened` are lines, by file and number, whose operations are separate steps
    after so many turns; before, and on all other lines, the line is the step.
    """

    make: Callable[[], State]
    threads: Mapping[str, Callable[[State], object]]
    check: Callable[[State], object] | None = None
    watch: Callable[[State], object] | None = None
    code: Collection[object] = ()
    operations: bool = False
    opened: Mapping[tuple[str, int], int] = field(default_factory=dict)
    max_steps: int = 5000
    patience_s: float = 3.5

    def named_files(self) -> frozenset[str]:
        """Return the files that `code` and the thread functions tell by themselves."""
        if self.code:
            return frozenset(filter(None, map(_file, self.code)))
        bodies = [f for f in self.threads.values() if f not in self._lambdas()]
        return frozenset(_own_files([self.make, *bodies]))

    def files_of(self, state: State) -> frozenset[str]:
        """Return the files whose lines are steps, now that a state can be looked at."""
        if self.code:
            return self.named_files()
        parts = [state, *getattr(state, "__dict__", {}).values()]
        kinds = [type(part) for part in parts if not hasattr(part, "not_followed")]
        return self.named_files() | frozenset(_own_files(kinds))

    def glue(self) -> frozenset[CodeType]:
        """Return the code of the thread functions that are lambdas: no steps of theirs.

        A lambda only says which method a thread calls.
        """
        return frozenset(f.__code__ for f in self._lambdas())

    def entry(self, thread: str) -> Place | None:
        """Return the first line of a thread function, as a step."""
        code = getattr(self.threads.get(thread), "__code__", None)
        return Place(code, code.co_firstlineno) if code else None

    def _lambdas(self) -> list[Any]:
        bodies = self.threads.values()
        return [f for f in bodies if getattr(f, "__name__", "") == "<lambda>"]


def modules_of(files: frozenset[str]) -> list[ModuleType]:
    """Return the imported modules that `files` hold."""
    loaded = list(sys.modules.values())
    return [m for m in loaded if getattr(m, "__file__", None) in files]


def _own_files(things: Iterable[object]) -> Iterator[str]:
    """Yield the source files of `things`, but for those of Python and of packages."""
    for thing in things:
        for part in thing.__mro__ if isinstance(thing, type) else [thing]:
            file = _file(part)
            if file and not file.startswith(_not_own()) and not file.startswith("<"):
                yield file


def _file(thing: object) -> str | None:
    """Return the source file of a module, class or function; a text is a path."""
    if isinstance(thing, str):
        return thing
    while isinstance(thing, functools.partial):
        thing = thing.func
    thing = inspect.unwrap(thing) if callable(thing) else thing
    thing = getattr(thing, "__func__", thing)
    if isinstance(thing, FunctionType):
        return thing.__code__.co_filename
    if isinstance(thing, type):
        thing = sys.modules.get(thing.__module__)
    return getattr(thing, "__file__", None)


@functools.cache
def _not_own() -> tuple[str, ...]:
    keys = ("stdlib", "platstdlib", "purelib", "platlib")
    return tuple(sysconfig.get_paths()[key] for key in keys)
