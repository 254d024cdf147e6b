"""Checks for the tests of what runs checks; each answer says what it wants done."""

import os
import time

from lessons.checking import Answer, Wrong
from lessons.races import CannotRun, UnknownPython


class CannotRunThis(CannotRun):
    """What a more special error would be."""


def loads(answer: Answer) -> None:
    """It can be loaded"""
    assert answer.module


def is_five(answer: Answer) -> None:
    """It gives five

    More that is not shown.
    """
    given = answer.module.five()
    if given != 5:
        raise Wrong(
            "It gives another number",
            seen=str(given),
            expected="5",
            why="Five is what was asked for.",
            look=answer.line_with("return"),
        )
    if answer.module.__dict__.get("CANNOT_BE_FOLLOWED"):
        raise CannotRunThis("it is different each time")
    if answer.module.__dict__.get("UNKNOWN_PYTHON"):
        raise UnknownPython("it missed a deadlock")
    if answer.module.__dict__.get("BREAK_THE_CHECK"):
        raise ZeroDivisionError("of the check's own")
    if answer.module.__dict__.get("HANG_THE_CHECK"):
        time.sleep(60)
    if answer.module.__dict__.get("END_THE_CHECK"):
        os._exit(9)


CHECKS = (loads, is_five)
