"""What the checker cannot judge it refuses, and what is right it lets pass."""

import _thread
import asyncio
import concurrent.futures
import logging
import multiprocessing
import os
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from lessons.races import CannotRun, RaceFound, expect_race, explore
from tests.support import DEADLINE_S, ROOT


class Count:
    """What most threads here share."""

    def __init__(self) -> None:
        self.n = 0

    def add(self) -> None:
        self.n += 1

    async def add_some_time(self) -> None:
        self.n += 1


class Unfollowed:
    """Its file is not among those that are followed, where another one is named."""

    def __init__(self) -> None:
        self.n = 0


def elsewhere(count: Any) -> None:
    """Do something in code that exists in no file."""
    exec("count.n += 1", {"count": count})


# ---- nothing is passed over in silence


def test_a_check_that_returns_false_has_failed() -> None:
    race = expect_race(Count, {"a": Count.add}, lambda count: count.n == 2)
    assert (race.kind, race.reason) == ("check", "the check returned False")
    assert explore(Count, {"a": Count.add}, lambda count: count.n == 1).complete
    assert explore(Count, {"a": Count.add}, lambda count: None).complete


def made_by_exec() -> Any:
    names: dict[str, Any] = {}
    exec("class Made:\n    n = 0\n    def add(self):\n        self.n += 1", names)
    return names["Made"]


@pytest.mark.parametrize(
    ("make", "body"),
    [
        (made_by_exec(), lambda made: made.add()),
        (lambda: [Count()], lambda some: some[0].__dict__.update(n=1)),
        (Count, lambda count: setattr(count, "n", count.n + 1)),
        (Count, lambda count: elsewhere.__class__ and None),
    ],
    ids=["exec", "in a list", "in a lambda", "nothing"],
)
def test_a_thread_that_is_never_followed_is_refused(make: Any, body: Any) -> None:
    with pytest.raises(CannotRun, match=r"no step of thread [ab] was followed.*code="):
        explore(make, {"a": Count.add if make is Count else body, "b": body})


@pytest.mark.parametrize(
    "body", [Count.add_some_time, lambda count: count.add_some_time()]
)
def test_an_async_function_is_refused(body: Callable[[Count], object]) -> None:
    with pytest.raises(CannotRun, match="thread a is an async function"):
        explore(Count, {"a": body, "b": Count.add})


def test_an_async_check_is_refused() -> None:
    with pytest.raises(CannotRun, match="check is an async function"):
        explore(Count, {"a": Count.add}, Count.add_some_time)


def run_asyncio(count: Count) -> None:
    asyncio.run(count.add_some_time())


def start_process(count: Count) -> None:
    multiprocessing.Process(target=count.add).start()


def lock_of_processes(count: Count) -> None:
    with multiprocessing.Lock():
        count.add()


def start_thread(count: Count) -> None:
    _thread.start_new_thread(count.add, ())


def fork(count: Count) -> None:
    os.fork()
    count.add()


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (run_asyncio, "runs an asyncio event loop"),
        (start_process, "starts a process"),
        (lock_of_processes, "makes a lock of multiprocessing"),
        (start_thread, "starts a thread with _thread.start_new_thread"),
        pytest.param(
            fork,
            "starts a process",
            marks=pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork"),
        ),
    ],
)
@pytest.mark.filterwarnings("error")
def test_what_it_does_not_see_is_refused(
    body: Callable[[Count], None], reason: str
) -> None:
    with pytest.raises(CannotRun, match=f"the code {reason}"):
        explore(Count, {"a": body, "b": Count.add})
    assert explore(Count, {"b": Count.add}).complete


def test_what_make_does_is_refused_too() -> None:
    def make() -> Count:
        lock_of_processes(Count())
        return Count()

    with pytest.raises(CannotRun, match="makes a lock of multiprocessing"):
        explore(make, {"b": Count.add})


def test_code_that_takes_too_many_steps_is_told_of_max_steps() -> None:
    def count_up(count: Count) -> None:
        for _ in range(100):
            count.n += 1

    with pytest.raises(RaceFound, match="max_steps") as found:
        explore(Count, {"a": count_up}, max_steps=100)
    assert found.value.kind == "no progress"
    assert explore(Count, {"a": count_up}, max_steps=1000).complete


# ---- no false alarm


