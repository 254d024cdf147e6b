"""Tries a schedule that a learner has written down, and explains one that cannot run.

One thread, that of the check, enters.
"""

from collections.abc import Sequence
from typing import Any

from lessons.checking.answer import Answer
from lessons.checking.diagnosis import Wrong
from lessons.races import BadSchedule, RaceFound, replay
from lessons.races.scenario import Scenario

_SHOWN = 40  # turns; no schedule of these lessons needs as many


def run_schedule(
    answer: Answer, name: str, scenario: Scenario[Any]
) -> tuple[RaceFound | None, str]:
    """Run the schedule called `name`; return the race, if there is one, and the trace.

    Raise Wrong if it is not a list of turns, or cannot happen.
    """
    schedule, look = _schedule(answer, name), line_of(answer, name)
    if not set(schedule) <= set(range(1, len(scenario.threads) + 1)):
        raise _no_such_thread(schedule, len(scenario.threads), look)
    try:
        trace = replay(
            schedule,
            scenario.make,
            scenario.threads,
            scenario.check,
            scenario.watch,
            code=scenario.code,
        )
    except RaceFound as race:
        if len(schedule) > race.turns:
            raise _too_long(schedule, race, look) from None
        return race, str(race)
    except BadSchedule as error:
        raise _cannot_happen(schedule, str(error), look) from None
    return None, trace


def line_of(answer: Answer, name: str) -> str:
    """Return the line that gives `name` its value, also `NAME=...` and `NAME: ...`."""
    return answer.line_with(f"{name} =", f"{name}=", f"{name}:", name)


def is_whole(value: object) -> bool:
    """Tell whether a value is a whole number; True and False are meant otherwise."""
    if isinstance(value, float):
        return value.is_integer()
    return isinstance(value, int) and not isinstance(value, bool)


def printed(value: object) -> str:
    """Return how a value prints; Python prints no number of thousands of digits."""
    try:
        return repr(value)
    except ValueError:
        return "too long to be printed"


def _schedule(answer: Answer, name: str) -> list[int]:
    value = getattr(answer.module, name)
    look = line_of(answer, name)
    if not isinstance(value, Sequence) or not all(map(is_whole, value)):
        raise Wrong(
            "The schedule is not a list of whole numbers",
            seen=f"{name} is {printed(value)}",
            expected="A list such as the game writes it: [2, 2, 1]",
            why="Each number says whose turn it is: 1 is the first thread, 2 the "
            "second.",
            look=look,
        )
    if not value:
        raise Wrong(
            "The schedule is empty",
            seen=f"{name} is {printed(value)}",
            expected="A list that says whose turn it is, turn by turn",
            why="Two thousand runs in orders that nobody chose found nothing. One "
            "run in an order that you choose finds the race at once.",
            look=look,
        )
    return list(map(int, value))


def _no_such_thread(schedule: list[int], number: int, look: str) -> Wrong:
    numbers = ", ".join(map(str, range(1, number + 1)))
    return Wrong(
        "The schedule names a thread that does not exist",
        seen=f"The schedule is {brief(schedule)}",
        expected=f"Only the numbers {numbers}",
        why="The threads are counted from 1.",
        look=look,
    )


def _cannot_happen(schedule: list[int], reason: str, look: str) -> Wrong:
    if "has ended" in reason:
        title = "The schedule gives a turn to a thread that has ended"
        expected = "Turns of threads that have not ended"
        why = (
            "A schedule must be one that can happen. `return` is not a separate "
            "turn, and a thread that has returned has no more turns."
        )
    else:
        title = "The schedule gives a turn to a thread that waits"
        expected = "Turns of threads that can run"
        why = (
            "A thread that waits for a lock cannot have a turn. When no thread can "
            "run any more, the schedule must end."
        )
    seen = f"In {brief(schedule)} {reason}"
    return Wrong(title, seen=seen, expected=expected, why=why, look=look)


def _too_long(schedule: list[int], race: RaceFound, look: str) -> Wrong:
    """Say that turns are left when the run is over."""
    stuck = race.kind == "deadlock"
    end = "nobody can go on" if stuck else "the last thread has ended"
    reason = f"the run is over after turn {race.turns}, where {end}"
    return _cannot_happen(schedule, reason, look)


def brief(schedule: list[int]) -> str:
    """Return a schedule as Python writes it, of a long one its first turns."""
    if len(schedule) <= _SHOWN:
        return printed(schedule)
    first = ", ".join(map(printed, schedule[:_SHOWN]))
    return f"[{first}, ...], {len(schedule):,} turns,"
