"""Threads that a failure does not need come last, and the report leaves them out."""

import re
import threading
from typing import Any

import pytest

from lessons.races import RaceFound, expect_race, needed, replay
from lessons.races.benchmark import sct
from lessons.races.benchmark.cases import CASES
from lessons.races.search import Budget, look_for_race
from lessons.races.session import Session

TEN = {f"adder-{number}": sct.Counter.add for number in range(1, 11)}


def all_added(counter: sct.Counter) -> None:
    assert counter.n == 10, f"10 additions, but n is {counter.n}"


def found(title: str) -> RaceFound:
    program = next(p for p in sct.PROGRAMS if p.title == title)
    race, _ = look_for_race(program.scenario(), Budget(limit=300))
    assert race
    return race


def rows(report: str) -> list[str]:
    """Return the rows of turns, without their numbers."""
    return re.findall(r"^ {0,2}\d+ (.*)", report, re.MULTILINE)


def test_two_of_ten_threads_make_a_lost_update() -> None:
    race = expect_race(sct.Counter, TEN, all_added)
    assert race.schedule == [1, 2, 2, 1]
    assert "adder-1                           adder-2\n" in str(race)
    assert len(rows(str(race))) == 4
    assert (
        "Left out: adder-3, adder-4, adder-5 and 5 more threads, because it goes\n"
        "  wrong all the same when they run only afterwards.\n"
    ) in str(race)
    assert race.reason == "10 additions, but n is 9"


def test_the_smaller_schedule_fails_in_the_same_way_when_replayed() -> None:
    race = expect_race(sct.Counter, TEN, all_added)
    with pytest.raises(RaceFound) as again:
        replay(race.schedule, sct.Counter, TEN, all_added)
    assert str(again.value) == str(race)


def test_a_schedule_that_is_not_the_smallest_is_replayed_as_it_is() -> None:
    with pytest.raises(RaceFound) as again:
        replay([1, 2], sct.Counter, TEN, all_added)
    assert again.value.schedule == [1, 2]
    assert again.value.reason == "10 additions, but n is 1"
    assert "Left out" not in str(again.value)


def test_threads_that_have_not_begun_when_it_fails_are_named_too() -> None:
    report = str(found("wronglock_3"))
    assert "Left out: other-2 and other-3, because it goes wrong before they" in report
    assert len(rows(report)) == 8


def test_the_last_thread_is_kept_if_it_does_the_damage() -> None:
    """It comes last as it is, but if it comes first, all goes well."""
    case = next(case for case in CASES if case.title == "newcomer thrown out")
    race = expect_race(
        case.broken.make, case.broken.threads, case.broken.check, case.broken.watch
    )
    assert "Left out" not in str(race)
    assert "old ann" in str(race)


def test_a_thread_is_kept_if_only_its_place_among_the_others_helps() -> None:
    report = str(found("token_ring"))
    assert "Left out: hand-2 and hand-3" in report
    assert "hand-0" in report


class TwoLocks:
    """Two threads that block each other, and one that has nothing to do with it."""

    def __init__(self) -> None:
        self.a, self.b = threading.Lock(), threading.Lock()
        self.n = self.other = 0

    def forwards(self) -> None:
        with self.a, self.b:
            self.n += 1

    def backwards(self) -> None:
        with self.b, self.a:
            self.n -= 1

    def count(self) -> None:
        self.other += 1


def test_a_deadlock_leaves_out_who_can_still_run() -> None:
    threads = {
        "aside": TwoLocks.count,
        "one": TwoLocks.forwards,
        "two": TwoLocks.backwards,
    }
    report = str(expect_race(TwoLocks, threads))
    assert "Left out: aside, because" in report
    assert "self.other" not in report
    assert ": lock order\n" in report


class Awaited:
    """One thread waits for another one."""

    def __init__(self) -> None:
        self.ready = threading.Event()
        self.n = 0

    def wait(self) -> None:
        self.ready.wait()
        self.n += 1

    def set(self) -> None:
        self.ready.set()


def test_an_address_in_a_message_makes_no_other_failure() -> None:
    def all_added_by_all(counter: sct.Counter) -> None:
        assert counter.n == 10, f"{object()} is new each time"

    assert "Left out" in str(expect_race(sct.Counter, TEN, all_added_by_all))


def test_a_thread_that_others_wait_for_does_not_come_last() -> None:
    threads = {"waiter": Awaited.wait, "setter": Awaited.set, "aside": Awaited.set}
    report = str(expect_race(Awaited, threads, lambda awaited: False))
    assert "Left out: waiter and aside, because" in report
    assert "self.ready.set()" in report


def test_changes_of_the_watched_state_are_shown_all_the_same() -> None:
    race = expect_race(sct.Counter, TEN, all_added, lambda counter: counter.n)
    assert str(race).count("      now ") == 9  # one of ten writes the same again


def test_two_threads_are_always_shown() -> None:
    threads = {"a": TwoLocks.count, "b": TwoLocks.forwards}
    report = str(expect_race(TwoLocks, threads, check=lambda locks: False))
    assert "Left out" not in report
    assert "self.other" in report


@pytest.mark.slow
def test_the_number_of_attempts_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    threads = {f"t{number}": TwoLocks.count for number in range(12)}

    def runs(bound: int) -> int:
        made = list[int]()
        run = Session.run

        def counted(self: Session, *args: Any, **settings: Any) -> Any:
            made.append(1)
            return run(self, *args, **settings)

        with monkeypatch.context() as patch:
            patch.setattr(needed, "MOST_RUNS", bound)
            patch.setattr(Session, "run", counted)
            expect_race(TwoLocks, threads, lambda locks: locks.other < 12)
        return len(made)

    assert runs(4) < runs(60)
