"""Schedules by chance find what needs more preemptions, and can be had again."""

import random

import pytest

from lessons.races import RaceFound, chance, expect_race, explore, replay
from lessons.races.benchmark import sct
from lessons.races.turns import Option

PROGRAMS = {program.title: program for program in sct.PROGRAMS}
PHILOSOPHERS = PROGRAMS["din_phil5"]
THREADS = (PHILOSOPHERS.broken, PHILOSOPHERS.threads)


def test_what_needs_four_preemptions_is_found_by_chance() -> None:
    race = expect_race(*THREADS, preemptions=0, limit=600, seed=1, code=[sct])
    assert race.kind == "deadlock"
    assert race.part in (chance.WALK, chance.PCT)
    assert race.seed == 1
    assert race.schedules_run > 120  # those without a preemption come first
    same = expect_race(*THREADS, preemptions=0, limit=600, seed=1, code=[sct])
    assert same.schedule == race.schedule
    with pytest.raises(RaceFound, match="deadlock"):
        replay(race.schedule, *THREADS, code=[sct])


def test_it_says_what_was_run_by_chance() -> None:
    explored = explore(sct.CounterLocked, {"a": sct.Counter.add}, limit=10, seed=3)
    assert explored.by_chance == 9
    assert str(explored) == (
        "all 1 schedules with at most 2 interruptions and 9 by chance (seed 3): "
        "nothing found"
    )


def test_a_proof_needs_no_chance() -> None:
    explored = explore(sct.Counter, {"a": sct.Counter.add}, preemptions=None, seed=3)
    assert (explored.complete, explored.by_chance) == (True, 0)


def test_half_of_the_limit_is_kept_for_chance() -> None:
    explored = explore(*THREADS, seed=1, limit=8, code=[sct])
    assert (explored.schedules, explored.by_chance) == (8, 4)


def test_pct_runs_the_highest_priority_and_lets_the_weary_rest() -> None:
    dice = random.Random(1)
    dice.random = lambda: 0.5  # type: ignore[method-assign]
    choose = chance.pct(dice, 0, 100)
    both = [Option(0, 0), Option(1, 1)]
    first = choose(0, both)
    assert [choose(turn, both) for turn in range(1, 9)] == [first] * 8
    weary = [Option(1 - first, 0), Option(first, 1, late=True)]
    assert choose(9, weary) == 1 - first
    assert choose(10, both) == 1 - first


@pytest.mark.parametrize("number", range(12))
def test_whoever_waits_for_another_ends(number: int) -> None:
    """A thread that looks again and again is no endless loop."""

    class Flag:
        def __init__(self) -> None:
            self.up = False

        def wait(self) -> None:
            while not self.up:
                pass

        def work(self) -> None:
            for _ in range(20):
                self.up = False
            self.up = True

    threads = {"waiter": Flag.wait, "worker": Flag.work}
    assert explore(Flag, threads, preemptions=0, limit=6, seed=number).by_chance
