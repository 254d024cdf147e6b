"""`check`: what it says of right, wrong and broken exercises."""

from pathlib import Path

import pytest

from tests.lessons.runner import small
from tests.lessons.runner.conftest import Learner


def test_a_right_answer(learner: Learner) -> None:
    learner.writes(small.RIGHT)
    said = learner.types("check", 1)
    assert said.status == 0
    assert said.lines[:3] == [
        "Step 1: First",
        "  ✓ It gives a number",
        "  ✓ The number is right",
    ]
    assert "Step 1 is done" in said.out
    assert learner.known() == {"done": True}


def test_a_diagnosis_has_a_title_and_four_parts_wrapped(learner: Learner) -> None:
    learner.writes(small.TEXT)
    said = learner.types("check", 1)
    assert said.status == 1
    assert said.lines == [
        "Step 1: First",
        "  ✗ It gives a number",
        "",
        "No number",
        "",
        "  Seen      a text",
        "  Expected  a number",
        "  Why       A text cannot be counted with, however much it looks like one of",
        "            the numbers.",
        "  Look at   exercise.py, line 2: return '42'",
        "",
        "A hint (1 of 3):",
        "    python3 -m lessons hint 1",
        "",
        "Change your code, save it, and:",
        "    python3 -m lessons check 1",
    ]
    assert not learner.progress_file.exists()


def test_a_part_of_several_lines_stays_as_it_is(learner: Learner) -> None:
    learner.writes(small.WRONG)
    lines = learner.types("check", 1).lines
    at = lines.index("  Seen")
    assert lines[at : at + 4] == [
        "  Seen",
        "    one line",
        "      then  another",
        "  Expected  42",
    ]


def test_a_long_line_of_such_a_part_is_wrapped_between_its_words(
    learner: Learner,
) -> None:
    check = learner.steps[0].folder / "check.py"
    long, row = "many words " * 9, "left" + " " * 90 + "right"
    text = small.CHECK.replace("one line\\n  then  another", f"{long}\\n{row}")
    check.write_text(text, encoding="utf-8")
    learner.writes(small.WRONG)
    lines = learner.types("check", 1).lines
    at = lines.index("  Seen")
    assert lines[at + 1 : at + 4] == [
        f"    {'many words ' * 6}many".rstrip(),
        "      words many words many words",
        f"    {row}",
    ]


