"""Schedules with few deviations come first, and the search costs little memory."""

import tracemalloc

import pytest

from lessons.races import explore, order
from lessons.races.benchmark import sct
from lessons.races.scenario import Scenario
from lessons.races.search import Budget, look_for_race
from lessons.races.session import Session

PROGRAMS = {program.title: program for program in sct.PROGRAMS}
COUNTER = PROGRAMS["lost update, 2 threads"]


def test_deviations_come_before_preemptions_and_nothing_comes_twice() -> None:
    with Session(COUNTER.scenario()) as session:
        runs = list(order.runs(session, preemptions=None))
    keys = [(run.turns.deviations, run.turns.preemptions) for run in runs]
    assert keys == sorted(keys)
    assert len({tuple(run.turns.schedule) for run in runs}) == len(runs) == 6


def test_the_bound_leaves_out_what_costs_more() -> None:
    with Session(COUNTER.scenario()) as session:
        runs = list(order.runs(session, preemptions=1))
    assert max(run.turns.preemptions for run in runs) == 1
    assert len(runs) == 4


def test_a_start_is_kept() -> None:
    with Session(COUNTER.scenario()) as session:
        runs = list(order.runs(session, None, [1]))
    assert {run.turns.schedule[0] for run in runs} == {1}
    assert len(runs) == 3


@pytest.mark.parametrize(
    ("title", "at"),
    [
        ("lost update, 10 threads", 47),
        ("reorder_10", 55),
        ("wronglock", 37),
        ("work-stealing queue", 28),
        pytest.param("reorder_20", 210, marks=pytest.mark.slow),
        pytest.param("twostage_20", 248, marks=pytest.mark.slow),
    ],
)
def test_many_threads_hide_nothing(title: str, at: int) -> None:
    race, explored = look_for_race(PROGRAMS[title].scenario(), Budget(limit=at))
    assert race
    assert race.schedules_run == explored.schedules == at
    assert race.part == "bound"


class Long:
    """A run of many steps."""

    def __init__(self) -> None:
        self.n = 0

    def count(self) -> None:
        for i in range(100):
            self.n = i


@pytest.mark.slow
def test_schedules_share_their_prefix() -> None:
    """Each of 100 runs has 400 turns, so 30,000 schedules wait in the end."""
    scenario = Scenario(Long, {"a": Long.count, "b": Long.count})
    with Session(scenario) as session:
        runs = order.runs(session, preemptions=2)
        next(runs)
        tracemalloc.start()
        try:
            for _ in range(100):
                next(runs)
            held, _ = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
            runs.close()
    assert held < 5_000_000


def test_seconds_end_a_search() -> None:
    explored = explore(Long, {"a": Long.count, "b": Long.count}, seconds=0.01)
    assert not explored.complete
    assert explored.schedules < 1000
