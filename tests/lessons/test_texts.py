"""The programs and pictures that the lessons' texts print."""

import ast
import re
from pathlib import Path

import pytest

from lessons.course import COURSE, LESSONS, Step
from lessons.runner.context import Context
from lessons.runner.demo import ROWS_AFTER, compared, fingerprint
from lessons.runner.pages import OWN_ROWS
from lessons.runner.predict import (
    ask_all,
    lines_of,
    program,
    questions_of,
    speaks_of,
)
from lessons.runner.progress import Progress
from lessons.runner.screen import Screen
from lessons.step11_deadlock.demo import in_every_order

TEXTS = [step.readme for step in COURSE] + [LESSONS / "README.md"]
ROOM = 24 - OWN_ROWS  # of a terminal of 24 rows
ASKS_ALONE = {"step12_select"}  # its program is long, its questions tell all
COLUMNS = 79  # of a terminal that nothing is wrapped in


def blocks(text: Path, kind: str) -> list[str]:
    """Return the fenced blocks of one kind: text, python or sh."""
    pattern = rf"^```{kind}\n(.*?)^```"
    return re.findall(pattern, text.read_text("utf-8"), re.DOTALL | re.MULTILINE)


each_text = pytest.mark.parametrize("text", TEXTS, ids=lambda text: text.parent.name)


@each_text
def test_a_program_is_python(text: Path) -> None:
    for block in blocks(text, "python"):
        ast.parse(block)


@each_text
def test_a_picture_fits_the_terminal(text: Path) -> None:
    lines = [line for block in blocks(text, "text") for line in block.splitlines()]
    assert [line for line in lines if len(line) > COLUMNS] == []


def test_the_arrows_of_the_deadlock_go_round() -> None:
    """A thread wants the lock that the other one holds, and so does the other one."""
    (picture,) = (b for b in blocks(COURSE[10].readme, "text") if "wants\n" in b)
    assert re.search(r"^ +wants\n +ann's thread -+> bob\.lock\n", picture, re.M)
    assert re.search(r"^ +\^ +\|\n +\| held by +\| held by\n +\| +v\n", picture, re.M)
    assert re.search(r"^ +ann\.lock <-+ bob's thread\n +wants\n", picture, re.M)


def test_what_a_lesson_quotes_from_the_source_of_its_demo_is_there() -> None:
    """Step 4 says which line to replace by what it prints."""
    step = COURSE[3]
    lesson = " ".join(step.readme.read_text("utf-8").split())
    quoted = re.findall(r"the line that prints `([^`]+)`", lesson)
    source = step.demo.read_text("utf-8")
    assert len(quoted) == 1
    assert source.count(quoted[0]) == 1


def test_step_11_leaves_it_to_the_learner_to_find_a_deadlock() -> None:
    """Its demo counts the orders that end in one, and shows none of them."""
    (shown,) = (b for b in blocks(COURSE[10].readme, "text") if "in every order" in b)
    assert in_every_order() == (42, 18)
    assert "18 of 42 orders end in a deadlock." in shown
    assert "Each row is a turn" not in shown
    assert not re.search(r"\[\d", COURSE[10].readme.read_text("utf-8"))


# ---- what the runner shows of them


@pytest.mark.parametrize("step", COURSE, ids=lambda step: step.name)
def test_predictions_speak_of_the_demo_as_it_is(step: Step) -> None:
    """If you change a demo, see whether its predictions are still true."""
    assert speaks_of(step) == fingerprint(step)


@pytest.mark.parametrize("step", COURSE, ids=lambda step: step.name)
def test_a_question_fits_the_window(
    step: Step, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In 80 x 24 it is seen with its program, and what came true is seen whole."""
    monkeypatch.setenv("COLUMNS", "80")
    context = Context(COURSE, Progress(tmp_path / "progress", print), Screen())
    asked = program(context, step.readme.read_text("utf-8"))
    for question in questions_of(step):
        lines = lines_of(context.screen, question, "Question")
        assert len(lines) <= ROOM
        assert len(asked + lines) <= ROOM or step.name in ASKS_ALONE
        for choice in question.choices:
            lines = compared(context, question, choice.letter)
            assert len(lines) + ROWS_AFTER <= ROOM + 1


class Watched(Screen):
    """A terminal of 80 x 24 at which somebody answers every question with a."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self.asked: list[list[str]] = []  # the window at each question

    @property
    def is_dialogue(self) -> bool:
        return True

    def write(self, *lines: str) -> None:
        self.lines += lines

    def ask(self, question: str) -> str:
        self.lines.append(question)
        if question.startswith("Your answer"):
            self.asked.append(self.lines[-24:])
        return "a"


@pytest.mark.parametrize("step", COURSE, ids=lambda step: step.name)
def test_a_question_is_asked_below_its_program(
    step: Step, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also the first one, to which the lesson's beginning leaves no room."""
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("LINES", "24")
    screen = Watched()
    context = Context(COURSE, Progress(tmp_path / "progress", print), screen)
    text = "\n".join(program(context, step.readme.read_text("utf-8")))
    assert ask_all(context, step)
    assert len(screen.asked) == len(questions_of(step))
    for window in screen.asked:
        assert "Question " in "\n".join(window)
        assert text in "\n".join(window) or step.name in ASKS_ALONE
