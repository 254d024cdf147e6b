"""Where a run stands between two turns, for whoever chooses each turn by hand.

No thread waits for a key: `position` runs the scenario from the start under the
turns chosen so far, notes where everyone stands, and ends the threads again.
"""

import dataclasses
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lessons.races import report, search
from lessons.races.failures import RaceFound
from lessons.races.scheduler import Run
from lessons.races.session import Session
from lessons.races.standing import Standing

MOST_STEPS = 50_000  # one or two seconds


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
    """Return where the run stands after the turns of `schedule`.

    Raise BadSchedule if a turn goes to a thread that cannot run.
    """
    turns = [number - 1 for number in schedule]
    run = session.run(search.follow(turns, then_pause=True), watching=True)
    return Position(
        [number + 1 for number in run.schedule],
        [_with_first_step(session, turns, one) for one in run.standings],
        run.notes[max(run.notes)] if run.notes else "",
        switches(run),
        not run.paused,
        search.found_in(run) if run.failure else None,
        report.trace(run),
    )


def _with_first_step(
    session: Session, turns: list[int], standing: Standing
) -> Standing:
    """Return where a thread that has not begun will be first: try it out."""
    number = standing.thread - 1
    if standing.at or not standing.can_run:
        return standing
    run = session.run(search.follow([*turns, number], then_pause=True))
    place = next((e.place for e in run.events if e.thread == number), None)
    operations = session.tracer.operations_on(place) if place else []
    return dataclasses.replace(standing, at=place, operations=operations)


def next_towards_race(
    session: Session,
    schedule: Sequence[int],
    preemptions: int = 2,
    limit: int = MOST_STEPS,
) -> int | None:
    """Return the thread whose turn leads on to a race, by the fewest preemptions.

    None: no way from here leads to one, within the bound and the limit.
    """
    turns = [number - 1 for number in schedule]
    for run in _affordable(search.runs(session, preemptions, turns), limit):
        if run.failure and len(run.schedule) > len(turns):
            return run.schedule[len(turns)] + 1
    return None


def best_schedule(
    session: Session, preemptions: int = 2, limit: int = MOST_STEPS
) -> list[int] | None:
    """Return the turns to a race that change the thread least often; None: no race.

    The search ends after `limit` steps: where that is soon, there may be a better way.
    """
    best: Run | None = None
    for run in _affordable(search.runs(session, preemptions), limit):
        if best and search.preemptions_in(run) >= switches(best):
            break  # each preemption is a switch, and no run to come has fewer
        if run.failure and (best is None or switches(run) < switches(best)):
            best = run
    return [number + 1 for number in best.schedule] if best else None


def fewest_switches(
    session: Session, preemptions: int = 2, limit: int = MOST_STEPS
) -> int | None:
    """Return how often `best_schedule` changes the thread; None: no race."""
    best = best_schedule(session, preemptions, limit)
    return None if best is None else _changes(best)


def _affordable(runs: Iterator[Run], steps: int) -> Iterator[Run]:
    """Yield runs until they have had so many steps; one that spins has many."""
    for run in runs:
        yield run
        steps -= len(run.events)
        if steps <= 0:
            return


def switches(run: Run) -> int:
    """Count the turns that went to another thread than the turn before."""
    return _changes(run.schedule)


def _changes(schedule: Sequence[int]) -> int:
    return sum(a != b for a, b in itertools.pairwise(schedule))
