"""Looks for a schedule that goes wrong: within a bound, and then by chance.

One thread enters, the one that explores.  order.py says in which order schedules come
within the bound, and chance.py makes the others.  A schedule is a list of thread
numbers and nothing else.  So it can be replayed, and printed in a test.
"""

import itertools
import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lessons.races import chance, order, otherwise, report
from lessons.races.failures import CannotRun, NoRaceFound, RaceFound
from lessons.races.needed import without_bystanders
from lessons.races.primitives import now_s
from lessons.races.progress import Progress
from lessons.races.scenario import Scenario, State
from lessons.races.scheduler import Run
from lessons.races.session import Session
from lessons.races.simpler import simpler

WITHIN = "bound"  # the part of the search that runs every schedule within it
BY_CHANCE = 5  # times as many steps to make such a schedule simple


@dataclass(frozen=True)
class Explored:
    """How far an exploration that found nothing went."""

    schedules: int  # in all
    complete: bool  # every schedule within the bound was run
    preemptions: int | None
    by_chance: int = 0  # of `schedules`
    seed: int | None = None

    def __str__(self) -> str:
        of_all = "all" if self.complete else "only the first"
        bound = (
            ""
            if self.preemptions is None
            else f" with at most {self.preemptions} interruptions"
        )
        chance = f" and {self.by_chance:,} by chance (seed {self.seed})"
        return (
            f"{of_all} {self.schedules - self.by_chance:,} schedules{bound}"
            f"{chance if self.by_chance else ''}: nothing found"
        )


@dataclass(frozen=True)
class Budget:
    """How much an exploration may cost."""

    preemptions: int | None = 2
    limit: int = 100_000  # schedules
    seconds: float | None = None
    seed: int | None = None  # of the schedules by chance; None: there are none


def explore(
    make: Callable[[], State],
    threads: Mapping[str, Callable[[State], object]],
    check: Callable[[State], object] | None = None,
    watch: Callable[[State], object] | None = None,
    *,
    preemptions: int | None = 2,
    limit: int = 100_000,
    seconds: float | None = None,
    seed: int | None = None,
    operations: bool = False,
    code: Collection[object] = (),
    **settings: Any,
) -> Explored:
    """Run every schedule with at most `preemptions` preemptions, simple ones first.

    For each one `make()` builds the state, each function in `threads` gets it in a
    new thread, and at the end `check(state)` raises, or returns False, if it
    is wrong.  A step is a line, or with `operations` one read, write or call.

    Return how far it went.  Raise RaceFound at the first failure, with a trace that
    shows `watch(state)` after each step.  A failure is a failed check, an exception in
    a thread, a deadlock, a lock kept by a thread that ended, no progress within
    `max_steps` steps (5,000), or a thread that has been stuck for `patience_s` seconds
    (3.5) where the checker cannot see it.  Raise CannotRun for code that the checker
    cannot judge.

    `preemptions` None means no bound.  `limit` is the most schedules to run, `seconds`
    the most time.  With a `seed`, a whole number, schedules by chance follow when the
    bound is used up, or half of the limit; they find what needs more preemptions.
    `code` names modules, classes or functions whose files hold the steps; by default
    those of the state's class, of its attributes' and of thread functions.

    It does not see what happens within one call into C or into other files, nor who
    waits for a socket or a file.  asyncio, processes and threads that `threading` has
    not started are refused.  README.md has the whole list.
    """
    __tracebackhide__ = True  # pytest leaves this frame out
    scenario = Scenario(make, threads, check, watch, code, operations, **settings)
    budget = Budget(preemptions, limit, seconds, seed)
    found, counted = look_for_race(scenario, budget)
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
    """Return the race that `explore` finds with these arguments, or raise NoRaceFound.

    Raise CannotRun where `explore` does.
    """
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
        chooser = order.follow([number - 1 for number in schedule])
        run = session.run(chooser, watching=True)
        if run.failure:
            fewer = without_bystanders(session, run)
            if fewer.turns.schedule == run.turns.schedule:
                run = fewer
            raise found_in(session, run)
    return report.trace(run.story)


def search(
    scenario: Scenario[Any], preemptions: int | None, limit: int
) -> tuple[RaceFound | None, Explored]:
    """Return the first race, if any, and how many schedules were run."""
    return look_for_race(scenario, Budget(preemptions, limit))


def look_for_race(
    scenario: Scenario[Any], budget: Budget
) -> tuple[RaceFound | None, Explored]:
    """Return the first race within a budget, if any, and how far the search went."""
    with Session(scenario) as session, Progress() as progress:
        return _Search(session, budget, progress).outcome()


