"""The room's own classes under every schedule, and with each lock taken away."""

import functools
import inspect
import itertools
import linecache
import re
import sys
import threading
import types
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from chat import admission, config, postman, registry
from lessons.races import RaceFound, explore
from lessons.races.strategies import Operation, expect_one_at_a_time

NO_LIMITS = config.Limits(outbox_bytes=0, stall_timeout=0)

_serial = itertools.count()


@pytest.fixture
def mutant() -> Iterator[Callable[..., Any]]:
    """Give a function that returns a module with some of its text replaced."""
    made = []

    def make(module: types.ModuleType, method: str, old: str, new: str) -> Any:
        text = inspect.getsource(module)
        before, start, rest = text.partition(f"    def {method}(")
        body, end, after = rest.partition("\n    def ")
        assert old in body, f"{method} has no {old!r}"
        changed = before + start + body.replace(old, new) + end + after
        name = f"mutant_{next(_serial)}_{module.__name__.replace('.', '_')}"
        twin = types.ModuleType(name)
        twin.__file__ = f"{name}.py"
        sys.modules[name] = twin  # dataclasses look there
        linecache.cache[twin.__file__] = (
            len(changed),
            None,
            changed.splitlines(keepends=True),
            twin.__file__,
        )
        made.append(twin)
        exec(compile(changed, twin.__file__, "exec"), vars(twin))
        return twin

    yield make
    for twin in made:
        del sys.modules[twin.__name__]
        del linecache.cache[twin.__file__]


def without_lock(
    mutant: Callable[..., Any], module: types.ModuleType, method: str
) -> Any:
    """Return `module` with the lock of one method taken away."""
    return mutant(module, method, "with self._lock:", "if True:")


def races(explore_one: Callable[..., Any], *arguments: Any) -> bool:
    """Tell whether one preemption is enough to make it fail."""
    try:
        explore_one(*arguments, preemptions=1)
    except RaceFound as race:
        return race.kind != "stuck"
    return False


# ---- the registry: what two threads do at once is as if one came after the other


class People:
    """A registry with some members, and what its callers announce."""

    def __init__(self, module: Any = registry) -> None:
        self._registry = module.Registry()
        self._members = {
            who: module.Member(who) for who in ("ann", "ANN", "bob", "eve")
        }
        self.news: list[str] = []
        self.join("ann")
        self.join("bob")

    def join(self, who: str) -> str:
        try:
            self._registry.join(self._members[who], lambda: self._tell(f"+{who}"))
        except Exception as error:
            return type(error).__name__
        return "welcome"

    def leave(self, who: str) -> bool:
        return bool(
            self._registry.leave(self._members[who], lambda: self._tell(f"-{who}"))
        )

    def find(self, name: str) -> str | None:
        found = self._registry.find(name, lambda m: self._tell(f"?{m.name}"))
        return found and str(found.name)

    def names(self) -> list[str]:
        return list(self._registry.names(lambda all_: self._tell(str(all_))))

    def close(self) -> None:
        self._registry.close(lambda: self._tell("closed"))

    def _tell(self, news: str) -> None:
        self.news.append(news)


CALLS: list[Operation] = [
    ("join", ("ANN",)),
    ("join", ("eve",)),
    ("leave", ("ann",)),
    ("leave", ("ANN",)),
    ("find", ("Ann",)),
    ("names", ()),
    ("close", ()),
]
PAIRS = list(itertools.combinations_with_replacement(CALLS, 2))


def explore_pair(
    one: Operation, other: Operation, module: Any = registry, **settings: Any
) -> Any:
    settings = {"preemptions": None, "code": [module.__file__]} | settings
    return expect_one_at_a_time(
        functools.partial(People, module),
        ((one,), (other,)),
        lambda people: people.news,
        **settings,
    )


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_any_two_calls_of_the_registry(one: Operation, other: Operation) -> None:
    assert explore_pair(one, other).complete


def test_a_name_that_is_given_up_and_taken_at_once() -> None:
    leave_and_join = (("leave", ("ann",)), ("join", ("ann",)))
    program = (leave_and_join, (("join", ("ANN",)), ("leave", ("ANN",))))
    explored = expect_one_at_a_time(
        People, program, lambda p: p.news, preemptions=2, code=[registry]
    )
    assert explored.complete


def test_three_calls_of_the_registry() -> None:
    program = ((CALLS[0],), (CALLS[2],), (CALLS[5],))
    explored = expect_one_at_a_time(
        People, program, lambda p: p.news, preemptions=2, code=[registry]
    )
    assert explored.complete


