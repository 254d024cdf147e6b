"""In which order schedules are run: those first that differ least from the default.

The default lets each thread run until it waits or ends, and then the next one.  A
schedule that differs from it at one turn has one deviation.  Deviations count before
preemptions, for a switch at the end of a thread costs no preemption: with ten threads,
all 10! orders of whole threads would come before the first preemption.

Each run is the parent of those that differ from it at one more turn.  They are not
listed one by one, which would take a copy of the parent's schedule for each: a family
holds that schedule once, and the turns at which its children leave it.

One thread enters, the one that explores.
"""

import heapq
import itertools
from array import array
from collections import deque
from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from lessons.races.failures import BadSchedule, CannotRun, Paused
from lessons.races.scheduler import Run
from lessons.races.session import Session
from lessons.races.turns import Chooser, Option


def runs(
    session: Session, preemptions: int | None, start: Sequence[int] = ()
) -> Iterator[Run]:
    """Run each schedule that begins like `start`, those with fewest deviations first.

    Of those with equally many, the ones with fewer preemptions come first.  No schedule
    is run twice, and none has more than `preemptions`; None means no bound.
    """
    serial = itertools.count()
    waiting: list[_Family] = []
    run = run_once(session, follow(start))
    first, deviations, cost = len(start), 0, 0
    while True:
        yield run
        for extra, children in _children(run, first).items():
            if preemptions is None or cost + extra <= preemptions:
                family = _Family(deviations + 1, cost + extra, next(serial), children)
                heapq.heappush(waiting, family)
        if not waiting:
            return
        deviations, cost, _, children = waiting[0]
        schedule = children.next()
        if children.all_run:
            heapq.heappop(waiting)
        run = run_once(session, follow(schedule))
        first = len(schedule)


def _children(run: Run, first: int) -> "dict[int, _Children]":
    """Return the schedules that leave that of `run` from turn `first` on, by cost."""
    taken = bytes(run.turns.schedule)
    found: dict[int, _Children] = {}
    for turn in range(first, len(taken)):
        for option in run.turns.choices[turn][1:]:
            if option.cost not in found:
                found[option.cost] = _Children(taken)
            found[option.cost].add(turn, option.thread)
    return found


class _Children:
    """Schedules that begin like one, and leave it at one turn each."""

    def __init__(self, taken: bytes) -> None:
        self._taken = taken
        self._turns = array("I")
        self._threads = bytearray()  # whose turn it is there instead
        self._next = 0

    def add(self, turn: int, thread: int) -> None:
        """Add the schedule in which `turn` goes to `thread`."""
        self._turns.append(turn)
        self._threads.append(thread)

    def next(self) -> bytes:
        """Return the next schedule; it has not been run yet."""
        number = self._next
        self._next += 1
        turn = self._turns[number]
        return self._taken[:turn] + self._threads[number : number + 1]

    @property
    def all_run(self) -> bool:
        """Tell whether `next` has returned all of them."""
        return self._next == len(self._turns)


class _Family(NamedTuple):
    """The children of one run, in the order in which families come."""

    deviations: int
    cost: int
    serial: int
    children: _Children


def run_once(session: Session, choose: Chooser, watching: bool = False) -> Run:
    """Run a schedule; raise CannotRun if the code does something else this time."""
    try:
        return session.run(choose, watching)
    except BadSchedule as error:
        raise not_the_same(f"so its schedules cannot be listed: {error}") from None


def not_the_same(what_follows: str) -> CannotRun:
    """Return the error for code that cannot be judged, because it changes."""
    return CannotRun(
        f"the code does not do the same each time, {what_follows}. Sets of objects, "
        "random numbers, times and state that `make` does not make new are the usual "
        "reasons."
    )


def follow(schedule: Sequence[int], then_pause: bool = False) -> Chooser:
    """Choose as `schedule` says, then the default, or pause."""

    def choose(turn: int, options: Sequence[Option]) -> int:
        if turn < len(schedule):
            return schedule[turn]
        if then_pause:
            raise Paused
        return options[0].thread

    return choose


def as_far_as_possible(
    schedule: Sequence[int],
    last: Collection[int] = (),
    first: Collection[int] = (),
    then_pause: bool = False,
) -> Chooser:
    """Choose as `schedule` says where that can be, and then the default.

    The threads in `first` have all their turns before that, as far as they can run.
    Those in `last` get a turn only if no other one can run; or the run ends there.
    """
    todo = deque(schedule)

    def choose(turn: int, options: Sequence[Option]) -> int:
        ready = [option.thread for option in options if not option.late]
        if early := [thread for thread in ready if thread in first]:
            return early[0]
        can_run = {option.thread for option in options}
        while todo:
            thread = todo.popleft()
            if thread in can_run:
                return thread
        if others := [thread for thread in ready if thread not in last]:
            return others[0]
        if then_pause and last:
            raise Paused
        return options[0].thread

    return choose
