"""Python's bytecode changes from version to version; the steps do not."""

import sys
from pathlib import Path
from typing import Any

import pytest

from lessons.races.scenario import Scenario
from lessons.races.scheduler import Run
from lessons.races.session import Session
from lessons.races.steps import Place
from lessons.races.turns import the_default
from tests.lessons.races.idioms import Base, Idioms, Multiline

STEPS = (Path(__file__).parent / "idioms.txt").read_text(encoding="utf-8")
NAMES = [name for name in vars(Idioms) if not name.startswith("_")]


def steps_of(kind: type[Any], name: str) -> str:
    """Return the steps of one method, as lines and as operations."""
    lines, operations = (
        "".join(map(_row, _run(kind, name, by_operation)))
        for by_operation in (False, True)
    )
    return f"== {name}\n{lines}--\n{operations}\n"


def _run(kind: type[Any], name: str, by_operation: bool) -> list[Place]:
    threads = {"one": vars(kind)[name]}
    scenario = Scenario(kind, threads, code=[Base], operations=by_operation)
    with Session(scenario) as session:
        run: Run = session.run(the_default)
    assert run.failure is None
    return [event.place for event in run.story.events]


def _row(place: Place) -> str:
    leaving = "(end) " if place.leaving else ""
    return f"{place.line} {leaving}{place.operation or place.source}\n"


@pytest.mark.parametrize("name", NAMES)
def test_the_steps_are_the_same_on_every_python(name: str) -> None:
    assert steps_of(Idioms, name) in STEPS


@pytest.mark.skipif(sys.version_info < (3, 13), reason="does not know all the lines")
def test_the_steps_of_several_lines_are_the_same_since_3_13() -> None:
    assert steps_of(Multiline, "several_lines") in STEPS


def test_what_the_compiler_writes_twice_is_listed_once() -> None:
    # 3.14 writes any(...) as a loop of its own and as a call.
    threads = {"one": Idioms.python_may_inline_any}
    with Session(Scenario(Idioms, threads, code=[Base])) as session:
        run = session.run(the_default)
        assert session.tracer.operations_on(run.story.events[0].place) == [
            "read self.items",
            "begin the loop",
            "call any(item > 2 for item in self.items)",
            "write self.number",
        ]


def test_both_locks_of_one_with_are_listed() -> None:
    threads = {"one": Idioms.two_locks}
    with Session(Scenario(Idioms, threads, code=[Base])) as session:
        run = session.run(the_default)
        assert session.tracer.operations_on(run.story.events[0].place) == [
            "read self.lock",
            "enter self.lock",
            "read self.other",
            "enter self.other",
        ]
