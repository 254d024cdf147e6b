"""The race checker proves itself before it is believed.

It finds the steps of a program in the bytecode, and each version of Python may change
that.  A checker that does not know an instruction sees fewer steps, finds nothing, and
says that all is well: on 3.14 it passed code that deadlocks.  So the first session of
a process begins with two bugs and a list of operations that are known.  If one of them
is not found, the checker refuses to work.  That takes a few milliseconds.

One thread enters at a time: the one that opens a session.
"""

import sys
import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

from lessons.races.bytecode import has_columns, touches
from lessons.races.failures import UnknownPython
from lessons.races.scenario import Scenario
from lessons.races.scheduler import Run
from lessons.races.turns import Chooser, the_other

_passed = False
_written: Any = 0


def on_first_use(run: Callable[[Scenario[Any], Chooser], Run]) -> None:
    """Raise UnknownPython if `run` does not show what it has to; ask until it has."""
    global _passed
    if not _passed:
        if not has_columns(_operations.__code__):
            raise UnknownPython(
                "the race checker has to know the columns of the source: run Python "
                "without -X no_debug_ranges and PYTHONNODEBUGRANGES"
            )
        _demand(_kind(run(DEADLOCK, the_other)) == "deadlock", "a deadlock")
        _demand(
            _kind(run(CHECK_THEN_ACT, the_other)) == "check",
            "a check that comes too early",
        )
        _demand(_verbs() == VERBS, "an operation")
        _passed = True


def _demand(found: bool, what: str) -> None:
    if not found:
        version = ".".join(map(str, sys.version_info[:2]))
        raise UnknownPython(
            f"the race checker does not know this Python's bytecode ({version}); it "
            f"missed {what} that it has to find, so it would miss yours, too"
        )


def _kind(run: Run) -> str:
    return run.failure.kind if run.failure else ""


class _Shared:
    def __init__(self) -> None:
        self.left = threading.Lock()
        self.right = threading.Lock()
        self.users: dict[str, int] = {}
        self.joined: list[str] = []

    def forwards(self) -> None:
        with self.left, self.right:
            pass

    def backwards(self) -> None:
        with self.right, self.left:
            pass

    def join(self) -> None:
        if "ann" not in self.users:
            self.users["ann"] = 1
            self.joined.append("ann")


def _only_one_joined(shared: _Shared) -> None:
    if shared.joined != ["ann"]:
        raise ValueError


DEADLOCK = Scenario(
    _Shared, {"one": _Shared.forwards, "two": _Shared.backwards}, code=[__file__]
)
CHECK_THEN_ACT = Scenario(
    _Shared,
    {"one": _Shared.join, "two": _Shared.join},
    _only_one_joined,
    code=[__file__],
    operations=True,
)


def _operations(self: Any, key: Any) -> Any:
    """Hold each kind of operation; it is never called, only looked at."""
    global _written
    with self.lock as lock, lock:
        self.table[key] = self.table[1:key]
        self.table[1:key] = self.number
    self.number += 1
    self.number += key
    del self.table[key], self.number
    self.method(None, None, None)
    self.method(key=self)
    self.method(*key)
    _written = _written + self.table[key], key in self.table, sum(x for x in key)
    for _ in [*key, {**key}, {*key}]:
        pass
    kept = key

    def inner() -> Any:
        nonlocal kept
        kept = kept.other
        return kept

    return inner(), kept


VERBS = {
    "read": 15,
    "write": 6,
    "delete": 2,
    "change": 1,
    "copy": 3,
    "test": 1,
    "call": 5,
    "enter": 2,
    "leave with": 4,  # two ways out of two locks
    "begin the loop": 2,
    "next item": 1,
}


def _verbs() -> dict[str, int]:
    """Count what the bytecode of `_operations` does to shared state."""
    return Counter(touch.verb for touch in touches(_operations.__code__, globals()))
