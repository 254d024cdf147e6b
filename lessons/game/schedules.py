"""A schedule that a learner has written down: is it one, and what comes of it?

One thread, that of the check, enters.
"""

from typing import Any

from lessons.checking.answer import Answer
from lessons.checking.diagnosis import Wrong
from lessons.races import BadSchedule, RaceFound, replay
from lessons.races.scenario import Scenario


def run_schedule(
    answer: Answer, name: str, scenario: Scenario[Any]
) -> tuple[RaceFound | None, str]:
    """Run the schedule called `name`; return the race, if there is one, and the trace.

    Raise Wrong if it is no list of turns, or none that can happen.
    """
    schedule, look = _schedule(answer, name), line_of(answer, name)
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
        return race, str(race)
    except BadSchedule as error:
        raise _cannot_happen(schedule, str(error), scenario, look) from None
    return None, trace


def line_of(answer: Answer, name: str) -> str:
    """Return the line that gives `name` its value, also `NAME=...` and `NAME: ...`."""
    return answer.line_with(f"{name} =", f"{name}=", f"{name}:", name)


def _schedule(answer: Answer, name: str) -> list[int]:
    value = getattr(answer.module, name)
    look = line_of(answer, name)
    if not isinstance(value, list | tuple) or not all(type(n) is int for n in value):
        raise Wrong(
            "A schedule is a list of whole numbers",
            seen=f"{name} is {value!r}",
            expected="A list such as the game writes it: [2, 2, 1]",
            why="Each number says whose turn it is: 1 is the first thread, 2 the "
            "second.",
            look=look,
        )
    if not value:
        raise Wrong(
            "An empty schedule decides nothing",
            seen=f"{name} is {value!r}",
            expected="Whose turn it is, step by step",
            why="Two thousand runs whose order nobody chose have found nothing; one "
            "whose order you choose finds it at once.",
            look=look,
        )
    return list(value)


def _cannot_happen(
    schedule: list[int], reason: str, scenario: Scenario[Any], look: str
) -> Wrong:
    number = len(scenario.threads)
    if not set(schedule) <= set(range(1, number + 1)):
        title = "There is no such thread"
        expected = f"Only the numbers {', '.join(map(str, range(1, number + 1)))}"
        why = "The threads are counted from 1."
    elif "has ended" in reason:
        title = "The turn of a thread that has ended"
        expected = "Turns of threads that have steps left"
        why = (
            "A schedule must be one that can happen. `return` is no step of its own, "
            "and who has returned makes none."
        )
    else:
        title = "The turn of a thread that waits"
        expected = "Turns of threads that can run"
        why = (
            "Who waits for a lock cannot have the turn; when nobody can run any more, "
            "the schedule has come to its end."
        )
    seen = f"In {schedule} {reason}"
    return Wrong(title, seen=seen, expected=expected, why=why, look=look)
