"""`python -m lessons.game 7`: a level of the game, or any scenario.

Here a game and what shows it come together.  One thread enters, the main thread.
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from lessons.checking.answer import Answer, CannotLoad, described
from lessons.game import terminal
from lessons.game.game import PREEMPTIONS, Game
from lessons.game.levels import LEVELS, Level
from lessons.races.failures import BadSchedule, CannotRun, UnknownPython
from lessons.races.position import best_schedule, position
from lessons.races.scenario import Scenario
from lessons.races.session import Session


def play(
    scenario: Scenario[Any], title: str = "", goal: str = "", notes: Sequence[str] = ()
) -> None:
    """Let someone break a scenario, with keys from a terminal or from a pipe.

    Raise CannotRun if the code cannot be explored; `notes` are shown at the start.
    """
    terminal.play(Game(scenario, title, goal, notes))


def main(step: int, answer: Path | None = None) -> int:
    """Play the level of a step, on the learner's file if that can be played."""
    level = LEVELS.get(step)
    if level is None:
        steps = ", ".join(map(str, LEVELS))
        print(f"There are games for steps {steps}.", file=sys.stderr)
        return 2
    code, notes = _code(level, answer)
    whose = f" ({answer.name})" if answer and code is not level.broken else ""
    title = f"Step {step}: {level.title}{whose}"
    try:
        scenario = level.scenario(code)
        if code is not level.broken:
            notes = [old_way(level, scenario)]
        play(scenario, title, level.goal, notes)
    except (CannotRun, UnknownPython) as error:
        print(f"This cannot be played: {error}", file=sys.stderr)
        return 1
    return 0


def _code(level: Level, answer: Path | None) -> tuple[ModuleType, list[str]]:
    """Return what is to be played; if not the answer, say why."""
    if answer is None:
        return level.broken, []
    try:
        learners = Answer(answer)
        if learners.gaps():
            reason = "still has gaps"
        elif missing := [n for n in level.names if not hasattr(learners.module, n)]:
            reason = f"has no {missing[0]}"
        else:
            level.scenario(learners.module).make()
            return learners.module, []
    except CannotLoad as error:
        reason = f"cannot be loaded ({error})"
    except Exception as error:
        reason = f"cannot be played ({described(error)})"
    return level.broken, [f"{answer.name} {reason}: this is the level's own code."]


def old_way(level: Level, scenario: Scenario[Any]) -> str:
    """Say what becomes of the order that breaks the level's own code."""
    with Session(level.scenario(level.broken)) as session:
        schedule = best_schedule(session, PREEMPTIONS)
    assert schedule
    old = f"The order that broke the old code, {schedule}, "
    with Session(scenario) as session:
        try:
            race = position(session, schedule).race
        except BadSchedule as error:
            return f"{old}is not possible any more: {error}."
    return f"{old}breaks this code, too." if race else f"{old}does no harm now."