@pytest.mark.parametrize("method", ["join", "leave", "find", "names", "close"])
def test_the_registry_without_one_lock(method: str, mutant: Callable[..., Any]) -> None:
    broken = without_lock(mutant, registry, method)
    pairs = [pair for pair in PAIRS if method in (pair[0][0], pair[1][0])]
    assert any(races(explore_pair, *pair, broken) for pair in pairs)


# ---- the postman, with sockets that take all, some or nothing


class FakeSocket:
    """Takes at most `at_once` bytes for each send."""

    def __init__(self, at_once: int = 1000) -> None:
        self._at_once = at_once
        self.taken = b""
        self.ends: list[int] = []

    def send(self, data: bytes, flags: int = 0) -> int:
        if not self._at_once:
            raise BlockingIOError
        self.taken += data[: self._at_once]
        return min(len(data), self._at_once)

    def shutdown(self, how: int) -> None:
        self.ends.append(how)


class Office:
    """A postman at work, and one in the room."""

    def __init__(
        self,
        at_once: int = 1000,
        limits: config.Limits = NO_LIMITS,
        module: Any = postman,
    ) -> None:
        self._module = module
        self.socket = FakeSocket(at_once)
        self.outbox = module.Outbox(self.socket)
        self.late = module.Outbox(FakeSocket())
        self.postman = module.Postman(limits)
        self.postman._queue.append(module.Enter("ann", self.outbox))
        self.postman.start()
        self._posted = threading.Semaphore(0)

    def post(self, data: bytes) -> None:
        self.postman.post(self._module.Letter(data))
        self._posted.release()

    def patiently(self, *letters: bytes) -> None:
        for data in letters:
            self.postman.wait_for_space()
            self.post(data)

    def enter_late(self) -> None:
        self.postman.post(self._module.Enter("late", self.late))

    def leave(self) -> None:
        self.postman.post(self._module.Leave("ann"))
        self._posted.release()

    def stop(self, flush_s: float = 0.05) -> None:
        self.postman.stop(flush_s)

    def stop_after(self, posts: int) -> None:
        for _ in range(posts):
            self._posted.acquire()
        self.postman.stop(60)


@pytest.fixture(autouse=True)
def _any_system(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postman, "_DONTWAIT", 1)  # Windows has none
    monkeypatch.setattr(config, "QUEUE_LETTERS", 1)


def explore_office(
    threads: dict[str, Callable[[Office], object]],
    check: Callable[[Office], None],
    make: Callable[[], Office] = Office,
    module: Any = postman,
    preemptions: int = 1,
) -> Any:
    return explore(
        make,
        threads,
        check,
        lambda office: office.socket.taken,
        preemptions=preemptions,
        limit=2000,
        code=[module.__file__],
    )


def both_are_sent(office: Office) -> None:
    assert office.socket.taken == b"ab"


def all_is_sent_once(office: Office) -> None:
    assert sorted(office.socket.taken) == sorted(b"abc")


def nobody_is_left(office: Office) -> None:
    assert office.outbox.released.is_set()
    assert office.socket.taken in (b"", b"a"), office.socket.taken


def late_is_cut_off(office: Office) -> None:
    assert office.late.released.is_set()


def was_evicted(office: Office) -> None:
    assert office.outbox.fault.startswith("evicted"), office.outbox.fault
    assert office.outbox.released.is_set()


def closed_after_the_last(office: Office) -> None:
    assert office.outbox.released.is_set()
    assert office.socket.taken == b"abc", office.socket.taken


@pytest.mark.parametrize("at_once", [2])
def test_all_letters_are_sent_once(at_once: int) -> None:
    explored = explore_office(
        {
            "poster": lambda o: o.post(b"ab"),
            "other": lambda o: (o.post(b"c"), o.stop_after(2)),
        },
        all_is_sent_once,
        lambda: Office(at_once),
    )
    assert explored.complete


@pytest.mark.parametrize("at_once", [0, 1000])
def test_whoever_posts_while_it_stops(at_once: int) -> None:
    explored = explore_office(
        {"poster": lambda o: o.post(b"a"), "stopper": lambda o: o.stop()},
        nobody_is_left,
        lambda: Office(at_once),
    )
    assert explored.complete


def test_whoever_enters_while_it_stops_is_released() -> None:
    explored = explore_office(
        {"newcomer": lambda o: o.enter_late(), "stopper": lambda o: o.stop()},
        late_is_cut_off,
    )
    assert explored.complete


def test_whoever_waits_for_space_is_woken_when_it_stops() -> None:
    explored = explore_office(
        {"flooder": lambda o: o.patiently(b"a"), "stopper": lambda o: o.stop(0)},
        lambda o: None,
    )
    assert explored.complete


