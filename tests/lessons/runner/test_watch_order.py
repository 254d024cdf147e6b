"""`watch`: what comes in an order that real processes seldom give."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lessons.checking import Status, Verdict
from lessons.checking.diagnosis import Diagnosis
from lessons.course import Step
from lessons.runner.background import Told
from tests.lessons.runner import small
from tests.lessons.runner.conftest import Learner, Said

PASSED, FAILED = (
    Verdict(small.course(Path())[0], status, Diagnosis("Wrong", "a", "b", "c"))
    for status in (Status.PASSED, Status.FAILED)
)


class Scripted:
    """In place of a check: each one that begins does the next thing of a script."""

    script: Iterator[Callable[["Scripted"], object]]

    def __init__(self, step: Step, told: Told) -> None:
        self.told = told
        next(self.script)(self)

    def tells(self, verdict: Verdict) -> None:
        self.told(self, "verdict", verdict)

    def leaves(self) -> None:
        self.told(None, "key", "q")

    def cancel(self) -> None:
        pass

    def join(self) -> None:
        pass


def scripted(
    learner: Learner,
    monkeypatch: pytest.MonkeyPatch,
    *script: Callable[[Scripted], object],
) -> Said:
    monkeypatch.setattr(Scripted, "script", iter(script), raising=False)
    monkeypatch.setattr("lessons.runner.watch.Background", Scripted)
    monkeypatch.setattr("lessons.runner.watch.keys", list)
    return learner.types("watch", 1)


def test_a_verdict_that_comes_with_the_next_save_is_not_shown(
    learner: Learner, monkeypatch: pytest.MonkeyPatch
) -> None:
    def first(check: Scripted) -> None:
        check.tells(PASSED)
        learner.writes(small.WRONG)

    def second(check: Scripted) -> None:
        check.tells(FAILED)
        check.leaves()

    learner.writes(small.TEXT)
    said = scripted(learner, monkeypatch, first, second)
    assert "is done" not in said.out
    assert "Wrong" in said.lines


def test_an_old_check_that_still_speaks_is_not_heard(
    learner: Learner, monkeypatch: pytest.MonkeyPatch
) -> None:
    checks: list[Scripted] = []

    def first(check: Scripted) -> None:
        checks.append(check)
        learner.writes(small.WRONG)

    def second(check: Scripted) -> None:
        checks[0].tells(PASSED)
        check.tells(FAILED)
        check.leaves()

    learner.writes(small.TEXT)
    said = scripted(learner, monkeypatch, first, second)
    assert "is done" not in said.out
    assert "Wrong" in said.lines


def test_a_verdict_of_an_emptied_file_is_not_shown(
    learner: Learner, monkeypatch: pytest.MonkeyPatch
) -> None:
    def first(check: Scripted) -> None:
        learner.writes("")
        check.tells(FAILED)
        check.leaves()

    learner.writes(small.TEXT)
    assert "Wrong" not in scripted(learner, monkeypatch, first).out
