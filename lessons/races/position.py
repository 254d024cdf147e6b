"""Where a run is between two turns, for someone who chooses each turn by hand.

One thread enters.  No thread waits for a key: `position` runs the scenario from the
start under the turns chosen so far, notes where every thread is, and ends them all.
That takes a millisecond, so undo is a shorter list of turns, and a game that is left
open holds no thread.
"""

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lessons.races import diagnosis, order, report, search
from lessons.races.failures import RaceFound
from lessons.races.scheduler import Run
from lessons.races.session import Session
from lessons.races.steps import Place
from lessons.races.tracing import Tracer
from lessons.races.workers import Worker

MOST_STEPS = 50_000  # one or two seconds


@dataclass(frozen=True)
class Standing:
    """One thread between two turns."""

    thread: int  # 1 is the first
    name: str
    can_run: bool
    ended: bool
    at: Place | None  # the step that it does next, or waits in
    waits: str  # "for self.lock, held by conn-1"; empty if it does not
    operations: list[str]  # of the line that it is at, to be opened


@dataclass(frozen=True)
class Position:
    """Everything that there is to see between two turns."""

    schedule: list[int]  # the turns so far
    threads: list[Standing]
    watched: str
    switches: int
    over: bool  # no turn is left
    race: RaceFound | None
    trace: str


def position(session: Session, schedule: Sequence[int]) -> Position:
    """Return where the run is after the turns of `schedule`.

    Raise BadSchedule if a turn goes to a thread that cannot run.
    """
    turns = [number - 1 for number in schedule]
    threads: list[Standing] = []
    run = session.run(
        order.follow(turns, then_pause=True),
        watching=True,
        at_end=lambda run: threads.extend(_standings(run)),
    )
    return Position(
        [number + 1 for number in run.turns.schedule],
        [_with_first_step(session, turns, one) for one in threads],
        run.story.watched,
        run.turns.switches,
        not run.paused,
        search.found_in(session, run) if run.failure else None,
        report.trace(run.story),
    )


def _standings(run: Run) -> list[Standing]:
    """Return where the threads of a run are, while they are there."""
    return [_standing(worker, run.tracer) for worker in run.workers]


def _standing(worker: Worker, tracer: Tracer) -> Standing:
    held_up = worker.waiting is not None and not worker.ready
    return Standing(
        worker.number + 1,
        worker.name,
        worker.ready or (worker.deadline_s is not None and not worker.done),
        worker.done,
        worker.at,
        diagnosis.awaited(worker) if held_up else "",
        tracer.operations_on(worker.at) if worker.at else [],
    )


def _with_first_step(
    session: Session, turns: list[int], standing: Standing
) -> Standing:
    """Return where a thread that has not begun will be first: try it out."""
    number = standing.thread - 1
    if standing.at or not standing.can_run:
        return standing
    run = session.run(order.follow([*turns, number], then_pause=True))
    place = next((e.place for e in run.story.events if e.thread == number), None)
    operations = session.tracer.operations_on(place) if place else []
    return dataclasses.replace(standing, at=place, operations=operations)


def next_towards_race(
    session: Session,
    schedule: Sequence[int],
    preemptions: int = 2,
    limit: int = MOST_STEPS,
) -> int | None:
    """Return the thread whose turn leads on to a race, by the fewest changes.

    None: no way from here leads to one, within the bound and the limit.
    """
    turns = [number - 1 for number in schedule]
    for run in _affordable(order.runs(session, preemptions, turns), limit):
        if run.failure and len(run.turns.schedule) > len(turns):
            return run.turns.schedule[len(turns)] + 1
    return None


def best_schedule(
    session: Session, preemptions: int = 2, limit: int = MOST_STEPS
) -> list[int] | None:
    """Return the turns to a race that change the thread least often; None: no race.

    The search ends after `limit` steps: where that is soon, there may be a better way.
    """
    best = _best(session, preemptions, limit)
    return [number + 1 for number in best.turns.schedule] if best else None


def fewest_switches(
    session: Session, preemptions: int = 2, limit: int = MOST_STEPS
) -> int | None:
    """Return how often `best_schedule` changes the thread; None: no race."""
    best = _best(session, preemptions, limit)
    return best.turns.switches if best else None


def _best(session: Session, preemptions: int, limit: int) -> Run | None:
    best: Run | None = None
    for run in _affordable(order.runs(session, preemptions), limit):
        if best and run.turns.deviations >= best.turns.switches:
            break  # each deviation is a switch, and no run to come has fewer
        if run.failure and (best is None or run.turns.switches < best.turns.switches):
            best = run
    return best


def _affordable(runs: Iterator[Run], steps: int) -> Iterator[Run]:
    """Yield runs until they have had so many steps; one that spins has many."""
    for run in runs:
        yield run
        steps -= len(run.story.events)
        if steps <= 0:
            return
