"""Step 8, for the check: which locks a learner's code takes, noted while it runs.

The threads of a run of the race checker enter, one at a time.
"""

import queue
import sys
import threading
from types import FrameType
from typing import Any, NamedTuple

from lessons.races import primitives
from lessons.races.primitives import Lock
from lessons.races.workers import current

TAKING = ("acquire", "__enter__")
MOST_REFUSALS = 50  # in one run: whoever asks more often spins until it is free
_LIBRARY = {
    code.co_filename
    for code in (
        primitives.now_s.__code__,
        threading.Thread.run.__code__,
        queue.Queue.put.__code__,
    )
}
_ONLY_ASKS = threading.Condition._is_owned.__code__  # type: ignore[attr-defined]


class Taken(NamedTuple):
    """A lock that was used, or what is built on it: a semaphore, say, or a queue."""

    what: object
    how: str  # the method: TAKING, or another one, which a plain lock has not


class Noting:
    """Notes what is taken in each call; `next_call` begins another one."""

    def __init__(self) -> None:
        self.calls: list[list[Taken]] = []
        self.made: list[Lock] = []  # in a call, and not before there was one
        self.refusals = 0  # how often `acquire` said False in this run
        self._most_refusals = 0  # in any run before
        self._acquire = Lock.acquire
        self._init = Lock.__init__

    @property
    def spins(self) -> bool:
        """Tell whether a thread asked again and again, in place of waiting."""
        return max(self.refusals, self._most_refusals) > MOST_REFUSALS

    def next_run(self) -> None:
        """Begin to count the refusals of another run."""
        self._most_refusals = max(self.refusals, self._most_refusals)
        self.refusals = 0

    def next_call(self) -> None:
        """Let what is taken from here on belong to another call."""
        self.calls.append([])

    def __enter__(self) -> "Noting":
        def acquire(lock: Lock, blocking: bool = True, timeout: float = -1) -> bool:
            done = self._acquire(lock, blocking, timeout)
            caller = sys._getframe(1)
            if current() and caller.f_code is not _ONLY_ASKS:
                self._note(_used(lock, caller), done)
            return done

        def init(lock: Lock, *arguments: Any, **named: Any) -> None:
            self._init(lock, *arguments, **named)
            if current():
                self.made.append(lock)

        setattr(Lock, "acquire", acquire)  # noqa: B010  mypy lets no method be replaced
        setattr(Lock, "__init__", init)  # noqa: B010
        return self

    def __exit__(self, *_: object) -> None:
        setattr(Lock, "acquire", self._acquire)  # noqa: B010
        setattr(Lock, "__init__", self._init)  # noqa: B010

    def _note(self, taken: Taken, done: bool) -> None:
        self.refusals += not done
        if done and self.calls:
            self.calls[-1].append(taken)


def _used(lock: Lock, frame: FrameType | None) -> Taken:
    """Return what the learner's code has called: the lock itself, or what is around it.

    The standard library builds its semaphores, conditions and queues on locks.
    """
    found = Taken(lock, "acquire")
    while frame and frame.f_code.co_filename in _LIBRARY:
        found = Taken(frame.f_locals.get("self", found.what), frame.f_code.co_name)
        frame = frame.f_back
    return found
