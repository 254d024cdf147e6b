"""A report shows what matters once: many threads that do the same are folded."""

import re
from typing import Any

import pytest

from lessons.races import expect_race, report
from lessons.races.benchmark import sct
from lessons.races.search import search


class Tally:
    """Threads that count, each in two steps, and one that looks at the end."""

    def __init__(self) -> None:
        self.begun = self.ended = 0

    def count(self) -> None:
        self.begun += 1
        self.ended += 1

    def look(self, most: int) -> None:
        assert self.ended < most, "too many"

    def spin(self) -> None:
        while self.begun == 0:
            pass


def counting(count: int, watch: Any = None) -> str:
    """Return the report of so many threads, all of which are needed."""
    threads: dict[str, Any] = {f"c{n}": Tally.count for n in range(count)}
    threads["last"] = lambda tally: tally.look(count)
    return str(expect_race(Tally, threads, watch=watch))


def numbers(report: str) -> list[int]:
    """Return the numbers of the turns that are shown."""
    return [int(n) for n in re.findall(r"^ {0,2}(\d+) ", report, re.MULTILINE)]


def test_of_many_threads_that_do_the_same_the_first_and_the_last_are_shown() -> None:
    shown = counting(6)
    assert "... the same by 4 more threads\n 11 c5 " in shown
    assert numbers(shown) == [1, 2, 11, 12, 13]


def test_four_threads_that_do_the_same_are_all_shown() -> None:
    shown = counting(4)
    assert "more threads" not in shown
    assert numbers(shown) == list(range(1, 10))


def test_no_change_of_the_watched_state_is_folded() -> None:
    shown = counting(6, lambda tally: tally.ended)
    assert shown.count("      now ") == 6
    assert numbers(shown) == list(range(1, 14))


def test_two_threads_in_turn_are_not_called_more_threads() -> None:
    threads: dict[str, Any] = {"a": Tally.spin, "b": Tally.spin}
    shown = str(expect_race(Tally, threads, max_steps=1500))
    assert "more threads" not in shown
    assert "more steps" in shown


def test_the_file_system_with_one_block_too_few_fits_a_screen() -> None:
    program = next(p for p in sct.PROGRAMS if p.title == "fsbench")
    race, _ = search(program.scenario(), preemptions=2, limit=1)
    assert "... the same by 25 more threads\n" in str(race)
    assert len(str(race).splitlines()) <= 24


def test_what_is_folded_beside_them_is_counted_apart(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A long run is cut in the middle, and some of that is not the same."""
    monkeypatch.setattr(report, "SHOWN_FIRST", 0)
    monkeypatch.setattr(report, "SHOWN_LAST", 1)
    shown = counting(6)
    assert "... 2 more steps\n" in shown
    assert "... the same by 4 more threads\n" in shown
