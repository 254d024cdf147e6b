"""The checker never hangs and never leaks, whatever the code under test does."""

import _thread
import contextlib
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest.mock import Mock

import pytest

from lessons.races import (
    CannotRun,
    Explored,
    RaceFound,
    execution,
    expect_race,
    explore,
    primitives,
    replay,
    sleeping,
    workers,
)
from lessons.races.scenario import Scenario
from lessons.races.scheduler import Run
from tests.lessons.races.hostile import Hostile, Made, Reader, Starter
from tests.support import until

Call = Callable[[Hostile], object]


@pytest.fixture(autouse=True)
def _no_thread_stays() -> Iterator[None]:
    before = threading.enumerate()
    locks = threading.Lock, threading.RLock, time.sleep, threading.Thread.start
    yield
    assert (
        threading.Lock,
        threading.RLock,
        time.sleep,
        threading.Thread.start,
    ) == locks
    until(lambda: threading.enumerate() == before, "a thread stayed behind")


def outcomes(*bodies: Call, **settings: object) -> set[str]:
    """Explore, and return every log that was left at an end."""
    seen: set[str] = set()
    threads = {f"t{i}": body for i, body in enumerate(bodies)}
    explored = explore(Hostile, threads, lambda h: seen.add(str(h.log)), **settings)
    assert explored.complete
    return seen


# ---- right code, of every kind


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (Hostile.wait_for_event, Hostile.set_event, {"['event']"}),
        (
            Hostile.wait_for_news,
            Hostile.make_news,
            {"['news', True]", "[False, 'news']"},
        ),
        (Hostile.limited, Hostile.limited, {"['in', 'out', 'in', 'out']"}),
        (Hostile.meet, Hostile.meet, {"['met', 'met']"}),
        (Hostile.put_all, Hostile.get_all, {"[0, 1, 2]"}),
        (Hostile.put_simple, Hostile.get_simple, {"[1]"}),
        (Hostile.reenter, Hostile.reenter, {"['twice', 'twice']"}),
        (Hostile.bad_exit, Hostile.bad_exit, {"['inside', 'inside']"}),
        (Hostile.both, Hostile.both, {"['both', 'both']"}),
        (Hostile.put_one, Hostile.get_in_time, {"[1]", "['empty']"}),
        (
            Hostile.hold,
            Hostile.try_lock,
            {
                "['hold', 'held', 'got it']",
                "['got it', 'hold', 'held']",
                "['hold', 'got it', 'held']",
                "['gave up', 'hold', 'held']",
                "['hold', 'gave up', 'held']",
                "['hold', 'held', 'gave up']",
            },
        ),
        (Hostile.nap, Hostile.exit, {"['rested']"}),
    ],
)
def test_it_knows_every_way_to_end(one: Call, other: Call, expected: set[str]) -> None:
    assert outcomes(one, other) == expected


def test_a_generator_is_interleaved() -> None:
    assert "[0, 0, 0, 1, -1, 0, 1, -1]" in outcomes(Hostile.consume, Hostile.consume)


def test_a_context_manager_is_interleaved() -> None:
    found = outcomes(Hostile.managed, Hostile.managed)
    assert "['in', 'in', 'inside', 'inside', 'out', 'out']" in found
    assert "['in', 'inside', 'out', 'in', 'inside', 'out']" in found


def test_recursion_is_interleaved() -> None:
    found = outcomes(lambda h: h.recursive(1), lambda h: h.recursive(1))
    assert found >= {"[1, 0, 1, 0]", "[1, 1, 0, 0]"}


def test_endless_recursion_is_an_error_of_the_code_alone() -> None:
    threads = {"deep": Hostile.too_deep, "flat": Hostile.set_event}
    if sys.version_info < (3, 12):
        with pytest.raises(CannotRun, match="lost a thread"):
            explore(Hostile, threads, preemptions=0, max_steps=20_000)
        return
    explored = explore(Hostile, threads, preemptions=0, max_steps=20_000)
    assert explored.complete
    trace = replay([], Hostile, {"deep": Hostile.too_deep}, max_steps=20_000)
    assert 'self.log.append("back")' in trace  # it is still being followed


def test_time_passes_only_when_nobody_can_run() -> None:
    start_s = time.monotonic()
    (log,) = outcomes(Hostile.measure)
    assert float(log.strip("[]")) == pytest.approx(1000)
    assert time.monotonic() - start_s < 100


def test_a_sleep_orders_nothing() -> None:
    found = outcomes(Hostile.nap, Hostile.hold)
    assert "['hold', 'held', 'rested']" in found
    assert "['hold', 'rested', 'held']" in found


