"""Each command as a learner types it, on the small course."""

from pathlib import Path

import pytest

from lessons.runner.context import STAGES
from lessons.runner.demo import fingerprint
from tests.lessons.runner import small
from tests.lessons.runner.conftest import Learner, Said


def next_of(said: Said) -> str:
    """Return the last command that is named."""
    return said.lines[-1].strip().removeprefix("python3 -m lessons ")


# ---- where one stands


def test_a_newcomer_reads_within_five_lines_what_to_type(learner: Learner) -> None:
    said = learner.types()
    assert said.status == 0
    assert len(said.lines) <= 5
    assert said.out.startswith("A course in 3 hours: you build a chat room")
    assert next_of(said) == "predict 1"


def test_a_learner_who_has_lost_the_progress_is_told_how_to_find_it(
    learner: Learner,
) -> None:
    learner.writes(small.RIGHT, 2)
    assert next_of(learner.types()) == "check --all"
    learner.types("check", "--all")
    assert learner.known("second") == {"done": True}


def test_the_one_next_thing_goes_from_stage_to_stage(learner: Learner) -> None:
    seen = [next_of(learner.types("next"))]
    learner.types("predict", 1, stdin="a\na\n")
    seen.append(next_of(learner.types("next")))
    learner.types("demo", 1)
    seen.append(next_of(learner.types("next")))
    learner.types("show", 1)
    seen.append(next_of(learner.types("next")))
    assert "write your lines in" in learner.types("next").out
    learner.writes(small.WRONG)
    assert "[x] make   [ ] check" in learner.types("next").out
    seen.append(next_of(learner.types("next")))
    assert seen == ["predict 1", "demo 1", "show 1", "check 1", "check 1"]
    learner.writes(small.RIGHT)
    assert next_of(learner.types("check")) == "demo 2", "it has no questions"


def test_the_stages_are_marked(learner: Learner) -> None:
    learner.types("show", 1)
    lines = learner.types().lines
    assert lines[0] == f"[{'-' * 28}] 0 of 3 steps"
    boxes = "[ ] predict   [ ] run   [x] read   [ ] make   [ ] check"
    assert boxes in [line.strip() for line in lines]
    assert len(STAGES) == 5


def test_the_bar_fits_a_narrow_window(
    learner: Learner, monkeypatch: pytest.MonkeyPatch
) -> None:
    learner.types("show", 1)
    monkeypatch.setenv("COLUMNS", "40")
    assert learner.types().lines[0] == f"[{'-' * 24}] 0 of 3 steps"


def test_the_bar_grows(learner: Learner) -> None:
    learner.writes(small.RIGHT)
    learner.types("check", 1)
    assert learner.types().lines[0] == f"[{'#' * 9}{'-' * 19}] 1 of 3 steps"


def test_the_list_marks_what_is_done_and_where_one_stands(learner: Learner) -> None:
    learner.writes(small.RIGHT)
    learner.types("check", 1)
    learner.types("solution", 3, "--give-up")
    assert learner.types("list").lines[:3] == [
        "  ✓  1  First: the first idea",
        "  >  2  Second: another idea",
        "     3  Third: the last idea (you gave up)",
    ]


def test_when_all_is_done_there_is_still_something_to_do(learner: Learner) -> None:
    for number in (1, 2, 3):
        learner.writes(small.RIGHT, number)
    assert learner.types("check", "--all").status == 0
    for words in ([], ["next"], ["list"], ["show"]):
        assert next_of(learner.types(*words)) == "compare"


# ---- show


def test_the_lesson_is_shown_and_remembered_as_read(learner: Learner) -> None:
    said = learner.types("show", 2)
    assert said.lines[0] == "Step 2: Second"
    assert "Some words about `answer()`, then" in said.lines
    assert "    python3 -m lessons predict 2" in said.lines, (
        "as this user starts Python"
    )
    assert "    python3 -m chat.server" in said.lines
    assert "\x1b" not in said.out
    assert learner.known("second") == {"read": True}


def test_without_a_number_it_is_where_one_stands(learner: Learner) -> None:
    assert learner.types("show").lines[0] == "Step 1: First"


@pytest.mark.parametrize("word", ["show", "demo", "hint", "reset"])
def test_a_file_of_the_course_that_is_missing_is_named(
    learner: Learner, word: str
) -> None:
    step = learner.steps[0]
    files = {
        "show": step.readme,
        "demo": step.demo,
        "hint": step.hints,
        "reset": step.original,
    }
    files[word].unlink()
    learner.writes("x = 1\n")
    options = {"reset": ["--yes"]}.get(word, [])
    said = learner.types(word, 1, *options)
    assert said.status == 1
    (line,) = said.err.splitlines()
    assert f"{files[word].name} is missing" in line


