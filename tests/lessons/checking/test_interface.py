"""What an answer has lost of its exercise is named."""

from pathlib import Path
from typing import Any

import pytest

from lessons.checking import Answer, Status, child, judge
from lessons.checking.answer import described
from lessons.checking.interface import lost, lost_unseen, made_async, made_generator
from lessons.course import COURSE, Step, step

GIVEN = """
LIMIT = 3
class Room:
    def __init__(self, size):
        pass
    def join(self, name, conn):
        pass
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
        ("def __init__(self, size):", "def init(self, size):", "There is no Room.__"),
    ],
)
def test_what_is_gone_is_named(tmp_path: Path, old: str, new: str, seen: str) -> None:
    changed = answer(tmp_path, GIVEN.replace(old, new))
    with pytest.raises((AttributeError, TypeError)) as raised:
        use(changed.module)
    diagnosis = lost(changed, answer(tmp_path, GIVEN, "original.py"), raised.value)
    assert diagnosis
    assert diagnosis.seen.startswith(seen)
    assert described(raised.value) in diagnosis.seen


def use(module: Any) -> None:
    """Do what a check might."""
    room = module.Room(module.LIMIT)
    room.join("ann", None)
    module.main()


def test_more_code_and_other_argument_names_are_no_loss(tmp_path: Path) -> None:
    more = GIVEN.replace("name, conn", "who, link") + "def helper(): pass\n"
    error = TypeError("Room.join() takes one more, and so does main()")
    assert lost(answer(tmp_path, more), answer(tmp_path, GIVEN, "o.py"), error) is None


@pytest.mark.parametrize(
    "error",
    [
        OSError("nobody can join"),
        AttributeError("'Peer' object has no attribute 'rejoin'"),
        TypeError("unsupported operand type(s) for +: 'int' and 'str'"),
    ],
)
def test_an_error_that_does_not_name_what_is_gone_is_not_blamed_on_it(
    tmp_path: Path, error: Exception
) -> None:
    renamed = answer(tmp_path, GIVEN.replace("def join", "def enter"))
    assert lost(renamed, answer(tmp_path, GIVEN, "original.py"), error) is None


def test_what_is_gone_is_named_where_nothing_was_run(tmp_path: Path) -> None:
    original = answer(tmp_path, GIVEN, "original.py")
    renamed = answer(tmp_path, GIVEN.replace("def join", "def enter"))
    diagnosis = lost_unseen(renamed, original, "nothing was run")
    assert diagnosis
    assert diagnosis.seen == "There is no Room.join (nothing was run)"
    assert lost_unseen(original, original, "nothing was run") is None


def test_a_function_that_was_made_async_is_named(tmp_path: Path) -> None:
    original = answer(tmp_path, GIVEN, "original.py")
    coroutine = answer(tmp_path, GIVEN.replace("def join", "async def join"))
    diagnosis = made_async(coroutine, original)
    assert diagnosis
    assert diagnosis.title == "join is `async`, but nobody awaits it"
    assert "async def join" in diagnosis.look
    awaited = coroutine.source + "import asyncio\nasyncio.run(main())\n"
    assert made_async(answer(tmp_path, awaited), original) is None
    assert made_async(original, original) is None


@pytest.mark.parametrize("step", COURSE, ids=lambda step: step.slug)
def test_a_fault_of_the_check_is_not_blamed_on_a_good_answer(step: Step) -> None:
    for error in (OSError("broken"), AttributeError("no test_of_your_own")):
        status, diagnosis = child._crashed(
            Answer(step.solution), error, step.check_module
        )
        assert status == "fault"
        assert diagnosis.title == "The check itself failed"
        assert str(error) in diagnosis.seen


def test_a_renamed_method_is_not_called_a_bug_of_the_course(tmp_path: Path) -> None:
    text = step(8).solution.read_text("utf-8").replace("def names", "def all_names")
    verdict = judge(step(8), answer(tmp_path, text).path)
    assert verdict.status is Status.CRASHED
    assert verdict.diagnosis
    assert verdict.diagnosis.title == "A part of the exercise is missing"
    assert "AttributeError" in verdict.diagnosis.seen


@pytest.mark.parametrize(
    ("body", "is_named"),
    [
        ("    yield", True),
        ("    def inner():\n        yield\n    return inner", False),
        ("    return lambda: (yield)", False),
    ],
)
def test_a_function_that_got_a_yield_is_named(
    tmp_path: Path, body: str, is_named: bool
) -> None:
    given = "def stop() -> None:\n    pass\ndef names() -> list[str]:\n    return []\n"
    original = answer(tmp_path, given)
    lazy = answer(tmp_path, f"def stop():\n{body}\ndef names():\n    yield 'ann'\n")
    diagnosis = made_generator(lazy, original)
    assert (diagnosis.title if diagnosis else "") == (
        "There is a `yield` in stop" * is_named
    )
