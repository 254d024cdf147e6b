"""What happened in a run, in order; report.py prints it.

The thread that has the baton adds to it, so only one does at a time.  It is kept apart
from the run so that a report needs nothing that runs.
"""

from collections.abc import Callable
from typing import NamedTuple

from lessons.races.steps import Place


class Event(NamedTuple):
    """One thing that a thread did: a step, or that it waits there, or goes on.

    For what it waits, or why it goes on, is put into words only when somebody asks.
    """

    thread: int
    place: Place
    waits: Callable[[], str] | None = None
    goes_on: Callable[[], str] | None = None


class Story:
    """What each thread did, and what the watched state was in between."""

    def __init__(self) -> None:
        self.names: list[str] = []  # of the threads, by their number
        self.events: list[Event] = []
        self.notes: dict[int, str] = {}  # the watched state before event i
        self.left_out: frozenset[int] = frozenset()  # threads that are not needed

    def turn(self, event: int) -> int:
        """Return the number of the turn of an event; waiting is not a turn."""
        return sum(e.waits is None for e in self.events[: event + 1])

    def names_since(self, event: int) -> list[str]:
        """Return which threads have done something since an event."""
        return sorted({self.names[e.thread] for e in self.events[event:]})

    @property
    def watched(self) -> str:
        """Return the watched state as it was last."""
        return self.notes[max(self.notes)] if self.notes else ""
