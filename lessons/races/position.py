"""Where a run stands between two turns, for whoever chooses each turn by hand.

No thread waits for a key: `position` runs the scenario from the start under the
turns chosen so far, notes where everyone stands, and ends the threads again.
"""

import dataclasses
import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from lessons.races import report, search
from lessons.races.failures import RaceFound
from lessons.races.scheduler import Run
from lessons.races.session import Session
from lessons.races.standing import Standing


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
    places = [event.place for event in run.events if event.thread == number]
    return dataclasses.replace(standing, at=places[0] if places else None)


def next_towards_race(
    session: Session, schedule: Sequence[int], preemptions: int = 2, limit: int = 2000
) -> int | None:
    """Return the thread whose turn leads on to a race, by the fewest preemptions.

    None: no way from here leads to one, within the bound and the limit.
    """
    turns = [number - 1 for number in schedule]
    for count, run in enumerate(search.runs(session, preemptions, turns)):
        if run.failure and len(run.schedule) > len(turns):
            return run.schedule[len(turns)] + 1
        if count == limit:
            break
    return None


def fewest_switches(session: Session, preemptions: int = 2) -> int | None:
    """Return how often the shortest way to a race changes the thread; None: no race."""
    for run in search.runs(session, preemptions):
        if run.failure:
            return switches(run)
    return None


def switches(run: Run) -> int:
    """Count the turns that went to another thread than the turn before."""
    return sum(a != b for a, b in itertools.pairwise(run.schedule))