class _Search:
    """One search, and how far it has come."""

    def __init__(self, session: Session, budget: Budget, progress: Progress) -> None:
        self._session = session
        self._budget = budget
        self._progress = progress
        self._begun_s = now_s()
        self._count = self._within = 0  # schedules
        self._longest = 1  # turns of a run
        self._is_cut = False  # by the budget
        self._followed = set[str]()  # threads

    def outcome(self) -> tuple[RaceFound | None, Explored]:
        """Search; return the first race, if any, and how far it went."""
        budget, session = self._budget, self._session
        share = 1.0 if budget.seed is None else 0.5
        within = order.runs(session, budget.preemptions)
        race = self._first_race(((WITHIN, run) for run in within), share)
        complete = not race and not self._is_cut
        self._within = self._count
        if not race and budget.seed is not None and not self._is_proved(complete):
            race = self._first_race(self._by_chance(budget.seed), 1.0)
        if not race:
            self._demand_steps()
        by_chance = self._count - self._within
        seed = budget.seed if by_chance else None
        counted = Explored(self._count, complete, budget.preemptions, by_chance, seed)
        return race, counted

    def _is_proved(self, complete: bool) -> bool:
        return complete and self._budget.preemptions is None

    def _by_chance(self, seed: int) -> Iterator[tuple[str, Run]]:
        for number in itertools.count():
            part, chooser = chance.by_chance(seed, number, self._longest)
            yield part, self._session.run(chooser)

    def _first_race(
        self, runs: Iterator[tuple[str, Run]], share: float
    ) -> RaceFound | None:
        """Return the first race of `runs`, within a share of the budget."""
        for part, run in runs:
            self._count += 1
            if run.failure:
                return self._found(part, run)
            self._longest = max(self._longest, len(run.turns.schedule))
            self._followed |= {one.name for one in run.workers if one.followed}
            self._progress.show(self._count, run.turns)
            if self._is_used_up(share):
                self._is_cut = True
                break
        return None

    def _is_used_up(self, share: float) -> bool:
        limit, seconds = self._budget.limit, self._budget.seconds
        took_s = now_s() - self._begun_s
        return self._count >= limit * share or bool(
            seconds is not None and took_s >= seconds * share
        )

    def _found(self, part: str, run: Run) -> RaceFound:
        again = _as_it_is_shown(self._session, run, part != WITHIN)
        seed, how = None, ""
        if part != WITHIN:
            seed = self._budget.seed
            how = f"Found by chance ({part}, seed {seed}), as schedule {self._count:,}."
        race = found_in(self._session, again, how)
        race.part, race.schedules_run, race.seed = part, self._count, seed
        return race

    def _demand_steps(self) -> None:
        """Raise CannotRun if a thread was never followed: nobody has looked at it."""
        for name in self._session.scenario.threads:
            if name not in self._followed:
                files = sorted(map(os.path.basename, self._session.tracer.files))
                raise CannotRun(
                    f"no step of thread {name} was followed, so no race with it can be "
                    f"found. Steps are the lines of {', '.join(files) or 'no file'}: "
                    "pass code=[...] with the classes or modules that it runs. The "
                    "body of a lambda is never a step: write a function with def."
                )


def _as_it_is_shown(session: Session, run: Run, by_chance: bool) -> Run:
    """Run a failed schedule once more, with few threads, and note what steps do.

    One that was found by chance is made simple, and then needs fewer threads.
    """
    assert run.failure
    if run.failure.kind == "stuck":
        return run
    again = order.run_once(session, order.follow(run.turns.schedule), watching=True)
    if not again.failure:
        raise order.not_the_same(
            f"so it went wrong only the first time: {run.failure.reason}"
        )
    if not by_chance:
        return without_bystanders(session, again)
    fewer = without_bystanders(session, again, BY_CHANCE)
    simple = simpler(session, fewer, BY_CHANCE)
    return fewer if simple is fewer else without_bystanders(session, simple)


def found_in(session: Session, run: Run, how: str = "") -> RaceFound:
    """Return what a failed run raises; `how` it was found comes last in its text."""
    assert run.failure
    kind, reason = run.failure
    schedule = run.turns.shortest
    cause = run.cause
    if cause is None and kind in ("check", "exception"):
        cause = otherwise.why(session, run)
        # The same once more: if it goes well now, the experiments have shown nothing.
        # And whoever keeps notes in `make` finds those of the run that is reported.
        again = session.run(order.as_far_as_possible(run.turns.schedule))
        if again.failure is None or again.failure.kind != kind:
            cause = None
    text = report.message(run.story, run.failure, schedule, cause, how)
    race = RaceFound(kind, reason, schedule, run.turns.preemptions, text)
    race.turns = len(run.turns.schedule)
    return race
