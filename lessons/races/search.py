"""Which schedules are run: all within a bound, those with the fewest preemptions first.

One thread enters, the one that explores.  Most bugs need one or two preemptions, so
they are found early, and the first schedule that fails is also one of the simplest to
read.  A schedule is a list of thread numbers and nothing else.  So it can be replayed,
and printed in a test.
"""

import heapq
import itertools
import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from lessons.races import report
from lessons.races.failures import (
    BadSchedule,
    CannotRun,
    NoRaceFound,
    Paused,
    RaceFound,
)
from lessons.races.scenario import Scenario, State
from lessons.races.scheduler import Run
from lessons.races.session import Session
from lessons.races.turns import Chooser, Option


@dataclass(frozen=True)
class Explored:
    """How far an exploration that found nothing went."""

    schedules: int
    complete: bool  # every schedule within the bound was run
    preemptions: int | None

    def __str__(self) -> str:
        of_all = "all" if self.complete else "only the first"
        bound = (
            ""
            if self.preemptions is None
            else f" with at most {self.preemptions} interruptions"
        )
        return f"{of_all} {self.schedules:,} schedules{bound}: nothing found"


def explore(
    make: Callable[[], State],
    threads: Mapping[str, Callable[[State], object]],
    check: Callable[[State], object] | None = None,
    watch: Callable[[State], object] | None = None,
    *,
    preemptions: int | None = 2,
    limit: int = 100_000,
    operations: bool = False,
    code: Collection[object] = (),
    **settings: Any,
) -> Explored:
    """Run every schedule with at most `preemptions` preemptions, fewest first.

    For each one `make()` builds the state, each function in `threads` gets it in a
    thread of its own, and at the end `check(state)` raises if it is wrong.  A step
    is a line, or with `operations` one read, write or call.  Raise RaceFound at the
    first failure, with a trace that shows `watch(state)` after each step; a failed
    check, an exception in a thread, a deadlock, a lock kept by a thread that ended,
    no progress, or a thread that is stuck where the checker cannot see it.

    `preemptions` None means no bound, `limit` is the most schedules to run.  `code`
    names modules, classes or functions whose files hold the steps; by default those
    of the state's class, of its attributes' and of thread functions.
    """
    __tracebackhide__ = True  # pytest leaves this frame out
    scenario = Scenario(make, threads, check, watch, code, operations, **settings)
    found, counted = search(scenario, preemptions, limit)
    if found:
        raise found
    return counted


def expect_race(
    make: Callable[[], State],
    threads: Mapping[str, Callable[[State], object]],
    check: Callable[[State], object] | None = None,
    watch: Callable[[State], object] | None = None,
    **settings: Any,
) -> RaceFound:
    """Return the race that `explore` finds, or raise NoRaceFound."""
    __tracebackhide__ = True
    try:
        explored = explore(make, threads, check, watch, **settings)
    except RaceFound as race:
        return race.with_traceback(None)
    raise NoRaceFound(str(explored))


def replay(
    schedule: Sequence[int],
    make: Callable[[], State],
    threads: Mapping[str, Callable[[State], object]],
    check: Callable[[State], object] | None = None,
    watch: Callable[[State], object] | None = None,
    *,
    operations: bool = False,
    code: Collection[object] = (),
    **settings: Any,
) -> str:
    """Run one schedule again: raise its RaceFound, or return the trace of a good end.

    A schedule names, turn by turn, the thread that does its next step: 1 is the
    first of `threads`.  After its end, nobody is preempted any more.  Raise
    BadSchedule if it names a thread that cannot run at that point.
    """
    __tracebackhide__ = True
    scenario = Scenario(make, threads, check, watch, code, operations, **settings)
    with Session(scenario) as session:
        run = session.run(follow([number - 1 for number in schedule]), watching=True)
    if run.failure:
        raise found_in(run)
    return report.trace(run.story)


def search(
    scenario: Scenario[Any], preemptions: int | None, limit: int
) -> tuple[RaceFound | None, Explored]:
    """Return the first race, if any, and how many schedules were run."""
    followed = set[str]()
    with Session(scenario) as session:
        count, complete = 0, True
        for count, run in enumerate(runs(session, preemptions), 1):
            if run.failure:
                return found_in(again(session, run)), Explored(
                    count, False, preemptions
                )
            followed |= {worker.name for worker in run.workers if worker.followed}
            if count == limit:
                complete = False
                break
        _demand_steps(session, followed)
    return None, Explored(count, complete, preemptions)


def _demand_steps(session: Session, followed: Collection[str]) -> None:
    """Raise CannotRun if a thread was never followed: nothing was looked for in it."""
    for name in session.scenario.threads:
        if name not in followed:
            files = ", ".join(sorted(map(os.path.basename, session.tracer.files)))
            raise CannotRun(
                f"no step of thread {name} was followed, so no race with it can be "
                f"found.  Steps are the lines of {files or 'no file'}: pass code=[...] "
                "with the classes or modules that it runs.  The body of a lambda is "
                "never a step: write a function with def."
            )


def runs(
    session: Session, preemptions: int | None, start: Sequence[int] = ()
) -> Iterator[Run]:
    """Run each schedule that begins like `start`, those with fewest preemptions first.

    Each run differs from an earlier one, its parent, at one turn, and follows the
    default from there on: so no schedule is run twice.
    """
    serial = itertools.count()
    waiting = [_Branch(0, 0, next(serial), tuple(start))]
    while waiting:
        parent = heapq.heappop(waiting)
        schedule = parent.schedule
        run = _run(session, schedule)
        yield run
        taken = tuple(run.turns.schedule)
        for turn in range(len(schedule), len(taken)):
            for option in run.turns.choices[turn][1:]:
                cost = parent.cost + option.cost
                if preemptions is None or cost <= preemptions:
                    branch = _Branch(
                        cost,
                        parent.switches + 1,
                        next(serial),
                        (*taken[:turn], option.thread),
                    )
                    heapq.heappush(waiting, branch)


def _run(session: Session, schedule: Sequence[int]) -> Run:
    try:
        return session.run(follow(schedule))
    except BadSchedule as error:
        raise CannotRun(
            "the code does not do the same each time, so its schedules cannot be "
            f"listed: {error}.  Sets of objects, random numbers, times and state "
            "that `make` does not make anew are the usual reasons."
        ) from None


class _Branch(NamedTuple):
    """A schedule to be run, in the order in which they are."""

    cost: int
    switches: int  # from the default
    serial: int
    schedule: tuple[int, ...]


def follow(schedule: Sequence[int], then_pause: bool = False) -> Chooser:
    """Choose as `schedule` says, then the default, or pause."""

    def choose(turn: int, options: Sequence[Option]) -> int:
        if turn < len(schedule):
            return schedule[turn]
        if then_pause:
            raise Paused
        return options[0].thread

    return choose


def again(session: Session, run: Run) -> Run:
    """Run a failed schedule once more, now with the watched state."""
    assert run.failure
    if run.failure.kind == "stuck" or session.scenario.watch is None:
        return run
    return session.run(follow(run.turns.schedule), watching=True)


def found_in(run: Run) -> RaceFound:
    """Return what a failed run raises."""
    assert run.failure
    kind, reason = run.failure
    schedule = run.turns.shortest
    text = report.message(run.story, run.failure, schedule)
    return RaceFound(kind, reason, schedule, run.turns.preemptions, text)