# ---- predict and demo


def test_the_questions_come_after_the_beginning_of_the_lesson(
    learner: Learner,
) -> None:
    said = learner.types("predict", 1, stdin="a\na\n").out
    assert said.index("Some words about") < said.index("Question 1 of 2")
    assert "python3 -m lessons predict 1" not in said
    learner.types("show", 1)
    assert "Some words" not in learner.types("predict", 1, stdin="a\na\n").out


def test_predictions_are_asked_and_not_judged(learner: Learner) -> None:
    said = learner.types("predict", 1, stdin="A\n b) \n")
    assert said.status == 0
    assert "    print(6 * 7)" in said.lines, "code stays code"
    assert " a) `6 * 7`" in said.lines
    assert "misconception" not in said.out.lower()
    assert "Six times seven" not in said.out
    assert next_of(said) == "demo 1"
    assert learner.known() == {"answers": "ab"}


def test_what_is_no_answer_is_asked_again(learner: Learner) -> None:
    said = learner.types("predict", 1, stdin="\nz\nab\nb\na\n")
    assert said.out.count("Please type one of a, b") == 3
    assert learner.known() == {"answers": "ba"}


@pytest.mark.parametrize("typed", ["", "a\n", "a"])
def test_the_end_of_the_input_leaves_and_notes_nothing(
    learner: Learner, typed: str
) -> None:
    said = learner.types("predict", 1, stdin=typed)
    assert said.status == 0
    assert said.lines[-1] == "You left; your answers were not kept."
    assert not learner.progress_file.exists()


def test_a_step_without_questions_says_so(learner: Learner) -> None:
    said = learner.types("predict", 2)
    assert said.lines[0] == "Step 2 has no questions."
    assert next_of(said) == "demo 2"


@pytest.mark.parametrize(
    "content",
    [
        "[[question",
        "x = 1",
        small.PREDICT.replace('"b"', '"x"', 1),
        small.PREDICT.replace("because", "why", 1),
    ],
)
def test_broken_questions_are_one_clear_line(learner: Learner, content: str) -> None:
    learner.steps[0].predictions.write_text(content, encoding="utf-8")
    said = learner.types("predict", 1)
    assert said.status == 1
    (line,) = said.err.splitlines()
    assert "predict.toml is broken: " in line


def test_the_demo_says_what_came_true(learner: Learner) -> None:
    learner.types("predict", 1, stdin="a\na\n")
    said = learner.types("demo", 1)
    assert said.status == 0
    assert said.lines[0] == "42 ''"
    wrong = said.out.index("✗ You predicted a:")
    assert wrong < said.out.index("A common belief: print shows its source.")
    assert "An expression is worked out first." in said.out
    assert "✓ What came true (b):" in said.out
    assert "✓ You predicted it (a):" in said.out
    assert "a program waits" not in said.out, "a belief that nobody held"
    assert next_of(said) == "show 1"


def test_a_demo_without_a_prediction_says_so_and_runs(learner: Learner) -> None:
    said = learner.types("demo", 1)
    assert said.lines[0].startswith("You have not predicted yet")
    assert "python3 -m lessons predict 1" in said.out.partition("42 ''")[0]
    assert "✓ What came true (b):" in said.out
    assert "You predicted" not in said.out
    assert learner.known() == {"ran": True}


def test_a_demo_that_was_changed_is_compared_with_nothing(learner: Learner) -> None:
    first = learner.steps[0]
    known = f'demo = "{fingerprint(first)}"\n' + small.PREDICT
    first.predictions.write_text(known, encoding="utf-8")
    learner.types("predict", 1, stdin="a\na\n")
    assert "You predicted a" in learner.types("demo", 1).out
    first.demo.write_text("print(43)\n", encoding="utf-8")
    said = learner.types("demo", 1)
    assert said.lines[0] == "43"
    assert "You have changed" in said.out
    assert "You predicted a" not in said.out
    assert next_of(said) == "show 1"


def test_the_fingerprint_knows_nothing_of_line_ends(learner: Learner) -> None:
    before = fingerprint(learner.steps[0])
    lines = learner.steps[0].demo.read_bytes().splitlines()
    learner.steps[0].demo.write_bytes(b"".join(line + b"\r\n" for line in lines))
    assert fingerprint(learner.steps[0]) == before


def test_a_demo_does_not_eat_the_input(learner: Learner) -> None:
    assert learner.runs("demo", 2, stdin="eaten").lines[0] == "42 ''"


def test_a_demo_that_fails_is_said(learner: Learner) -> None:
    learner.steps[1].demo.write_text("raise SystemExit(3)", encoding="utf-8")
    said = learner.types("demo", 2)
    assert (said.status, said.err) == (1, "the demo ended with status 3\n")
    assert not learner.progress_file.exists()


