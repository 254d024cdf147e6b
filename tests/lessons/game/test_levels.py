"""The game's levels: each can be broken, and not when it is mended."""

import pytest

from lessons.course import COURSE
from lessons.game.game import Game
from lessons.game.levels import LEVELS, Level
from lessons.races.search import search

STEPS = list(LEVELS)


def test_there_is_a_level_for_each_step_that_wants_one() -> None:
    assert [step.number for step in COURSE if step.level] == STEPS
    assert {step: level.step for step, level in LEVELS.items()} == dict(
        zip(STEPS, STEPS, strict=True)
    )


@pytest.mark.parametrize("step", STEPS)
def test_hints_alone_win_it_with_the_fewest_switches(step: int) -> None:
    level = LEVELS[step]
    one = Game(level.scenario(level.broken))
    while not one.here.over:
        one.press("?")
        (hint,) = one.view.notes
        one.press(hint.removeprefix("Hint: run ")[0])
    assert one.here.race
    assert one.here.switches == 2


@pytest.mark.parametrize("level", LEVELS.values(), ids=STEPS)
def test_the_mended_code_cannot_be_broken_by_any_order(level: Level) -> None:
    race, explored = search(level.scenario(level.mended), None, 10_000)
    assert (race, explored.complete) == (None, True)
