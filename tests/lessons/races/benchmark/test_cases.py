"""What the checker finds, with the same trace on every Python."""

import dataclasses
import functools
import time
from pathlib import Path

import pytest

from lessons.races import Explored, RaceFound
from lessons.races.benchmark.cases import CASES, Case
from lessons.races.search import search
from tests.support import SCALE

TRACES = (Path(__file__).parent / "traces.txt").read_text(encoding="utf-8")
took_s: dict[str, float] = {}
TITLES = [case.title for case in CASES]


@functools.cache
def searched(title: str) -> tuple[RaceFound | None, Explored]:
    """Search each case only once for all tests."""
    case = CASES[TITLES.index(title)]
    start_s = time.process_time()  # of this process: others may be busy
    found = search(case.broken, preemptions=2, limit=1000)
    took_s[title] = time.process_time() - start_s
    return found


@pytest.mark.parametrize("case", CASES, ids=TITLES)
def test_the_bug_is_found(case: Case) -> None:
    race, _ = searched(case.title)
    assert race
    assert race.kind == case.kind
    assert case.reason in race.reason


@pytest.mark.parametrize("case", CASES, ids=TITLES)
def test_the_bug_is_found_in_under_a_second(case: Case) -> None:
    searched(case.title)
    assert took_s[case.title] < SCALE


@pytest.mark.parametrize("case", CASES, ids=TITLES)
def test_the_trace_is_the_same_on_every_python(case: Case) -> None:
    race, _ = searched(case.title)
    assert f"== {case.title}\n\n{race}\n\n" in TRACES


@pytest.mark.parametrize("case", CASES, ids=TITLES)
def test_fewer_preemptions_would_not_do(case: Case) -> None:
    race, counted = searched(case.title)
    assert race
    if race.preemptions == 0:
        assert counted.schedules < 20  # of those that need no preemption
        return
    fewer = search(case.broken, preemptions=race.preemptions - 1, limit=10_000)
    assert fewer[0] is None
    assert fewer[1].complete
    assert fewer[1].schedules < counted.schedules


@pytest.mark.parametrize(
    "case", [case for case in CASES if case.mended], ids=lambda case: case.title
)
def test_the_mended_code_is_clean_under_every_schedule(case: Case) -> None:
    assert case.mended
    few = len(case.mended.threads) == 2
    race, counted = search(case.mended, preemptions=1 + few, limit=10_000)
    assert (race, counted.complete) == (None, True)


def test_a_report_of_two_threads_fits_80_columns_in_pytest() -> None:
    for case in CASES:
        if len(case.broken.threads) == 2:
            race, _ = searched(case.title)
            assert max(map(len, str(race).splitlines())) <= 72


def test_a_locked_registry_of_two_threads_has_ten_schedules_without_any_bound() -> None:
    mended = CASES[0].mended
    assert mended
    race, counted = search(mended, preemptions=None, limit=1000)
    assert race is None
    assert (counted.schedules, counted.complete) == (10, True)


def test_a_locked_registry_of_three_threads_is_clean_with_two_preemptions() -> None:
    mended = CASES[0].mended
    assert mended
    threads = {
        **mended.threads,
        "leaver": lambda room: room.leave("ann"),
        "lister": lambda room: room.names(),
    }
    del threads["conn-2"]
    three = dataclasses.replace(mended, threads=threads, check=None)
    race, counted = search(three, preemptions=2, limit=10_000)
    assert (race, counted.complete) == (None, True)
    assert counted.schedules > 100
