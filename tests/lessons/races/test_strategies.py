"""Hypothesis finds what the threads must do for a race, and how little is enough."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lessons.races import RaceFound
from lessons.races.benchmark.programs import LockedRegistry, Mailbox, Registry
from lessons.races.strategies import Program, expect_one_at_a_time, programs

NAMES = st.sampled_from(["ann", "bob"])
NUMBERS = st.integers(1, 3)
ALL = settings(max_examples=40, database=None, suppress_health_check=list(HealthCheck))


@pytest.mark.slow
def test_the_smallest_program_that_races_is_found() -> None:
    tried: list[Program] = []

    @ALL
    @given(programs({"join": (NAMES, NUMBERS)}))
    def joins_one_by_one(program: Program) -> None:
        tried.append(program)
        expect_one_at_a_time(Registry, program, lambda room: room.users)

    with pytest.raises(RaceFound, match="no order one after the other ends with"):
        joins_one_by_one()
    assert tried[-1] == ((("join", ("ann", 1)),), (("join", ("ann", 1)),))


def test_the_locked_registry_is_as_one_after_the_other() -> None:
    operations = {"join": (NAMES, NUMBERS), "leave": (NAMES,), "names": ()}

    @settings(ALL, max_examples=15)
    @given(programs(operations))
    def all_is_one_by_one(program: Program) -> None:
        assert expect_one_at_a_time(
            LockedRegistry, program, lambda room: room.users
        ).complete

    all_is_one_by_one()


def test_an_order_that_blocks_is_not_compared_with() -> None:
    get_and_put = ((("get_again", ()),), (("put", (1,)),))
    assert expect_one_at_a_time(Mailbox, get_and_put).complete


def test_three_threads() -> None:
    join = (("join", ("ann", 1)),)
    with pytest.raises(RaceFound):
        expect_one_at_a_time(Registry, (join, join, join))
    assert expect_one_at_a_time(LockedRegistry, (join, join, join)).complete
