"""What explore, replay and expect_race promise."""

import subprocess
import sys
import textwrap
import warnings
from pathlib import Path

import pytest

from lessons.races import (
    BadSchedule,
    CannotRun,
    NoRaceFound,
    RaceFound,
    expect_race,
    explore,
    replay,
)
from lessons.races.benchmark.cases import one_welcomed
from lessons.races.benchmark.programs import Counter, LockedRegistry, Registry
from tests.support import DEADLINE_S, ROOT

TWO = {
    "conn-1": lambda room: room.join("ann", 1),
    "conn-2": lambda room: room.join("ann", 2),
}


def test_explore_says_how_far_it_went() -> None:
    explored = explore(LockedRegistry, TWO, one_welcomed)
    assert explored.complete
    assert str(explored) == (
        "all 10 schedules with at most 2 interruptions: nothing found"
    )
    some = explore(LockedRegistry, TWO, one_welcomed, limit=3)
    assert (some.schedules, some.complete) == (3, False)
    assert str(some).startswith("only the first 3 schedules")


def test_without_preemptions_the_race_is_not_found() -> None:
    assert explore(Registry, TWO, one_welcomed, preemptions=0).complete


def test_replay_runs_one_schedule_again() -> None:
    race = expect_race(Registry, TWO, one_welcomed)
    assert race.schedule == [1, 2]
    with pytest.raises(RaceFound) as again:
        replay(race.schedule, Registry, TWO, one_welcomed)
    assert str(again.value) == str(race)
    trace = replay(race.schedule, LockedRegistry, TWO, one_welcomed)
    assert "waits for self.lock, held by" in trace
    assert "goes on: has self.lock" in trace


def test_replay_without_a_schedule_preempts_nobody() -> None:
    trace = replay([], Registry, TWO, one_welcomed, lambda room: room.users)
    assert trace.count("if name in self.users") == 2
    assert "now {'ann': 1}" in trace


@pytest.mark.parametrize(
    ("schedule", "reason"),
    [
        ([1, 3], "turn 2 goes to thread 3, but there is none"),
        ([1, 0], "turn 2 goes to thread 0, but there is none"),
        ([1, 1, 1, 1, 1, 1], r"turn 6 goes to thread 1 \(conn-1\), which has ended"),
        (
            [1, 2, 2],
            r"turn 3 goes to thread 2 \(conn-2\), which waits for self.lock, "
            r"held by conn-1; these can run: 1 \(conn-1\)",
        ),
    ],
)
def test_a_schedule_that_no_run_can_take(schedule: list[int], reason: str) -> None:
    with pytest.raises(BadSchedule, match=reason):
        replay(schedule, LockedRegistry, TWO, one_welcomed)


def test_expect_race_fails_on_code_that_is_right() -> None:
    with pytest.raises(NoRaceFound, match="all 10 schedules"):
        expect_race(LockedRegistry, TWO, one_welcomed)


def test_one_line_is_one_step_unless_operations_are() -> None:
    threads = {"a": Counter.add, "b": Counter.add}

    def both(counter: Counter) -> None:
        assert counter.value == 2

    assert explore(Counter, threads, both).complete
    assert expect_race(Counter, threads, both, operations=True).schedule == [1, 2]


def test_watching_a_locked_state_does_not_wait() -> None:
    trace = replay([1], LockedRegistry, TWO, watch=lambda room: room.names())
    assert "not to be seen: self.lock is held by conn-1" in trace
    assert "now ['ann']" in trace


def test_code_that_is_not_the_same_each_time_is_refused() -> None:
    made: list[Registry] = []

    def make() -> Registry:
        made.append(Registry())
        if len(made) > 1:
            made[-1].users["ann"] = 0
        return made[-1]

    with pytest.raises(CannotRun, match="does not do the same each time"):
        explore(make, TWO, code=[Registry])


class Moody:
    """It goes wrong in its first runs only."""

    bad_runs = 0

    def __init__(self) -> None:
        self.n = 0

    def add(self) -> None:
        self.n += 1

    def fail(self) -> None:
        self.n += 1
        Moody.bad_runs -= 1
        assert Moody.bad_runs < 0, "in a bad mood"


def test_what_goes_wrong_only_once_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Moody, "bad_runs", 1)
    with pytest.raises(CannotRun, match=r"not do the same each time.* in a bad mood"):
        explore(Moody, {"a": Moody.add, "b": Moody.fail})


@pytest.mark.parametrize("seed", [None, 1])
def test_what_stops_going_wrong_is_refused_or_reported(
    seed: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whichever run it is that goes well: a search, an experiment, or the last one."""
    threads = {"a": Moody.add, "b": Moody.fail, "c": Moody.add}
    for bad_runs in range(1, 16):
        monkeypatch.setattr(Moody, "bad_runs", bad_runs)
        with pytest.raises((CannotRun, RaceFound)) as error:
            explore(Moody, threads, limit=20, seed=seed)
        assert "in a bad mood" in str(error.value)


def test_locks_made_when_the_module_was_imported_are_seen(tmp_path: Path) -> None:
    source = tmp_path / "early.py"
    source.write_text(
        textwrap.dedent("""
            from threading import Lock
            LOCK = Lock()
            class Early:
                lock = Lock()
                def one(self):
                    with LOCK:
                        self.x = 1
                        with self.lock:
                            self.y = 1
                def other(self):
                    with self.lock:
                        self.y = 2
                        with LOCK:
                            self.x = 2
            """)
    )
    sys.path.insert(0, str(tmp_path))
    try:
        import early  # type: ignore[import-not-found]
    finally:
        sys.path.remove(str(tmp_path))
    threads = {"a": lambda e: e.one(), "b": lambda e: e.other()}
    assert expect_race(early.Early, threads).kind == "deadlock"
    assert not early.LOCK.locked()
    del sys.modules["early"]


def test_of_an_assertion_in_a_thread_only_its_own_line_is_shown() -> None:
    def stop(_: object) -> None:
        raise AssertionError("assert 1 == 2\n +  where 1 = <Room at 0x7f>.n")

    race = expect_race(Registry, {"a": stop})
    assert race.reason.startswith("a ended with AssertionError: assert 1 == 2 at line")


def test_under_a_debugger_it_says_what_it_cannot_do() -> None:
    script = textwrap.dedent("""
        import sys
        sys.settrace(lambda *_: None)
        from lessons.races import explore
        from lessons.races.benchmark.programs import Counter
        print(explore(Counter, {"a": Counter.add, "b": Counter.add}))
        """)
    ran = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
        check=False,
    )
    assert "nothing found" in ran.stdout
    assert "A debugger or a coverage tool is tracing" in ran.stderr


def test_without_a_debugger_there_is_no_warning() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert sys.gettrace() is not None or explore(LockedRegistry, TWO).complete
