"""What an answer has lost of its exercise is named."""

from pathlib import Path

import pytest

from lessons.checking import Answer, Status, judge
from lessons.checking.interface import lost
from lessons.course import step

GIVEN = """
LIMIT = 3
class Room:
    def join(self, name, conn):
        raise NotImplementedError("YOUR TURN")
def main():
    pass
"""


def answer(folder: Path, text: str, name: str = "answer.py") -> Answer:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return Answer(path)


@pytest.mark.parametrize(
    ("old", "new", "seen"),
    [
        ("LIMIT", "MOST", "There is no LIMIT"),
        ("class Room", "class Hall", "There is no Room"),
        ("def join", "def enter", "There is no Room.join"),
        ("def main", "def run", "There is no main"),
        (", conn)", ")", "def Room.join(self, name)"),
    ],
)
def test_what_is_gone_is_named(tmp_path: Path, old: str, new: str, seen: str) -> None:
    changed = answer(tmp_path, GIVEN.replace(old, new))
    diagnosis = lost(changed, answer(tmp_path, GIVEN, "original.py"))
    assert diagnosis
    assert diagnosis.seen == seen


def test_more_code_and_other_argument_names_are_no_loss(tmp_path: Path) -> None:
    more = GIVEN.replace("name, conn", "who, link") + "def helper(): pass\n"
    assert lost(answer(tmp_path, more), answer(tmp_path, GIVEN, "o.py")) is None


def test_a_renamed_method_is_not_called_a_bug_of_the_course(tmp_path: Path) -> None:
    text = step(8).solution.read_text("utf-8").replace("def names", "def all_names")
    verdict = judge(step(8), answer(tmp_path, text).path)
    assert verdict.status is Status.CRASHED
    assert verdict.diagnosis
    assert verdict.diagnosis.title == "A part of the exercise is gone"