@pytest.mark.parametrize(
    "text", ["time.sleep(60)", "while True:\n    print('on')\n    time.sleep(0.01)"]
)
def test_a_demo_that_does_not_end_is_ended(
    learner: Learner, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setattr("lessons.runner.demo.LIMIT_S", 0.5)
    learner.steps[1].demo.write_text(f"import time\n{text}", encoding="utf-8")
    said = learner.types("demo", 2)
    assert said.status == 1
    assert said.err.startswith("the demo did not end within")


# ---- hint and solution


def test_hints_come_one_after_the_other_and_are_counted(learner: Learner) -> None:
    titles, nexts = [], []
    for _ in range(4):
        said = learner.types("hint", 1)
        titles.append(said.lines[0])
        nexts.append([n for n in (2, 3) if f"({n} of 3)" in said.out])
        assert next_of(said) == "check 1"
    last = "Nearly the code"
    assert titles == ["Where to look", "The idea", last, last]
    assert nexts == [[2], [3], [], []]
    assert "solution 1 --give-up" in said.out
    assert learner.known() == {"hints": 3}


def test_all_hints_at_once(learner: Learner) -> None:
    said = learner.types("hint", 2, "--all")
    assert [t in said.lines for t in ("Where to look", "The idea", "Nearly the code")]
    assert "    return ..." in said.lines
    assert learner.known("second") == {"hints": 3}


def test_the_solution_is_closed_until_the_check_has_passed(learner: Learner) -> None:
    said = learner.types("solution", 1)
    assert said.status == 1
    assert "return 42" not in said.out
    for word in ("check 1", "hint 1", "solution 1 --give-up"):
        assert f"python3 -m lessons {word}" in said.out
    assert not learner.progress_file.exists()
    learner.writes(small.RIGHT)
    learner.types("check", 1)
    said = learner.types("solution", 1)
    assert said.status == 0
    assert "        return 42" in said.lines
    assert learner.known() == {"done": True}, "that is not giving up"
    assert next_of(said) == "demo 2"


def test_giving_up_is_remembered(learner: Learner) -> None:
    said = learner.types("solution", 1, "--give-up")
    assert "        return 42" in said.lines
    assert next_of(said) == "check 1"
    assert learner.known() == {"gave_up": True}
    assert learner.types("solution", 1).status == 0


# ---- reset


def kept(learner: Learner) -> list[Path]:
    return sorted(learner.steps[0].folder.glob("exercise.py.bak-*"))


def test_reset_asks_and_keeps_the_learners_version(learner: Learner) -> None:
    for text in (small.WRONG, small.RIGHT):
        learner.writes(text)
        said = learner.types("reset", 1, stdin="y\n")
        assert said.status == 0
    assert [file.read_text("utf-8") for file in kept(learner)] == [
        small.WRONG,
        small.RIGHT,
    ]
    assert "exercise.py.bak-2" in said.out
    assert learner.steps[0].exercise.read_text("utf-8") == small.GAP


@pytest.mark.parametrize("answer", ["", "\n", "n\n", "what\n"])
def test_without_a_yes_nothing_is_reset(learner: Learner, answer: str) -> None:
    learner.writes(small.WRONG)
    learner.types("reset", 1, stdin=answer)
    assert learner.steps[0].exercise.read_text("utf-8") == small.WRONG
    assert kept(learner) == []


def test_a_step_that_is_reset_is_open_again(learner: Learner) -> None:
    learner.writes(small.RIGHT)
    learner.types("check", 1)
    said = learner.types("reset", 1, "--yes")
    assert learner.known() == {"done": False}
    assert next_of(said) == "predict 1"


def test_an_unchanged_exercise_needs_no_reset(learner: Learner) -> None:
    crlf = small.GAP.replace("\n", "\r\n")
    learner.steps[0].exercise.write_bytes(crlf.encode())
    assert "is as it was given" in learner.types("reset", 1).out
    assert kept(learner) == []


def test_a_file_that_cannot_be_written_is_one_line(learner: Learner) -> None:
    learner.steps[0].exercise.unlink()
    learner.steps[0].exercise.mkdir()
    said = learner.types("reset", 1, "--yes")
    assert said.status == 1
    (line,) = said.err.splitlines()
    # Windows says the second of a folder.
    assert line.endswith(
        ("exercise.py: Is a directory", "exercise.py: Permission denied")
    )


def test_a_missing_exercise_comes_back(learner: Learner) -> None:
    learner.steps[0].exercise.unlink()
    assert next_of(learner.types("check", 1)) == "reset 1"
    learner.types("reset", 1, "--yes")
    assert learner.steps[0].exercise.read_text("utf-8") == small.GAP
    assert kept(learner) == []
