"""A schedule that was found by chance is shown as simple as one within the bound."""

from typing import Any

import pytest

from lessons.races import RaceFound, replay, simpler
from lessons.races.benchmark import sct
from lessons.races.benchmark.program import Program
from lessons.races.order import follow
from lessons.races.scenario import Scenario
from lessons.races.search import WITHIN, Budget, look_for_race
from lessons.races.session import Session

PROGRAMS = {program.title: program for program in sct.PROGRAMS}


def within(program: Program) -> RaceFound:
    race, _ = look_for_race(program.scenario(), Budget(limit=300))
    assert race
    assert race.part == WITHIN
    return race


def by_chance(program: Program, seed: int = 1, limit: int = 100) -> RaceFound:
    """Return a race that needs a preemption, where the bound allows none."""
    budget = Budget(preemptions=0, limit=limit, seed=seed)
    race, _ = look_for_race(program.scenario(), budget)
    assert race
    assert race.part != WITHIN
    return race


def first_line(race: RaceFound) -> str:
    return str(race).splitlines()[0]


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize(
    "title", ["twostage", "wronglock_3", "stringbuffer", "circular_buffer"]
)
def test_no_seed_makes_a_report_longer(title: str, seed: int) -> None:
    race, simple = by_chance(PROGRAMS[title], seed), within(PROGRAMS[title])
    assert race.preemptions == simple.preemptions == 1
    assert race.turns == simple.turns
    assert first_line(race) == first_line(simple)


@pytest.mark.parametrize(
    "title",
    [
        pytest.param("reorder_10", marks=pytest.mark.slow),
        pytest.param("twostage_100", marks=pytest.mark.soak),
    ],
)
def test_of_many_threads_two_are_left_whoever_they_are(title: str) -> None:
    """A walk among a hundred threads makes 110 switches before it fails."""
    race = by_chance(PROGRAMS[title], limit=110)
    assert len(set(race.schedule)) == 2
    assert race.preemptions == 1
    assert race.turns <= 10
    assert "half a change was seen" in first_line(race)


def test_the_simpler_schedule_fails_in_the_same_way_and_says_how_it_was_found() -> None:
    program = PROGRAMS["stringbuffer"]
    race = by_chance(program)
    with pytest.raises(RaceFound) as again:
        replay(race.schedule, program.broken, program.threads)
    at = race.schedules_run
    how = f"Found by chance (random walk, seed 1), as schedule {at}."
    assert f"{again.value}\n\n{how}" == str(race)


class TwoWays:
    """It fails in one way if `b` comes in between, and in another if it comes last."""

    def __init__(self) -> None:
        self.a = self.b = 0

    def first(self) -> None:
        self.a = 1
        self.b = 1

    def second(self) -> None:
        a = self.a
        b = self.b
        assert a == b, "only one is set"
        assert b == 0, "both are set"


def test_another_failure_is_not_taken_for_the_same() -> None:
    """The default fails too, but says something else."""
    threads: dict[str, Any] = {"one": TwoWays.first, "two": TwoWays.second}
    with Session(Scenario(TwoWays, threads)) as session:
        default = session.run(follow([]))
        assert default.failure
        assert "both are set" in default.failure.reason
        run = session.run(follow([0, 1, 1, 0, 1]))
        found = simpler.simpler(session, run)
    assert found.failure
    assert "only one is set" in found.failure.reason
    assert found.turns.shortest == [1, 2]


def test_what_is_simple_stays_as_it_is() -> None:
    program = PROGRAMS["stack"]
    with Session(program.scenario()) as session:
        run = session.run(follow([0, 1]))
        assert run.failure
        assert simpler.simpler(session, run) is run


class Forgetful:
    """It goes wrong only in the first runs, which is against the rules."""

    runs = 0

    def __init__(self) -> None:
        self.n = 0

    def add(self) -> None:
        self.n += 1
        self.n += 1

    def fail(self) -> None:
        self.n += 1
        Forgetful.runs += 1
        assert Forgetful.runs > 2


def test_a_run_that_goes_well_at_last_is_not_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Forgetful, "runs", 0)
    threads: dict[str, Any] = {"one": Forgetful.add, "two": Forgetful.fail}
    with Session(Scenario(Forgetful, threads)) as session:
        run = session.run(follow([1, 0, 1]))
        assert run.failure
        assert simpler.simpler(session, run) is run


def test_the_number_of_attempts_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    assert by_chance(PROGRAMS["wronglock_3"]).preemptions == 1
    monkeypatch.setattr(simpler, "MOST_RUNS", 0)
    assert by_chance(PROGRAMS["wronglock_3"]).preemptions > 1