class Pool:
    """Gives work to a pool of threads."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.n = 0

    def add(self) -> None:
        with self.lock:
            self.n += 1

    def add_all(self) -> None:
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            for done in concurrent.futures.as_completed(
                [pool.submit(self.add) for _ in range(2)]
            ):
                done.result()


def test_an_executor_is_explored() -> None:
    def both(pool: Pool) -> None:
        assert pool.n == 2

    explored = explore(Pool, {"main": Pool.add_all}, both, limit=150)
    assert explored.schedules == 150


class Logged:
    """Logs itself, and its text is a step: under the lock of a handler."""

    def __init__(self) -> None:
        self.n = 0

    def __str__(self) -> str:
        self.n += 1
        return f"logged {self.n}"

    def log(self) -> None:
        logging.warning("hello %s", self)


def test_code_that_logs_is_explored() -> None:
    handler = logging.StreamHandler()
    logging.getLogger().addHandler(handler)
    lock = handler.lock
    try:
        assert explore(Logged, {"a": Logged.log, "b": Logged.log}).complete
    finally:
        logging.getLogger().removeHandler(handler)
    assert handler.lock is lock


def test_handlers_that_a_run_has_made_get_real_locks() -> None:
    made: list[logging.Handler] = []

    def make() -> Logged:
        made.append(logging.StreamHandler())
        return Logged()

    explore(make, {"a": Logged.log}, code=[Logged])
    assert {type(handler.lock) for handler in made} == {type(threading.RLock())}


SCRIPT = """
    import logging, threading
    from concurrent.futures import ThreadPoolExecutor
    from lessons.races import explore, RaceFound
    from tests.lessons.races.test_silence import Logged, Pool

    logging.basicConfig()
    for kind, call in (Logged, Logged.log), (Pool, Pool.add_all):
        def fails(state):
            assert not state.n
        try:
            explore(kind, {"a": call, "b": call}, fails, limit=5)
        except RaceFound as race:
            print(race.kind)
"""


@pytest.mark.slow
def test_a_process_ends_after_a_run_that_went_wrong() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(SCRIPT)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
        check=False,
    )
    assert (ran.returncode, ran.stdout) == (0, "check\ncheck\n"), ran.stderr


# ---- locks are called what the code calls them


@dataclass
class Account:
    lock: threading.Lock = field(default_factory=threading.Lock)
    other: threading.Lock = field(default_factory=threading.Lock)
    amount: int = 0


class Holder:
    """Has locks that no line of its own names."""

    def __init__(self) -> None:
        self.a, self.b = threading.Lock(), threading.Lock()
        self.locks = [threading.Lock(), threading.Lock()]
        self.by_name = {"x": threading.RLock()}
        self.account = Account()
        self.one, self.two = Named("one"), Named("two")
        self.left, self.right = Pair(), Pair()


class Named:
    def __init__(self, name: str) -> None:
        self.name = name
        self.lock = threading.Lock()


class Pair:
    def __init__(self) -> None:
        self.lock = threading.Lock()


@pytest.mark.parametrize(
    ("find", "name"),
    [
        (lambda h: h.a, "self.a"),
        (lambda h: h.b, "self.b"),
        (lambda h: h.locks[1], "self.locks[1]"),
        (lambda h: h.by_name["x"], "self.by_name['x']"),
        (lambda h: h.account.other, "self.other"),
        (lambda h: h.one.lock, "one.lock"),
        (lambda h: h.right.lock, "self.right.lock"),
    ],
)
def test_a_lock_is_called_what_the_code_calls_it(
    find: Callable[[Holder], Any], name: str
) -> None:
    def keep(holder: Holder) -> None:
        find(holder).acquire()

    race = expect_race(Holder, {"a": keep})
    assert f"still holds {name}, which" in race.reason


def test_a_lock_of_a_closure_and_one_in_a_list_have_names() -> None:
    lock = [threading.Lock()]

    def make() -> list[Any]:
        lock[0] = threading.Lock()
        return [threading.Lock()]

    def keep(_: list[Any]) -> None:
        lock[0].acquire()

    def keep_other(some: list[Any]) -> None:
        some[0].acquire()

    assert "holds lock[0]," in expect_race(make, {"a": keep}).reason
    assert "holds state[0]," in expect_race(make, {"a": keep_other}).reason
