"""Judges step 7: runs the real code under the learner's schedules."""

from typing import Any

from lessons.checking import Answer, Wrong
from lessons.races import BadSchedule, RaceFound, replay
from lessons.races.levels import Entrance, two_joins
from lessons.step07_race import registry


def lets_both_in(answer: Answer) -> None:
    """After SCHEDULE both are welcomed as ann"""
    _owner_at_the_end(answer, "SCHEDULE")


def ends_otherwise(answer: Answer) -> None:
    """After OTHER_END too, and the registry holds the other connection"""
    first = _owner_at_the_end(answer, "SCHEDULE")
    if _owner_at_the_end(answer, "OTHER_END") == first:
        raise Wrong(
            "Both schedules end with the same connection",
            seen=f"After each of them the registry has {{'ann': {first}}}",
            expected=f"{{'ann': {3 - first}}} after OTHER_END",
            why="Who writes last is in the registry, and gets all that is sent to "
            "ann; the other one was welcomed and hears nothing.",
            look=answer.line_with("OTHER_END ="),
        )


def needs_no_luck(answer: Answer) -> None:
    """How often SCHEDULE must be run"""
    runs = answer.module.RUNS_NEEDED
    if runs != 1 or not isinstance(runs, int):
        raise Wrong(
            "A schedule needs no luck",
            seen=f"RUNS_NEEDED is {runs!r}",
            expected="The number of runs after which one is sure",
            why="A schedule says whose turn it is at each step, so every run of it is "
            "the same; to run something very often helps only where chance decides.",
            look=answer.line_with("RUNS_NEEDED ="),
        )


def _owner_at_the_end(answer: Answer, name: str) -> int:
    """Return who is in the registry after a schedule that lets both in."""
    schedule, look = _schedule(answer, name), answer.line_with(f"{name} =")
    doors: list[Entrance] = []
    scenario = two_joins(registry)

    def make() -> Entrance:
        doors.append(scenario.make())
        return doors[-1]

    try:
        trace = replay(
            schedule,
            make,
            scenario.threads,
            scenario.check,
            scenario.watch,
            code=scenario.code,
        )
    except RaceFound:
        return int(doors[-1].registry.users["ann"])
    except BadSchedule as error:
        raise _cannot_be(schedule, str(error), look) from None
    raise _harmless(schedule, trace, look)


def _schedule(answer: Answer, name: str) -> list[int]:
    value: Any = getattr(answer.module, name)
    look = answer.line_with(f"{name} =")
    if not isinstance(value, list) or not all(type(turn) is int for turn in value):
        raise Wrong(
            "A schedule is a list of whole numbers",
            seen=f"{name} is {value!r}",
            expected="A list such as the game writes it: [2, 2, 1]",
            why="Each number says whose turn it is: 1 is conn-1 and 2 is conn-2.",
            look=look,
        )
    if not value:
        raise Wrong(
            "An empty schedule decides nothing",
            seen=f"{name} is []",
            expected="Whose turn it is, step by step",
            why="Two thousand runs whose order nobody chose have found nothing; one "
            "whose order you choose finds it at once.",
            look=look,
        )
    return value


def _cannot_be(schedule: list[int], reason: str, look: str) -> Wrong:
    seen = f"In {schedule} {reason}"
    if not set(schedule) <= {1, 2}:
        return Wrong(
            "There is no such thread",
            seen=seen,
            expected="Only the numbers 1 and 2",
            why="There are two threads, and they are counted from 1.",
            look=look,
        )
    return Wrong(
        "The turn of a thread that has ended",
        seen=seen,
        expected="Turns of threads that have steps left",
        why="A schedule is something that can happen: who gets the name has two steps, "
        "the `if` and the assignment, and who is refused has one.",
        look=look,
    )


def _harmless(schedule: list[int], trace: str, look: str) -> Wrong:
    if len(set(schedule)) == 1:
        return Wrong(
            "The schedule interrupts nobody",
            seen=f"{schedule} gives every turn to the same thread:\n\n{trace}",
            expected="Turns of both threads",
            why="A race needs two: one thread comes in between two steps of the other.",
            look=look,
        )
    return Wrong(
        "One takes the name before the other asks",
        seen=f"{schedule} runs, and only one is welcomed:\n\n{trace}",
        expected="Two who have both been told that the name is free",
        why="Who asks after the name has been taken is refused, as it should be.",
        look=look,
    )


CHECKS = (lets_both_in, ends_otherwise, needs_no_luck)
