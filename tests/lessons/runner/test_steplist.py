"""The list of steps in `watch` moves, jumps, filters and searches."""

import re
from pathlib import Path

import pytest

from lessons.runner.context import Context
from lessons.runner.keys import BACKSPACE, DOWN, END, ENTER, HOME, LEAVE, UP
from lessons.runner.progress import Progress
from lessons.runner.screen import Screen
from lessons.runner.steplist import KEYS, KEYS_OF_SEARCH, StepList
from tests.lessons.runner import small


def test_the_list_moves_jumps_and_filters(tmp_path: Path) -> None:
    course = small.course(tmp_path)
    progress = Progress(tmp_path / "progress", lambda text: None)
    context = Context(course, progress, Screen())
    steps = StepList(context, course[0])

    def after(keys: str) -> int:
        for key in keys:
            steps.press(key)
        assert steps.chosen
        assert sum(line.startswith("> ") for line in steps.lines()) == 1
        return steps.chosen.number

    assert after("") == 1
    assert after("j") == 2
    assert after("jj") == 3
    assert after("k") == 2
    assert after("1") == 1
    assert after("3") == 3
    assert after("9z") == 3
    progress.note(course[2], done=True)
    assert after("f") == 2
    assert not any("Third" in line for line in steps.lines())
    assert after("f3") == 3


@pytest.fixture
def steps(tmp_path: Path) -> StepList:
    course = small.course(tmp_path)
    progress = Progress(tmp_path / "progress", lambda text: None)
    progress.note(course[0], done=True)
    return StepList(Context(course, progress, Screen()), course[0])


def titles(steps: StepList) -> list[str]:
    return [step.title for step in steps.shown]


def chosen(steps: StepList, *keys: str) -> int:
    for key in keys:
        assert steps.press(key)
    assert steps.chosen
    assert steps.lines()[steps.chosen_line].startswith("> ")
    return steps.chosen.number


def test_the_arrow_keys_move_and_stop_at_the_ends(steps: StepList) -> None:
    assert chosen(steps, DOWN) == 2
    assert chosen(steps, DOWN, DOWN) == 3
    assert chosen(steps, UP) == 2
    assert chosen(steps, END) == 3
    assert chosen(steps, HOME) == 1
    assert chosen(steps, UP) == 1


def test_what_is_typed_after_a_slash_filters(steps: StepList) -> None:
    assert chosen(steps, "/") == 1
    assert steps.keys == KEYS_OF_SEARCH
    assert chosen(steps, *"second") == 2
    assert titles(steps) == ["Second"]
    assert steps.lines()[0] == "All steps with: second_"
    assert chosen(steps, *[BACKSPACE] * 6, "i", "r") == 1
    assert titles(steps) == ["First", "Third"]
    assert chosen(steps, DOWN) == 3, "arrows move among what is shown"
    assert chosen(steps, LEAVE) == 3
    assert titles(steps) == ["First", "Second", "Third"]
    assert steps.keys == KEYS


def test_letters_and_digits_are_text_while_one_searches(steps: StepList) -> None:
    for key in "/gq3jf":
        assert steps.press(key)
    assert steps.lines() == ["All steps with: gq3jf_", "", "  none"]
    assert steps.chosen is None
    for key in (UP, DOWN, HOME, END):
        assert steps.press(key)
    assert chosen(steps, *[BACKSPACE] * 5, "3") == 3
    assert chosen(steps, BACKSPACE, *"third idea") == 3
    assert titles(steps) == ["Third"]


def test_a_search_goes_with_open_steps_only(steps: StepList) -> None:
    assert chosen(steps, "f", "/", "i", "r") == 3, "First is done"
    assert steps.lines()[0] == "Open steps only with: ir_"
    assert chosen(steps, BACKSPACE, BACKSPACE) == 2
    assert titles(steps) == ["Second", "Third"]


def test_a_key_of_no_meaning_is_left_to_others(steps: StepList) -> None:
    assert [key for key in ("g", "q", "h", ENTER, LEAVE) if steps.press(key)] == []


def test_a_long_idea_is_not_cut_and_the_numbers_are_in_one_column(
    steps: StepList, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "30")
    steps._context.screen.has_colours = True
    text = "\n".join(steps.lines())
    plain = re.sub("\x1b\\[[\\d;]*m", "", text).splitlines()[2:]
    assert " ".join(" ".join(plain).split()) == (
        "> \u2713 1 First: the first idea 2 Second: another idea 3 Third: the last idea"
    )
    assert max(map(len, plain)) <= 29
    assert {row[:7].rstrip()[-1] for row in plain if row[6:7].strip()} == set("123")