def test_two_locks_on_one_line_in_two_orders_deadlock() -> None:
    race = expect_race(Hostile, {"a": Hostile.both, "b": Hostile.both_reversed})
    assert race.kind == "deadlock"


def test_waiting_in_a_loop_without_a_lock_is_fair() -> None:
    threads = {"spinner": Hostile.spin, "other": Hostile.limited}
    assert explore(Hostile, threads, preemptions=0).complete


# ---- what goes wrong is reported, and ended


@pytest.mark.parametrize("body", [Hostile.keep_all, Hostile.keep_all_and_retry])
def test_code_that_catches_everything_is_ended_all_the_same(body: Call) -> None:
    race = expect_race(Hostile, {"a": body, "b": body})
    assert race.kind == "deadlock"
    assert "to be woken" in race.reason


def test_no_progress_is_found() -> None:
    race = expect_race(Hostile, {"a": Hostile.spin_alone}, max_steps=500)
    assert race.kind == "no progress"
    assert race.reason == "still running after 500 steps: a"


def test_an_exception_is_found_with_its_line() -> None:
    race = expect_race(Hostile, {"a": Hostile.fail})
    assert (race.kind, race.preemptions) == ("exception", 0)
    assert race.reason.startswith("a ended with ValueError: on purpose at line ")


def test_endless_computing_is_found_and_ended() -> None:
    race = expect_race(Hostile, {"a": Hostile.compute}, patience_s=0.2)
    assert race.kind == "stuck"
    assert "x += 1" in race.reason or "while x:" in race.reason


def test_a_thread_that_is_stuck_in_c_is_reported_with_its_line_within_5_s() -> None:
    readers: list[Reader] = []

    def make() -> Reader:
        readers.append(Reader())
        return readers[-1]

    race = expect_race(make, {"reader": Reader.read}, patience_s=0.3)
    assert Scenario(make, {}).patience_s < 5
    assert race.kind == "stuck"
    assert "self.log.append(self.ours.recv(1))" in race.reason
    for reader in readers:  # let it go, so that the thread ends
        reader.theirs.close()


