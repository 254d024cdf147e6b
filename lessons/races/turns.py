"""Who may run next, and what it costs to choose that one.

A turn is what a thread does between two decisions.  A preemption takes the turn from
a thread that could go on, and costs 1; a switch away from a thread that cannot go on
is free.  The search runs cheap schedules first: most bugs need one or two preemptions,
and a trace with few of them is the easiest to read.

Whichever thread has the baton enters.
"""

import functools
import itertools
from collections.abc import Callable, Sequence
from typing import NamedTuple

from lessons.races import diagnosis
from lessons.races.failures import BadSchedule
from lessons.races.workers import Worker

WEARY = 200  # steps in one go, after which others come first


class Option(NamedTuple):
    """One answer to the question who runs next."""

    thread: int
    cost: int
    late: bool = False  # it is fair that others come first: it sleeps, or has had many


# Given the number of the turn and who may have it: returns whose it is.
Chooser = Callable[[int, Sequence[Option]], int]


class Turns:
    """Whose turn it was in one run, and who else could have had it."""

    def __init__(self, choose: Chooser) -> None:
        self._choose = choose
        self.schedule: list[int] = []  # whose turn it was
        self.choices: list[Sequence[Option]] = []  # who could have had it
        self._streak = 0  # turns of the same thread

    def next(self, workers: Sequence[Worker], last: Worker | None) -> Worker | None:
        """Return who has the next turn; None if nobody can run.

        Raise BadSchedule if the one that is chosen cannot, and what the chooser raises.
        """
        found = options(workers, last, self._streak >= WEARY)
        if not found:
            return None
        number = self._choose(len(self.schedule), found)
        if number != found[0].thread and all(number != o.thread for o in found):
            can = [workers[option.thread] for option in found]
            turn = len(self.schedule) + 1
            raise BadSchedule(diagnosis.bad_turn(turn, number, workers, can))
        # From here on nothing goes deeper into the stack, so nothing can fail.
        chosen = workers[number]
        self.choices.append(found)
        self.schedule.append(number)
        self._streak = self._streak + 1 if chosen is last else 0
        return chosen

    @property
    def preemptions(self) -> int:
        """Count the preemptions, and the waits that were cut short."""
        turns = zip(self.schedule, self.choices, strict=True)
        return sum(o.cost for taken, found in turns for o in found if o.thread == taken)

    @property
    def deviations(self) -> int:
        """Count the turns that went to another thread than the default."""
        turns = zip(self.schedule, self.choices, strict=True)
        return sum(taken != found[0].thread for taken, found in turns)

    @property
    def switches(self) -> int:
        """Count the turns that went to another thread than the turn before."""
        return sum(a != b for a, b in itertools.pairwise(self.schedule))

    @property
    def shortest(self) -> list[int]:
        """Return the schedule, numbered from 1, without the defaults at its end."""
        end = len(self.schedule)
        while end and self.schedule[end - 1] == self.choices[end - 1][0].thread:
            end -= 1
        return [number + 1 for number in self.schedule[:end]]


def options(
    workers: Sequence[Worker], last: Worker | None, weary: bool
) -> Sequence[Option]:
    """Return who may run, the default first; none if nobody can.

    `last` had the turn before; `weary`: it has had many, so let others run first.
    Time passes when nobody can run; that it passes earlier costs 1.
    """
    start = last.number if last else 0
    ready, timed = [], []
    for worker in workers:
        if worker.done:
            continue
        if worker.waiting is None or worker.waiting.holder is None:  # it is ready
            ready.append(worker.number)
        elif worker.deadline_s is not None:
            timed.append((worker.deadline_s, worker.number < start, worker.number))
    timed.sort()
    goes_on = last is not None and start in ready
    first = [number for _, _, number in timed] if timed else ()
    return _options(tuple(ready), tuple(first), start, goes_on, weary)


@functools.lru_cache(1000)  # a run asks at each turn, and seldom something new
def _options(
    ready: Sequence[int], timed: Sequence[int], start: int, goes_on: bool, weary: bool
) -> Sequence[Option]:
    """Return the options in order, from thread `start` on, which may go on."""
    ready = sorted(ready, key=lambda number: (number < start, number))
    if not ready:
        return tuple(Option(number, int(i > 0)) for i, number in enumerate(timed))
    if goes_on and weary and len(ready) > 1:
        found = [Option(number, 0) for number in ready[1:]]
        found.append(Option(ready[0], 1, True))
    else:
        preempts = int(goes_on)
        found = [Option(number, preempts * (i > 0)) for i, number in enumerate(ready)]
    return (*found, *(Option(number, 1, True) for number in timed))


def the_default(turn: int, options: Sequence[Option]) -> int:
    """Choose the thread that has run, as long as it can."""
    return options[0].thread


def the_other(turn: int, options: Sequence[Option]) -> int:
    """Choose the other one of two threads each time, as long as it can run."""
    return options[-1].thread
