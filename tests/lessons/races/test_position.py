"""Where a run stands after each turn that someone chooses by hand."""

import dataclasses

import pytest

from lessons.races import BadSchedule
from lessons.races.benchmark.cases import CASES
from lessons.races.position import (
    best_schedule,
    fewest_switches,
    next_towards_race,
    position,
)
from lessons.races.session import Session

REGISTRY = CASES[0]
COUNTER = dataclasses.replace(CASES[1].broken, operations=False)
DEADLOCK = CASES[3].broken


def test_at_first_all_stand_before_their_first_line() -> None:
    with Session(REGISTRY.broken) as session:
        now = position(session, [])
    assert [one.at and one.at.source for one in now.threads] == (
        ["if name in self.users:"] * 2
    )
    assert [one.can_run for one in now.threads] == [True, True]
    assert (now.over, now.race, now.switches) == (False, None, 0)
    assert now.watched == "users={} welcomed=[]"


def test_each_turn_moves_one_thread() -> None:
    with Session(REGISTRY.broken) as session:
        now = position(session, [1, 2])
        one, two = now.threads
        assert one.at
        assert two.at
        assert one.at.source == two.at.source == "self.users[name] = number"
        assert now.switches == 1
        end = position(session, [1, 2, 2, 2, 1, 1])
    assert end.over
    assert end.race
    assert end.race.kind == "check"
    assert [one.ended for one in end.threads] == [True, True]


def test_who_waits_says_for_what() -> None:
    with Session(DEADLOCK) as session:
        now = position(session, [1, 2, 2, 2])
        assert [one.can_run for one in now.threads] == [True, False]
        assert now.threads[1].waits == "for self.users_lock, held by kicker"
        with pytest.raises(BadSchedule):
            position(session, [1, 2, 2, 2, 2])


def test_a_line_may_be_opened_into_its_operations() -> None:
    with Session(COUNTER) as session:
        place = position(session, []).threads[0].at
        assert place
        assert position(session, [1]).threads[0].ended
        assert fewest_switches(session) is None
    opened = {(place.code.co_filename, place.line): 0}
    with Session(dataclasses.replace(COUNTER, opened=opened)) as session:
        now = position(session, [1])
        assert now.threads[0].at
        assert now.threads[0].at.operation == "write self.value"
        assert now.threads[0].operations == ["read self.value", "write self.value"]
        assert fewest_switches(session) == 2


def test_the_way_to_a_race_is_known_from_anywhere() -> None:
    assert REGISTRY.mended
    with Session(REGISTRY.broken) as session:
        assert fewest_switches(session) == 2
        assert next_towards_race(session, [1]) == 2
        assert next_towards_race(session, [1, 1]) is None
    with Session(REGISTRY.mended) as session:
        assert fewest_switches(session) is None
        assert next_towards_race(session, []) is None


def test_the_fewest_switches_are_not_those_of_the_first_race() -> None:
    case = next(case for case in CASES if case.title == "stop lost in a full queue")
    with Session(case.broken) as session:
        assert fewest_switches(session) == 1
        assert fewest_switches(session, limit=1) == 2


def test_the_search_for_the_fewest_has_a_limit() -> None:
    case = next(c for c in CASES if c.title == "if for while before wait")
    with Session(case.broken) as session:
        assert best_schedule(session, limit=100) is None
        assert fewest_switches(session, limit=300) == 3
