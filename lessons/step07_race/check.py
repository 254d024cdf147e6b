"""Judges step 7: runs the real code under the learner's schedules."""

import dataclasses

from lessons.checking import SCALE, Answer, Wrong
from lessons.game.levels import Entrance, two_joins
from lessons.game.schedules import brief, is_whole, line_of, printed, run_schedule
from lessons.given import registry

MOST_RUNS = 10**9


def lets_both_in(answer: Answer) -> None:
    """After SCHEDULE both threads are welcomed as ann"""
    _owner_at_the_end(answer, "SCHEDULE")


def ends_otherwise(answer: Answer) -> None:
    """OTHER_END also welcomes both, but the registry holds the other connection"""
    first = _owner_at_the_end(answer, "SCHEDULE")
    if _owner_at_the_end(answer, "OTHER_END") == first:
        raise Wrong(
            "Both schedules end with the same connection",
            seen=f"After each of them the registry has {{'ann': {first}}}",
            expected=f"{{'ann': {3 - first}}} after OTHER_END",
            why="The connection that writes last is in the registry, and gets "
            "everything that is sent to ann. The other one was welcomed, and "
            "gets nothing.",
            look=line_of(answer, "OTHER_END"),
        )


def needs_no_luck(answer: Answer) -> None:
    """How often SCHEDULE must be run"""
    runs = answer.module.RUNS_NEEDED
    if not is_whole(runs) or runs < 1:
        raise Wrong(
            "RUNS_NEEDED is not a whole number of 1 or more",
            seen=f"RUNS_NEEDED is {printed(runs)}",
            expected="A number of runs, such as 2000",
            why="Somebody would have to run it that many times.",
            look=line_of(answer, "RUNS_NEEDED"),
        )
    if runs > MOST_RUNS:
        raise Wrong(
            "Nobody can run it that many times",
            seen=f"RUNS_NEEDED is {printed(runs)}",
            expected="The number of runs after which you can be sure",
            why="A billion runs take more than ten days, if a thousand of them take a "
            "second. And when would you be sure?",
            look=line_of(answer, "RUNS_NEEDED"),
        )
    if runs != 1:
        raise Wrong(
            "A schedule needs to be run only once",
            seen=f"RUNS_NEEDED is {printed(runs)}",
            expected="The number of runs after which you can be sure",
            why="A schedule says which thread has each turn, so every run of it is "
            "the same. Running something many times helps only where chance "
            "decides.",
            look=line_of(answer, "RUNS_NEEDED"),
        )


def _owner_at_the_end(answer: Answer, name: str) -> int:
    """Return who is in the registry after a schedule that lets both in."""
    doors: list[Entrance] = []
    scenario = two_joins(registry)

    def make() -> Entrance:
        doors.append(scenario.make())
        return doors[-1]

    race, trace = run_schedule(answer, name, dataclasses.replace(scenario, make=make))
    if race:
        return int(doors[-1].registry.users["ann"])
    raise _harmless(getattr(answer.module, name), trace, line_of(answer, name))


def _harmless(schedule: list[int], trace: str, look: str) -> Wrong:
    if len(set(schedule)) == 1:
        return Wrong(
            "The schedule interrupts neither thread",
            seen=f"{brief(schedule)} gives every turn to the same thread:\n\n{trace}",
            expected="Turns of both threads",
            why="A race needs two threads: one of them gets in between two turns of "
            "the other.",
            look=look,
        )
    return Wrong(
        "One thread takes the name before the other asks for it",
        seen=f"{brief(schedule)} runs, and only one is welcomed:\n\n{trace}",
        expected="Two threads that have both been told that the name is free",
        why="A thread that asks after the name has been taken is refused, as it "
        "should be.",
        look=look,
    )


CHECK_LIMIT_S = 6.0 * SCALE  # for code that hangs; all checks take two
CHECKS = (lets_both_in, ends_otherwise, needs_no_luck)
