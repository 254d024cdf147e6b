"""Every original is not done, every solution passes, every wrong answer gets its own.

A wrong answer's first line says what its diagnosis is called.  Most checks wait more
than they work, so a few run at once.  MUSEUM=1/3 takes every third wrong answer, from
the first one on: CI gives each of its Pythons another third.
"""

import os
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from lessons.checking import Status, Verdict, judge
from lessons.course import COURSE, Step
from tests.support import ROOT

AT_ONCE = 6
BUSY = (12, 14)  # their checks run several processes each: not so many at a time
BUSY_AT_ONCE = 2
MUSEUM = ROOT / "tests" / "wrong_answers"
MARK = "# Diagnosis: "


def pieces(step: Step) -> list[Path]:
    return sorted((MUSEUM / f"step{step.number:02}").glob("*.py"))


def expected(piece: Path) -> str:
    first = piece.read_text(encoding="utf-8").splitlines()[0]
    assert first.startswith(MARK), f"{piece.name} does not say its diagnosis"
    return first.removeprefix(MARK)


PIECES = [(step, piece) for step in COURSE for piece in pieces(step)]
FIRST, EVERY = map(int, os.environ.get("MUSEUM", "1/1").split("/"))
JUDGED = PIECES[FIRST - 1 :: EVERY]
Judged = dict[Path, "Future[Verdict]"]


@pytest.fixture(scope="module")
def judged(request: pytest.FixtureRequest) -> Iterator[Judged]:
    """Return the verdicts of all answers that are asked for, on their way."""
    wanted = {
        item.callspec.params["answer"]: item.callspec.params["step"]
        for item in request.session.items
        if item.path == Path(__file__) and "answer" in getattr(item, "fixturenames", ())
    }
    # A copy: pytest changes the environment at each test, and a process that is being
    # started in another thread just then fails with EFAULT.
    environment = dict(os.environ)

    def verdict(path: Path) -> Verdict:
        return judge(wanted[path], path, env=environment)

    with ThreadPoolExecutor(AT_ONCE) as pool, ThreadPoolExecutor(BUSY_AT_ONCE) as busy:
        yield {
            path: (busy if step.number in BUSY else pool).submit(verdict, path)
            for path, step in wanted.items()
        }


def _id(value: object) -> str:
    if isinstance(value, Step):
        return f"step{value.number:02}"
    assert isinstance(value, Path)
    return value.stem


@pytest.mark.parametrize(("step", "answer"), [(s, s.original) for s in COURSE], ids=_id)
def test_an_original_is_not_done_yet(step: Step, answer: Path, judged: Judged) -> None:
    verdict = judged[answer].result()
    assert verdict.status is Status.NOT_DONE, verdict


@pytest.mark.parametrize(("step", "answer"), [(s, s.solution) for s in COURSE], ids=_id)
def test_a_solution_passes(step: Step, answer: Path, judged: Judged) -> None:
    verdict = judged[answer].result()
    assert verdict.status is Status.PASSED, verdict
    assert verdict.passed


@pytest.mark.parametrize(("step", "answer"), JUDGED, ids=_id)
def test_a_wrong_answer_gets_its_own_diagnosis(
    step: Step, answer: Path, judged: Judged
) -> None:
    verdict = judged[answer].result()
    assert verdict.status in (Status.FAILED, Status.CRASHED, Status.HUNG), verdict
    assert verdict.diagnosis
    assert verdict.diagnosis.title == expected(answer), verdict.diagnosis
    assert "Traceback" not in verdict.diagnosis.seen
    assert all([verdict.diagnosis.expected, verdict.diagnosis.why])


@pytest.mark.parametrize("step", COURSE, ids=_id)
def test_no_two_wrong_answers_of_a_step_get_the_same(step: Step) -> None:
    titles = Counter(map(expected, pieces(step)))
    assert [title for title, count in titles.items() if count > 1] == []


def test_the_museum_is_large_enough() -> None:
    assert len(PIECES) >= 70
    assert {step.number for step, _ in PIECES} == {step.number for step in COURSE}
