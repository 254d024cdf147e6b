"""The check of step 12: which server the next check talks to."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from lessons.checking import Answer, Silent, Wrong
from lessons.course import step
from lessons.step12_select import check, talking
from tests.wrong_answers import piece

SOLUTION = Answer(step(12).solution)


@pytest.fixture(autouse=True)
def none_is_kept() -> Iterator[None]:
    yield
    for _, stack in talking._kept:
        stack.close()
    talking._kept.clear()


def port(answer: Answer, anew: bool = False) -> int:
    with talking.room(answer, anew) as server, talking.pair(server) as (ann, bob):
        talking.pass_on(ann, bob)
        return server.port


def test_a_room_that_all_have_left_goes_on() -> None:
    first = port(SOLUTION)
    assert port(SOLUTION) == first
    assert port(SOLUTION, anew=True) != first
    assert len(talking._kept) == 1


@pytest.mark.slow
@pytest.mark.parametrize("name", ["end_not_noticed", "closed_left_in_the_set"])
def test_a_room_that_is_not_as_good_as_new_is_started_again(
    name: str, tmp_path: Path
) -> None:
    path = tmp_path / "exercise.py"
    path.write_text(piece(12, name).text, encoding="utf-8")
    answer = Answer(path)
    assert port(answer) != port(answer)


def test_a_room_in_which_a_check_has_failed_is_not_kept() -> None:
    with pytest.raises(Wrong, match="No answer"), talking.room(SOLUTION) as server:
        raise Silent(server.connect(), "what never comes", 0.0)
    assert talking._kept == []


@pytest.mark.slow
def test_the_suite_names_the_test_that_fails(tmp_path: Path) -> None:
    path = tmp_path / "exercise.py"
    path.write_text(piece(12, "strips_lines").text, encoding="utf-8")
    with pytest.raises(Wrong, match="errors reach only their sender"):
        check.passes_the_suite(Answer(path))
