"""Every original is not done, every right answer passes, every wrong one gets its own.

Most checks wait more than they work, so a few run at once.  MUSEUM=1/3 takes every
third wrong answer, from the first one on: CI gives each of its Pythons another third.
"""

import os
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import pytest

from lessons.checking import Status, Verdict, judge
from lessons.course import COURSE, Step, step
from tests.wrong_answers import Piece, bases, pieces

AT_ONCE = 6
BUSY = (12, 14)  # their checks run several processes each: not so many at a time
BUSY_AT_ONCE = 2


class Right(NamedTuple):
    """A right answer."""

    step: int
    name: str
    text: str


ORIGINALS = [Right(s.number, "original", s.original.read_text("utf-8")) for s in COURSE]
RIGHT = [Right(s.number, *base) for s in COURSE for base in bases(s.number).items()]
WRONG = [piece for s in COURSE for piece in pieces(s.number)]
FIRST, EVERY = map(int, os.environ.get("MUSEUM", "1/1").split("/"))
JUDGED = WRONG[FIRST - 1 :: EVERY]
Answer = Right | Piece
Judged = dict[Answer, "Future[Verdict]"]


@pytest.fixture(scope="module")
def judged(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Judged]:
    """Return the verdicts of all answers that are asked for, on their way."""
    wanted: list[Answer] = [
        item.callspec.params["answer"]
        for item in request.session.items
        if item.path == Path(__file__) and "answer" in getattr(item, "fixturenames", ())
    ]
    # A copy: pytest changes the environment at each test, and a process that is being
    # started in another thread just then fails with EFAULT.
    environment = dict(os.environ)
    folder = tmp_path_factory.mktemp("answers")

    def verdict(answer: Answer) -> Verdict:
        file = folder / f"step{answer.step:02}_{answer.name}.py"
        file.write_text(answer.text, encoding="utf-8")
        return judge(step(answer.step), file, env=environment)

    with ThreadPoolExecutor(AT_ONCE) as pool, ThreadPoolExecutor(BUSY_AT_ONCE) as busy:
        yield {
            answer: (busy if answer.step in BUSY else pool).submit(verdict, answer)
            for answer in wanted
        }


def _id(value: object) -> str:
    if isinstance(value, Step):
        return f"step{value.number:02}"
    assert isinstance(value, Answer)
    return f"step{value.step:02}-{value.name}"


@pytest.mark.parametrize("answer", ORIGINALS, ids=_id)
def test_an_original_is_not_done_yet(answer: Right, judged: Judged) -> None:
    verdict = judged[answer].result()
    assert verdict.status is Status.NOT_DONE, verdict


@pytest.mark.parametrize("answer", RIGHT, ids=_id)
def test_a_right_answer_passes(answer: Right, judged: Judged) -> None:
    verdict = judged[answer].result()
    assert verdict.status is Status.PASSED, verdict
    assert verdict.passed


@pytest.mark.parametrize("answer", JUDGED, ids=_id)
def test_a_wrong_answer_gets_its_own_diagnosis(answer: Piece, judged: Judged) -> None:
    verdict = judged[answer].result()
    assert verdict.status in (Status.FAILED, Status.CRASHED, Status.HUNG), verdict
    assert verdict.diagnosis
    assert verdict.diagnosis.title == answer.title, verdict.diagnosis
    assert "Traceback" not in verdict.diagnosis.seen
    assert all([verdict.diagnosis.expected, verdict.diagnosis.why])


@pytest.mark.parametrize("step", COURSE, ids=_id)
def test_no_two_wrong_answers_of_a_step_get_the_same(step: Step) -> None:
    titles = Counter(piece.title for piece in pieces(step.number))
    assert [title for title, count in titles.items() if count > 1] == []


@pytest.mark.parametrize("step", COURSE, ids=_id)
def test_each_wrong_answer_of_a_step_has_its_own_name(step: Step) -> None:
    names = Counter(piece.name for piece in pieces(step.number))
    assert names
    assert [name for name, count in names.items() if count > 1] == []
