"""Step 8, for the check: which locks each method of a registry takes, and when.

Each call is tried alone, in a thread under the race checker.
"""

import contextlib
import threading
from types import ModuleType
from typing import Any

from lessons.checking import SOON_S
from lessons.checking.looked_at import telling
from lessons.races import RaceFound, explore
from lessons.races.objects import attributes
from lessons.races.workers import current
from lessons.step08_lock.calls import CONN_1, CONN_2, CONN_3, Call, Story, outcome
from lessons.step08_lock.noting import TAKING, Noting, Taken

CALLS: dict[str, Call] = {
    "join": ("join", "ann", CONN_1),
    "leave": ("leave", "ann", CONN_1),
    "join again": ("join", "ann", CONN_1),
    "join as bob": ("join", "bob", CONN_2),
    "names": ("names",),
    "leave again": ("leave", "ann", CONN_1),
    "join by another": ("join", "ann", CONN_3),
}


class Locks:
    """Which locks each method takes, alone."""

    def __init__(self, module: ModuleType) -> None:
        self._module = module
        story = Story(module, list(CALLS.values()))
        self._of = dict(zip(CALLS, story.taken, strict=False))
        self._made = story.made

    def of(self, call: str) -> list[Taken]:
        """Return what one of CALLS takes, in order."""
        return self._of.get(call, [])

    def shared(self, one: str, other: str) -> bool:
        """Tell whether two calls use one lock in common."""
        others = [id(taken.what) for taken in self.of(other)]
        return any(id(taken.what) in others for taken in self.of(one))

    def shared_by_threads(self) -> bool:
        """Tell whether two threads that come one after the other use one lock."""
        noting = Noting()

        def call(registry: Any) -> None:
            noting.next_call()
            for method in ("join", "leave"):  # or the second thread may be refused
                outcome(self._module, registry, CALLS[method])

        try:
            with noting:
                explore(
                    self._module.Registry,
                    {"one": call, "other": call},
                    preemptions=0,
                    limit=1,
                    patience_s=SOON_S,
                    code=[self._module],
                )
        except RaceFound:
            return True  # as far as anybody knows
        one, other = ([id(taken.what) for taken in each] for each in noting.calls)
        return not {*one}.isdisjoint(other)

    def makes(self, call: str) -> bool:
        """Tell whether it takes a lock that was made in a call."""
        return any(taken.what is lock for taken in self.of(call) for lock in self._made)

    def times(self, call: str) -> int:
        """Return how often a call takes a lock."""
        return sum(taken.how in TAKING for taken in self.of(call))

    def is_plain(self, call: str) -> bool:
        """Tell whether a call only takes and releases locks that one thread can hold.

        A semaphore or a home-made lock is not such a lock.
        """
        return all(
            taken.how in TAKING and not isinstance(taken.what, threading.Semaphore)
            for taken in self.of(call)
        )

    def lets_in(self, call: str) -> int:
        """Return how many threads a semaphore of a call lets in; 1 if it has none."""
        found = [
            taken.what._value
            for taken in self.of(call)
            if isinstance(taken.what, threading.Semaphore)
        ]
        return max(found, default=1)

    def outside(self, call: str) -> set[str]:
        """Return what a call does to the users while it holds no lock.

        That is "read", "changed", both or nothing; nothing, too, where nobody can see
        it: if the users are in no dict, or not under a plain lock.
        """
        return _outside(self._module, CALLS[call]) if self.is_plain(call) else set()


def _outside(module: ModuleType, call: Call) -> set[str]:
    found: set[str] = set()

    def note(use: str) -> None:
        worker = current()
        if worker and not worker.held:
            found.add(use)

    def make() -> Any:
        registry = module.Registry()
        if call[0] != "join":
            registry.join("ann", CONN_1)
        _tell_of_use(registry, note)
        return registry

    with contextlib.suppress(RaceFound):  # of two names for one dict, two are made
        explore(
            make,
            {"the thread": lambda registry: outcome(module, registry, call)},
            preemptions=0,
            limit=1,
            patience_s=SOON_S,
            code=[module],
        )
    return found


def _tell_of_use(registry: Any, note: Any) -> None:
    """Replace each dict of a registry by one that tells of its use."""
    for name, value in attributes(registry).items():
        if type(value) is dict:
            users = telling(value, lambda: note("read"), lambda: note("changed"))
            object.__setattr__(registry, name, users)  # it may be a frozen dataclass
