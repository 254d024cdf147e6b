"""Every original is not done, every right answer passes, every wrong one gets its own.

In every run the solution and three wrong answers of each step are judged.  All others
have the marker `museum`, and each of CI's Pythons judges its share of them.
"""

from collections import Counter

import pytest

from lessons.checking import Status
from lessons.course import COURSE, Step
from tests.judges import Judges
from tests.marks import share
from tests.support import WINE
from tests.wrong_answers import SOLUTION, Piece, Right, bases, pieces, right_ones

museum = pytest.mark.museum
IN_EVERY_RUN = 3  # of each step
NOT_DONE = "Not done yet"
HANGS = "Your code does not come to an end"

# What is said of a right answer to step 3 where Wine makes a reset an end of file.
RESET_IS_AN_END = "A reset is reported as an ordinary goodbye"

ORIGINALS = [Right(s.number, "original", s.original.read_text("utf-8")) for s in COURSE]
RIGHT = [
    pytest.param(Right(s.number, name, text), marks=[museum] * (name != SOLUTION))
    for s in COURSE
    for name, text in bases(s.number).items()
]


def few(step: int) -> list[Piece]:
    """Return some wrong answers to a step that differ as much as their places do.

    None that hangs: it would use the processor until its time is over.  What is said
    of a hang is tested in test_judging.py.
    """
    found = [piece for piece in pieces(step) if piece.title != HANGS]
    middles = range(1, 2 * IN_EVERY_RUN, 2)  # of as many parts
    return [found[middle * len(found) // (2 * IN_EVERY_RUN)] for middle in middles]


FEW = [piece for step in COURSE for piece in few(step.number)]
REST = [p for step in COURSE for p in pieces(step.number) if p not in FEW]


def _id(value: object) -> str:
    return f"step{value.number:02}" if isinstance(value, Step) else value.id


@pytest.mark.parametrize("answer", ORIGINALS, ids=_id)
def test_an_original_is_not_done_yet(answer: Right, judges: Judges) -> None:
    verdict = judges.verdict(answer, NOT_DONE)
    assert verdict.status is Status.NOT_DONE, verdict


@pytest.mark.parametrize("answer", RIGHT, ids=_id)
def test_a_right_answer_passes(answer: Right, judges: Judges) -> None:
    verdict = judges.verdict(answer, None)
    if WINE and answer.step in (5, 6) and verdict.status is not Status.PASSED:
        pytest.skip("Wine lets a half-done send wait, even when its socket is closed")
    if WINE and verdict.diagnosis and verdict.diagnosis.title == RESET_IS_AN_END:
        pytest.skip("Wine makes a reset an end of file")
    assert verdict.status is Status.PASSED, verdict
    assert verdict.passed


@pytest.mark.parametrize(
    "answer",
    [*FEW, *[pytest.param(p, marks=museum) for p in share(REST)]],
    ids=_id,
)
def test_a_wrong_answer_gets_its_own_diagnosis(answer: Piece, judges: Judges) -> None:
    verdict = judges.verdict(answer, answer.wanted)
    if answer.wanted is None:
        assert verdict.status is Status.PASSED, verdict
        return
    assert verdict.status in (Status.FAILED, Status.CRASHED, Status.HUNG), verdict
    assert verdict.diagnosis
    assert verdict.diagnosis.title == answer.wanted, verdict.diagnosis
    assert "Traceback" not in verdict.diagnosis.seen
    assert all([verdict.diagnosis.expected, verdict.diagnosis.why])


@pytest.mark.parametrize("step", COURSE, ids=_id)
def test_three_wrong_answers_of_a_step_are_judged_in_every_run(step: Step) -> None:
    titles = {piece.title for piece in few(step.number)}
    assert len(titles) == IN_EVERY_RUN


@pytest.mark.parametrize("step", COURSE, ids=_id)
def test_no_two_wrong_answers_of_a_step_get_the_same(step: Step) -> None:
    titles = Counter(piece.title for piece in pieces(step.number))
    assert [title for title, count in titles.items() if count > 1] == []


@pytest.mark.parametrize("step", COURSE, ids=_id)
def test_each_answer_to_a_step_has_its_own_name(step: Step) -> None:
    """Or the verdict on one would be taken for that on the other."""
    answers = [*pieces(step.number), *right_ones(step.number)]
    names = ["original", *bases(step.number), *(answer.name for answer in answers)]
    assert answers
    assert [name for name, count in Counter(names).items() if count > 1] == []
