"""Answers that are equal except for names, blanks and comments are marked."""

import ast
import re

import pytest

from lessons.classroom.copies import equal_ones, is_telling, shape
from lessons.course import COURSE, Step
from tests.wrong_answers import bases

WRITTEN = '''
class Room:
    """A room."""

    def join(self, name):
        # Take it.
        if name in self.users: raise ValueError("taken")
        self.users[name] = len(self.users)
'''
COPIED = """
class Raum:
    def rein(self, n):

        if n in self.leute:
            raise ValueError("taken")  # mine
        self.leute[n] = len(self.leute)
"""


def test_names_blanks_and_comments_make_no_difference() -> None:
    assert shape(WRITTEN) == shape(COPIED) != ""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"taken"', '"Taken"'),
        ("name in self", "self in name"),
        ("len(self.users)", "0"),
        ("if name", "while name"),
    ],
)
def test_all_else_does(old: str, new: str) -> None:
    assert old in WRITTEN
    assert shape(WRITTEN.replace(old, new)) != shape(WRITTEN)


@pytest.mark.parametrize(
    "source", ["def broken(:", b"\xff\xfe\x00", b"a\0b", "(" * 900]
)
def test_what_is_no_program_has_no_shape(source: bytes | str) -> None:
    assert shape(source) == ""


def test_who_is_equal_to_whom() -> None:
    given, solution = "x = ...", "x = 1 + 2"
    answers = {
        "ann": "x = 2",
        "bob": "y = 2  # mine",
        "carl": "z=1+2",
        "dora": "x = ...",
        "emil": "x = ...",
        "fay": "x = 3",
        "gus": "(",
        "hal": "(",
    }
    shapes = {name: shape(answer) for name, answer in answers.items()}
    found = equal_ones(shapes, shape(solution), shape(given))
    assert [line for _, line in found] == [
        "equal except for names and layout: ann and bob",
        "equal to the solution except for names and layout: carl",
    ]
    assert found[0][0] == ["ann", "bob"]


@pytest.mark.parametrize("step", COURSE, ids=lambda step: step.name)
def test_right_answers_of_different_people_are_not_equal(step: Step) -> None:
    answers = list(bases(step.number).values())
    assert len({shape(answer) for answer in answers}) == len(answers)
    renamed = re.sub(r"\bself\b", "this", step.solution.read_text("utf-8"))
    ast.parse(renamed)
    assert shape(renamed) == shape(answers[0])


def test_little_says_nothing() -> None:
    """A schedule and three predicted numbers are equal by themselves."""
    telling = {
        step.number: is_telling(step.original.read_bytes(), step.solution.read_bytes())
        for step in COURSE
    }
    assert {number for number, tells in telling.items() if not tells} == {4, 7, 11}
