"""The verdicts that another process finds, and when they are believed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from lessons.checking import Status
from lessons.course import step
from tests.judges import Judges, title
from tests.wrong_answers import Right, piece

pytestmark = pytest.mark.slow  # the museum uses them all the time

ANSWER = piece(8, "any_owner_may_leave")
OTHER = Right(8, "original", step(8).original.read_text("utf-8"))


@pytest.fixture(scope="module")
def two() -> Iterator[Judges]:
    found = Judges([ANSWER, OTHER])
    yield found
    found.close()


@pytest.fixture
def of_two(two: Judges) -> Judges:
    """Return judges of two answers."""
    two.only_when_alone.clear()
    return two


def test_each_answer_gets_its_verdict(of_two: Judges) -> None:
    assert of_two.verdict(OTHER, "Not done yet").status is Status.NOT_DONE
    assert title(of_two.verdict(ANSWER, ANSWER.title)) == ANSWER.title
    assert of_two.only_when_alone == []


def test_a_wrong_verdict_is_believed_only_if_it_comes_again(
    of_two: Judges, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The busy machine makes one verdict of the other."""
    found = {answer.id: of_two._await(answer.id) for answer in (ANSWER, OTHER)}
    monkeypatch.setattr(of_two, "_await", lambda answer_id: dict(found[OTHER.id]))
    assert title(of_two.verdict(ANSWER, ANSWER.title)) == ANSWER.title
    assert of_two.only_when_alone == [f"{ANSWER.id}: Not done yet"]
    assert title(of_two.verdict(ANSWER, "No such title")) == ANSWER.title
    assert len(of_two.only_when_alone) == 1


def test_an_answer_that_is_not_judged_is_not_waited_for(of_two: Judges) -> None:
    missing = Right(8, "missing", "")
    with pytest.raises(AssertionError, match="no step08-missing"):
        of_two.verdict(missing, None)


def test_judges_that_fail_say_why(tmp_path: Path) -> None:
    judges = Judges([Right(99, "of_no_step", "")])
    with pytest.raises(AssertionError, match="no step 99"):
        judges.verdict(ANSWER, ANSWER.title)
    judges.close()