def test_a_thread_that_a_busy_machine_does_not_let_run_is_not_called_stuck(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It looks like one that waits, but it does not sleep."""
    looked_at: list[bool] = []

    def sleeps(task: Path) -> bool:
        looked_at.append(sys.platform != "linux" or (task / "stat").exists())
        if len(looked_at) == 2 * execution.LOOKS:  # enough to call it stuck
            reader.theirs.send(b"x")
        return False

    monkeypatch.setattr(workers, "sleeps", sleeps)
    reader = Reader()
    assert explore(lambda: reader, {"reader": Reader.read}, patience_s=0.1).complete
    assert len(looked_at) >= 2 * execution.LOOKS
    assert all(looked_at)


def test_a_thread_that_computes_without_end_is_soon_called_stuck(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def compute(_: Hostile) -> None:
        while True:
            pass

    if sys.platform != "linux":  # no other system tells that it does not sleep
        monkeypatch.setattr(workers, "sleeps", lambda _: False)

    race = expect_race(Hostile, {"a": compute}, patience_s=0.6)
    assert race.kind == "stuck"
    assert "a has not come back for 0.2 s" in race.reason


@pytest.mark.skipif(sys.platform != "linux", reason="/proc")
def test_a_thread_that_computes_does_not_sleep() -> None:
    assert not sleeping.sleeps(Path(f"/proc/self/task/{threading.get_native_id()}"))


@pytest.mark.parametrize(("state", "sleeps"), [("S", True), ("R", False), ("D", False)])
def test_a_thread_that_waits_for_the_disk_is_at_work(
    tmp_path: Path, state: str, sleeps: bool
) -> None:
    (tmp_path / "stat").write_text(f"7 (python (R) 3) {state} 1 7 7 0")
    assert sleeping.sleeps(tmp_path) is sleeps


def test_a_thread_that_has_not_begun_does_not_sleep() -> None:
    """It has no turn yet: it is no thread of the system's to be looked at."""
    assert not workers.Worker(Mock(), 0, threading.Thread(), Mock()).sleeps


def test_what_make_cannot_do_is_said() -> None:
    def make() -> Hostile:
        hostile = Hostile()
        hostile.lock.acquire()
        hostile.lock.acquire()
        return hostile

    with pytest.raises(CannotRun, match="held by the code before the threads"):
        explore(make, {"a": Hostile.hold})


def test_two_explorations_at_once_are_refused() -> None:
    def explore_again(_: Hostile) -> None:
        explore(Hostile, {"a": Hostile.hold})

    race = expect_race(Hostile, {"a": explore_again})
    assert "another exploration is going on" in race.reason


def test_500_runs_leave_no_thread() -> None:
    before = threading.active_count()
    total = 0
    while total < 500:
        total += explore(
            Hostile, {"a": Hostile.hold, "b": Hostile.limited}, code=[Hostile]
        ).schedules
    assert threading.active_count() == before


def test_a_thread_that_wakes_up_late_to_its_end_ends_quietly(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As on a busy machine: it is told to end once more before it has woken up."""
    ignored: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", ignored.append)
    unwind = execution._unwind

    def sent_before(run: Run) -> None:
        run.stopping = True
        for worker in run.workers:
            while not worker.ident:
                pass
            if not worker.begun:
                primitives.unwind_again(worker.ident)
        unwind(run)

    monkeypatch.setattr(execution, "_unwind", sent_before)
    with pytest.raises(RaceFound):
        explore(Hostile, {"a": lambda _: 1 / 0, "b": Hostile.hold}, code=[Hostile])
    assert ignored == []


def test_other_threads_of_the_process_keep_their_locks_and_their_time() -> None:
    inside, done = _thread.allocate_lock(), _thread.allocate_lock()
    seen: list[object] = []

    def outsider() -> None:
        inside.acquire()
        seen.append(type(threading.Lock()))
        seen.append(time.monotonic() < 1e6 or time.monotonic() > 1e6 + 1)
        done.release()

    def make() -> Hostile:
        if inside.locked():
            inside.release()
            assert done.acquire(timeout=10)
        return Hostile()

    inside.acquire()
    done.acquire()
    thread = threading.Thread(target=outsider)
    thread.start()
    explore(make, {"a": Hostile.hold}, code=[Hostile])
    thread.join()
    assert seen == [type(threading.Lock()), True]


def test_the_lock_of_a_dataclass_is_followed() -> None:
    def both(made: Made) -> None:
        assert made.value == 2

    assert explore(Made, {"a": Made.add, "b": Made.add}, both).complete
    assert type(Made().lock) is type(threading.Lock())


@pytest.mark.skipif(sys.platform != "linux", reason="sched_getaffinity")
def test_its_threads_share_one_core_and_it_gives_the_others_back() -> None:
    before, seen = os.sched_getaffinity(0), set()

    def look(_: Hostile) -> None:
        seen.add(len(os.sched_getaffinity(0)))

    explore(Hostile, {"a": look})
    assert seen == {1}
    assert os.sched_getaffinity(0) == before


# ---- threads that the code under test starts itself


def started(body: Callable[[Starter], object]) -> set[str]:
    seen: set[str] = set()
    explored = explore(Starter, {"main": body}, lambda s: seen.add(str(s.log)))
    assert isinstance(explored, Explored)
    assert explored.complete
    return seen


def test_threads_that_it_starts_race() -> None:
    assert started(Starter.start_two) == {"[False, False, 2]", "[False, False, 1]"}


def test_each_run_names_them_alike_and_says_who_is_waited_for() -> None:
    threads = {"main": Starter.start_nameless}
    trace = replay([], Starter, threads)
    assert trace == replay([], Starter, threads)
    shown = " ".join(trace.split())
    assert "waits for Thread-1 (add) to end" in shown
    assert "goes on: Thread-1 (add) has ended" in shown


def test_threads_that_are_joined_at_once_do_not() -> None:
    def both(starter: Starter) -> None:
        assert starter.value == 2

    explored = explore(Starter, {"main": Starter.start_one_after_the_other}, both)
    assert explored.complete


def test_a_started_thread_is_the_current_one_while_it_runs() -> None:
    assert started(Starter.who_am_i) == {"[False, True]"}


def test_a_join_may_time_out() -> None:
    assert started(Starter.join_in_time) == {"[True]", "[False]"}


def test_a_thread_starts_only_once() -> None:
    assert started(Starter.start_twice) == {"['threads can only be started once']"}


def test_an_exception_in_a_started_thread_is_found() -> None:
    race = expect_race(Starter, {"main": Starter.start_failing})
    assert race.reason.startswith("child ended with ValueError: on purpose")


def test_a_daemon_that_waits_for_work_is_no_deadlock() -> None:
    assert started(Starter.start_daemon) == {"[1]"}


def test_too_many_threads_are_refused() -> None:
    with pytest.raises(CannotRun, match="starts more than 8 threads"):
        explore(Starter, {"main": Starter.start_too_many})


def test_a_race_in_the_middle_of_pytest_raises_leaves_no_patch() -> None:
    with contextlib.suppress(RaceFound):
        explore(Hostile, {"a": Hostile.fail})
    assert type(threading.Lock()).__module__ == "_thread"
