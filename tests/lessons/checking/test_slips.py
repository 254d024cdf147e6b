"""Slips with names that every step knows."""

import pytest

from lessons.checking.errors import known_error
from lessons.checking.slips import slip

SOURCE = """
class Box:
    def __init__(self):
        self.lock = 1

    def open():
        pass

    @staticmethod
    def shut():
        pass
"""


@pytest.mark.parametrize(
    ("error", "look", "title"),
    [
        (
            "NameError: name 'queue' is not defined",
            "exercise.py, line 3: self.box = queue.Queue(size)",
            "queue is not imported",
        ),
        (
            "NameError: name 're' is not defined. Did you forget to import 're'?",
            "exercise.py, line 3: re.match('@', line)",
            "re is not imported",
        ),
        ("NameError: name 'Queue' is not defined", "", "Queue is not imported"),
        (
            "NameError: name 'lock' is not defined. Did you mean: 'self.lock'?",
            "exercise.py, line 9: with lock:",
            "There is no variable lock, only self.lock",
        ),
        (
            "TypeError: Box.open() takes 0 positional arguments but 1 was given",
            "exercise.py, line 9: self.open()",
            "The method open has no `self`",
        ),
        # A variable may have the name of a module.
        ("NameError: name 'queue' is not defined", "line 3: queue.append(1)", None),
        ("NameError: name 'nothing' is not defined", "line 3: nothing", None),
        ("TypeError: shut() takes 0 positional arguments but 1 was given", "", None),
        ("TypeError: len() takes exactly one argument (2 given)", "", None),
    ],
)
def test_a_slip_is_known_by_its_text(error: str, look: str, title: str | None) -> None:
    found = slip(error, look, SOURCE)
    assert (found.title if found else None) == title


def test_what_has_no_such_attribute_gets_the_right_article() -> None:
    found = known_error("AttributeError: 'int' object has no attribute 'x'", "", "")
    assert found
    assert found.diagnosis.title == "An int has no `x`"
    assert found.diagnosis.expected.startswith("Something that an int has")