@pytest.mark.parametrize("at_once", [2, 1000])
def test_who_leaves_gets_all_that_came_before(at_once: int) -> None:
    explored = explore_office(
        {"leaver": lambda o: (o.post(b"abc"), o.leave(), o.stop_after(2))},
        closed_after_the_last,
        lambda: Office(at_once),
    )
    assert explored.complete


@pytest.mark.parametrize(
    "limits",
    [
        config.Limits(outbox_bytes=1, stall_timeout=0),
        config.Limits(outbox_bytes=0, stall_timeout=0.001),
    ],
    ids=["too much waits", "nothing is taken"],
)
def test_who_takes_nothing_is_evicted(limits: config.Limits) -> None:
    explored = explore_office(
        {"poster": lambda o: (o.post(b"ab"), o.post(b"c"), o.stop_after(2))},
        was_evicted,
        lambda: Office(0, limits),
    )
    assert explored.complete


POSTMAN_MUTANTS = {
    "post without the lock": ("post", "with self._lock:", "if True:"),
    "stop without the lock": ("stop", "with self._lock:", "if True:"),
    "take without the lock": ("_take", "with self._lock:", "if True:"),
    "end without the lock": ("_end", "with self._lock:", "if True:"),
    "wait without the lock": ("wait_for_space", "with self._lock:", "if True:"),
    "post wakes nobody": ("post", "self._mail.notify()", "pass"),
    "stop wakes nobody": ("stop", "self._mail.notify()", "pass"),
    "take makes no news of space": ("_take", "self._space.notify_all()", "pass"),
    "end makes no news of space": ("_end", "self._space.notify_all()", "pass"),
    "post ignores the end": ("post", "if not self._ended:", "if True:"),
}


@pytest.mark.parametrize("what", POSTMAN_MUTANTS)
def test_the_postman_with_a_fault(what: str, mutant: Callable[..., Any]) -> None:
    broken = mutant(postman, *POSTMAN_MUTANTS[what])
    make = functools.partial(Office, module=broken)
    flood = {"flooder": lambda o: o.patiently(b"a", b"b")}
    end = {
        "flooder": lambda o: o.patiently(b"a"),
        "newcomer": lambda o: o.enter_late(),
        "stopper": lambda o: o.stop(0),
    }
    tries = [(flood, both_are_sent), (end, late_is_cut_off)]
    assert any(races(explore_office, *one, make, broken) for one in tries)


# ---- the counts of admission


class Door:
    """An admission with one ticket out."""

    def __init__(self, module: Any = admission) -> None:
        self._refused = module.Refused
        limits = config.Limits(max_clients=2, max_pending=2, max_per_host=2)
        self._admission = module.Admission(limits)
        self._ticket = self._admission.admit("192.0.2.1")

    def admit(self) -> bool:
        try:
            self._admission.admit("192.0.2.1")
        except self._refused:
            return False
        return True

    def mark_joined(self) -> None:
        self._admission.mark_joined(self._ticket)

    def is_pending(self) -> bool:
        return bool(self._admission.is_pending(self._ticket))

    def release(self) -> None:
        self._admission.release(self._ticket)

    def counts(self) -> object:
        inside = vars(self._admission)
        return inside["_clients"], inside["_pending"], dict(inside["_by_host"])


DOOR_PAIRS = list(
    itertools.combinations_with_replacement(
        ["admit", "mark_joined", "release", "is_pending"], 2
    )
)


def explore_door(
    one: str, other: str, module: Any = admission, preemptions: int | None = None
) -> Any:
    return expect_one_at_a_time(
        functools.partial(Door, module),
        (((one, ()),), ((other, ()),)),
        lambda door: door.counts(),
        preemptions=preemptions,
        operations=True,
        code=[module.__file__],
    )


@pytest.mark.parametrize(("one", "other"), DOOR_PAIRS)
def test_any_two_calls_of_admission(one: str, other: str) -> None:
    assert explore_door(one, other, preemptions=2).complete


@pytest.mark.parametrize("method", ["admit", "mark_joined", "release"])
def test_admission_without_one_lock(method: str, mutant: Callable[..., Any]) -> None:
    broken = without_lock(mutant, admission, method)
    pairs = [pair for pair in DOOR_PAIRS if method in pair]
    assert any(races(explore_door, *pair, broken) for pair in pairs)


def test_each_lock_has_a_test_without_it() -> None:
    only_reads = {"is_pending"}  # one attribute, once: nothing could tell
    for module, methods in (
        (registry, {"join", "leave", "find", "names", "close"}),
        (admission, {"admit", "mark_joined", "release"}),
        (postman, {"post", "stop", "_take", "_end", "wait_for_space"}),
    ):
        text = inspect.getsource(module)
        found = re.findall(
            r"    def (\w+)\((?:(?!    def ).)*?with self\._lock:", text, re.S
        )
        assert set(found) - only_reads == methods
