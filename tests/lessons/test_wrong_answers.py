"""How wrong answers are made, listed and printed; test_museum.py has them judged."""

import subprocess
import sys
from pathlib import Path

import pytest

from lessons.course import COURSE
from tests.support import DEADLINE_S, ROOT
from tests.wrong_answers import HERE, bases, changed, piece, pieces, step08
from tests.wrong_answers.__main__ import main

BASE = "a\n\nb\nc\nb c\n  d\n"


# ---- changes


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ("-c\n+x\n", "a\n\nb\nx\nb c\n  d\n"),
        (" c\n+x\n b c\n", "a\n\nb\nc\nx\nb c\n  d\n"),
        ("-a\n\n-b\n", "\nc\nb c\n  d\n"),
        (" a\n-\n+ x\n", "a\n x\nb\nc\nb c\n  d\n"),
        ("-  d\n", "a\n\nb\nc\nb c\n"),
        ("-  d\n+\n+d\n", "a\n\nb\nc\nb c\n\nd\n"),
        ("-b\n+c\n@@\n-c\n", "a\n\nc\nb c\n  d\n"),
        ("-a\n+A\n@@\n-b c\n@@\n-  d\n+  D\n", "A\n\nb\nc\n  D\n"),
    ],
)
def test_changes_are_made(changes: str, expected: str) -> None:
    assert changed(BASE, changes) == expected


@pytest.mark.parametrize(
    ("changes", "times"),
    [
        ("-x\n", 0),
        ("- c\n", 0),  # only a part of a line
        ("-d\n+x\n", 0),  # another indentation
        ("-b\n-b c\n", 0),  # not one below the other
        ("+x\n", 0),  # nowhere
        ("\n+x\n", 0),
        ("-a\n@@\n+x\n", 0),
    ],
)
def test_changes_that_do_not_fit_are_refused(changes: str, times: int) -> None:
    with pytest.raises(ValueError, match=f"this is there {times} times, not once"):
        changed(BASE, changes)


def test_lines_that_are_there_twice_are_refused() -> None:
    with pytest.raises(ValueError, match="2 times"):
        changed("a\nb\na\n", "-a\n")


@pytest.mark.parametrize("changes", ["-c\n@@\n-b\n", " b\n-c\n@@\n-c\n"])
def test_places_that_are_not_in_order_are_refused(changes: str) -> None:
    with pytest.raises(ValueError, match="not below the place before it"):
        changed(BASE, changes)


# ---- pieces


def test_a_title_can_be_read_without_the_check() -> None:
    """It names what it speaks of, and ends without a stop, as in a table."""
    titles = {one.title for step in COURSE for one in pieces(step.number)}
    assert not [t for t in titles if t.split()[0] in ("It", "Who", "They")]
    assert not [title for title in titles if title.endswith(".")]


@pytest.mark.parametrize("step", COURSE, ids=lambda step: step.name)
def test_a_wrong_answer_begins_with_its_diagnosis(step) -> None:
    for one in pieces(step.number):
        assert one.step == step.number
        assert one.text.startswith(f"# Diagnosis: {one.title}\n")


@pytest.mark.parametrize("step", COURSE, ids=lambda step: step.name)
def test_a_step_has_the_solution_and_at_most_two_other_bases(step) -> None:
    texts = bases(step.number)
    assert texts["solution"] == step.solution.read_text("utf-8")
    assert 1 <= len(texts) <= 3


@pytest.mark.parametrize("step", COURSE, ids=lambda step: step.name)
def test_every_base_is_used(step) -> None:
    table = (HERE / f"step{step.number:02}.py").read_text("utf-8")
    others = bases(step.number).keys() - {"solution"}
    assert [name for name in others if f"\n# Base: {name}\n" not in table] == []


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        ("-a\n+b\n", "it does not begin with `# Diagnosis: TITLE`"),
        ("# Diagnosis: T\n# Base: no\n-a\n", "there is no base no"),
        ("# Diagnosis: T\n-a\n", "this is there 0 times, not once:\na\n"),
    ],
)
def test_a_mistake_in_a_table_is_named(
    entry: str, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(step08.WRONG, "no_lock", entry)
    with pytest.raises(ValueError, match="step08, no_lock: ") as caught:
        pieces(8)
    assert str(caught.value) == f"step08, no_lock: {reason}"


def test_every_file_of_the_museum_belongs_to_a_step() -> None:
    keys = {f"step{step.number:02}" for step in COURSE}
    files = (HERE / "bases").glob("*.py")
    assert {file.stem.partition("_")[0] for file in files} <= keys


# ---- the command


def test_the_command_prints_an_answer() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.wrong_answers", "step08", "no_lock"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == piece(8, "no_lock").text


def test_the_command_writes_an_answer(tmp_path: Path, capsys) -> None:
    file = tmp_path / "exercise.py"
    assert main(["step08", "no_lock", "--write", str(file)]) == 0
    assert file.read_text("utf-8") == piece(8, "no_lock").text
    assert capsys.readouterr().out == ""


def test_the_command_lists_the_answers_to_a_step(capsys) -> None:
    assert main(["step08"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines == [f"{one.name}: {one.title}" for one in pieces(8)]


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["step99"], "there is no step99; they are step01 to step14"),
        (["step08", "x"], "step08 has no wrong answer x; step08 alone lists them"),
        (["step08", "--write", "x.py"], "--write needs the NAME of an answer"),
    ],
)
def test_the_command_refuses_in_one_line(words: list[str], line: str, capsys) -> None:
    assert main(words) == 2
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", f"{line}\n")


def test_a_file_that_cannot_be_written_is_one_line(tmp_path: Path, capsys) -> None:
    assert main(["step08", "no_lock", "--write", str(tmp_path)]) == 1
    assert len(capsys.readouterr().err.splitlines()) == 1
