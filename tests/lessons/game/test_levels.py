"""The game's levels: each can be broken, and not when it is mended."""

import inspect
from pathlib import Path

import pytest

from lessons.checking import Answer, Status, Wrong, judge
from lessons.course import COURSE
from lessons.game.game import Game
from lessons.game.levels import LEVELS, Level
from lessons.races.search import search
from lessons.step07_race import check as step07
from tests.marks import rest_is_slow

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


@pytest.mark.parametrize("level", rest_is_slow(LEVELS.values()), ids=STEPS)
def test_the_mended_code_cannot_be_broken_by_any_order(level: Level) -> None:
    race, explored = search(level.scenario(level.mended), None, 10_000)
    assert (race, explored.complete) == (None, True)


# ---- the mended code, as an answer to its step


def judged(step: int, folder: Path, source: str) -> str:
    """Let a step's own check judge a text; return the title of what is wrong."""
    answer = folder / "exercise.py"
    answer.write_text(source, encoding="utf-8")
    verdict = judge(COURSE[step - 1], answer)
    assert (verdict.diagnosis is None) == (verdict.status is Status.PASSED)
    return verdict.diagnosis.title if verdict.diagnosis else ""


def mended(step: int) -> str:
    return inspect.getsource(LEVELS[step].mended)


def test_the_mended_code_of_step_7_makes_its_schedules_impossible(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # The answer to step 7 is schedules.  They break its registry, and not this one.
    answer = Answer(COURSE[6].solution)
    step07.lets_both_in(answer)
    monkeypatch.setattr(step07, "registry", LEVELS[7].mended)
    with pytest.raises(Wrong) as wrong:
        step07.lets_both_in(answer)
    assert wrong.value.diagnosis.title == (
        "The schedule gives a turn to a thread that waits"
    )


@pytest.mark.slow
def test_the_mended_code_of_step_8_is_an_answer(tmp_path: Path) -> None:
    assert judged(8, tmp_path, mended(8)) == ""


@pytest.mark.slow
def test_the_mended_code_of_step_11_is_an_answer(tmp_path: Path) -> None:
    # Members of the exercise can do more, and the message is also written to a client.
    step = COURSE[10]
    given = step.original.read_text("utf-8")
    solved = step.solution.read_text("utf-8")
    schedule = next(row for row in solved.splitlines() if row.startswith("SCHEDULE"))
    _, body = mended(11).rstrip().split('"""Note what is sent, and deliver it."""\n')
    answer = given.replace("SCHEDULE = ...  # YOUR TURN", schedule).replace(
        '    raise NotImplementedError("YOUR TURN")',
        f"{body}\n    receiver.write(text)",
    )
    assert judged(11, tmp_path, answer) == ""