def test_at_forty_columns(learner: Learner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    learner.writes(small.TEXT)
    lines = learner.types("check", 1).lines
    assert "  Why       A text cannot be counted" in lines
    assert max(map(len, lines)) <= 40


def test_an_exercise_with_gaps_is_not_done_yet(learner: Learner) -> None:
    said = learner.types("check", 1)
    assert said.status == 1
    assert "Not done yet" in said.lines
    assert "✗" not in said.out
    assert "hint" not in said.out
    assert [c in said.out for c in ("lessons show 1", "lessons check 1")] == [1, 1]
    assert "read why it is so" not in said.out
    learner.types("show", 1)
    assert "lessons show 1" not in learner.types("check", 1).out


def test_what_the_code_prints_is_shown_harmless(learner: Learner) -> None:
    learner.writes(small.PRINTS)
    lines = learner.types("check", 1).lines
    at = lines.index("Your code printed:")
    assert lines[at + 1] == "  \\x1b[31mred        !  (2 times)"


def test_of_much_that_is_printed_the_beginning_is_shown(
    learner: Learner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    learner.writes("for n in range(40, 99):\n    print(n, 'x' * n)\n" + small.RIGHT)
    lines = learner.types("check", 1).lines
    at = lines.index("Your code printed:")
    assert lines[at + 1] == f"  40 {'x' * 30} ..."
    assert lines[at + 7 : at + 9] == ["  ...", ""]


@pytest.mark.parametrize(
    ("code", "title"),
    [  # how they come about is tested in test_judging.py
        ("import nothing_of_that_name\n", "ModuleNotFoundError when the file is read"),
        ("import os\n\n\ndef answer():\n    os._exit(0)\n", "Your code ends the whole"),
    ],
)
def test_code_that_breaks_is_diagnosed(learner: Learner, code: str, title: str) -> None:
    learner.writes(code)
    said = learner.types("check", 1)
    assert said.status == 1
    assert title in said.out
    assert "Traceback" not in said.out + said.err


def test_without_a_number_the_first_open_step_is_judged(learner: Learner) -> None:
    learner.writes(small.RIGHT)
    assert learner.types("check").lines[0] == "Step 1: First"
    assert learner.types("check").lines[0] == "Step 2: Second"


def test_an_unedited_exercise_that_passes_is_not_marked(learner: Learner) -> None:
    learner.writes(small.RIGHT)
    learner.steps[0].original.write_bytes(small.RIGHT.replace("\n", "\r\n").encode())
    said = learner.types("check", 1)
    assert said.status == 0
    assert "you have not changed the exercise" in said.out
    assert not learner.progress_file.exists()


# ---- another file


def test_any_file_can_be_judged_as_an_answer(learner: Learner) -> None:
    learner.writes("# begun\n" + small.GAP, 2)
    right = learner.home / "other.py"
    right.write_text(small.RIGHT, encoding="utf-8")
    said = learner.types("check", 2, "--file", right)
    assert said.status == 0
    assert said.lines[0] == "Step 2: Second"
    assert "other.py passes" in " ".join(said.out.split())
    assert not learner.progress_file.exists()


def test_another_file_that_fails_is_diagnosed(learner: Learner) -> None:
    learner.writes(small.RIGHT)
    wrong = learner.home / "other.py"
    wrong.write_text(small.TEXT, encoding="utf-8")
    said = learner.types("check", 1, "--file", wrong)
    assert said.status == 1
    assert "No number" in said.lines
    assert "  Look at   other.py, line 2: return '42'" in said.lines
    assert "hint" not in said.out
    assert not learner.progress_file.exists()


def test_a_file_is_found_from_where_the_user_is(
    learner: Learner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(learner.home)
    Path("other.py").write_text(small.PRINTS, encoding="utf-8")
    said = learner.types("check", 1, "--file", "other.py")
    assert said.status == 0
    assert "Your code printed:" in said.lines


# ---- for a school's CI


def test_all_that_is_done_or_filled_is_judged(learner: Learner) -> None:
    learner.writes(small.RIGHT, 1)
    learner.types("check", 1)
    learner.writes(small.RIGHT, 3)
    said = learner.types("check", "--all")
    assert said.status == 0
    assert said.lines[:2] == ["✓  1  First", "✓  3  Third"]
    assert "2 of 2 pass." in said.lines
    assert learner.known("third") == {"done": True}


def test_one_that_fails_is_named_and_fails_all(learner: Learner) -> None:
    learner.writes(small.RIGHT, 1)
    learner.writes(small.WRONG, 2)
    said = learner.types("check", "--all")
    assert said.status == 1
    assert said.lines[:2] == ["✓  1  First", "✗  2  Second: Another number"]
    assert said.lines[-1].endswith("check 2")


def test_a_done_step_that_was_emptied_again_fails(learner: Learner) -> None:
    learner.writes(small.RIGHT, 1)
    learner.types("check", 1)
    learner.writes(small.GAP, 1)
    assert learner.types("check", "--all").status == 1


def test_up_to_a_step_all_must_be_done(learner: Learner) -> None:
    learner.writes(small.RIGHT, 1)
    learner.writes(small.RIGHT, 3)
    said = learner.types("check", "--all", "--through", 2)
    assert said.status == 1
    assert [line[:4] for line in said.lines[:3]] == ["✓  1", "✗  2", "✓  3"]
    assert "2 of 3 pass." in said.lines


def test_work_in_progress_is_not_judged(learner: Learner) -> None:
    learner.writes("def answer(:\n", 1)
    said = learner.types("check", "--all")
    assert (said.status, said.lines[0]) == (0, "Nothing is done yet.")


def test_titles_are_shown_without_the_backquotes_of_their_code(
    learner: Learner,
) -> None:
    check = learner.steps[0].folder / "check.py"
    text = small.CHECK.replace("It gives a number", "`answer` gives a number")
    check.write_text(text.replace("No number", "`return` of a text"), encoding="utf-8")
    learner.writes(small.TEXT)
    lines = learner.types("check", 1).lines
    assert lines[1] == "  ✗ answer gives a number"
    assert lines[3] == "return of a text"
    learner.writes(small.RIGHT)
    assert learner.types("check", 1).lines[1] == "  ✓ answer gives a number"


def test_a_learner_who_has_written_nothing_is_sent_to_the_file(
    learner: Learner,
) -> None:
    said = learner.types("check", 1)
    assert "read why it is so" not in said.out
    assert "write your lines in" in said.out
