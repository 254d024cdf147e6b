"""The postman under every schedule, with sockets that take all, some or nothing."""

import functools
import re
import threading
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from chat import config
from chat.server import postman
from chat.server.mail import Enter, Leave
from lessons.races import RaceFound, explore
from tests.chat.mutants import methods_with_a_lock
from tests.marks import rest_is_slow

NO_LIMITS = config.Limits(outbox_bytes=0, stall_timeout=0)


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


def _raise_it() -> None:
    """Let the race checker see what the postman died of."""
    raise


class Office:
    """A postman at work, and one who has just entered the room: the queue is full."""

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
        self.postman = module.Postman(limits, on_death=_raise_it)
        self.welcome()
        self.postman.start()
        self._posted = threading.Semaphore(0)

    def welcome(self) -> None:
        self.postman._queue.append(Enter("ann", self.outbox))

    def post(self, data: bytes) -> None:
        self.postman.post(self._module.Letter(data))
        self._posted.release()

    def patiently(self, *letters: bytes) -> None:
        for data in letters:
            self.postman.wait_for_space()
            self.post(data)

    def enter_late(self) -> None:
        self.postman.post(Enter("late", self.late))

    def leave(self) -> None:
        self.postman.post(Leave("ann"))
        self._posted.release()

    def stop(self, flush_s: float = 0.01) -> None:  # what is full is tried twice
        self.postman.stop(flush_s)

    def stop_after(self, posts: int) -> None:
        for _ in range(posts):
            self._posted.acquire()
        self.postman.stop(60)


class SettledOffice(Office):
    """One who has been in the room for a while: fewer steps, so fewer schedules."""

    def welcome(self) -> None:
        self.postman._directory.enter(Enter("ann", self.outbox))
        self.postman._unreleased.add(self.outbox)


pytestmark = pytest.mark.usefixtures("has_dontwait")


@pytest.fixture(autouse=True)
def _short_queue(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(config, "QUEUE_LETTERS", 1)


class Scene(NamedTuple):
    """What the threads do in an office, and what must be true of it at the end."""

    threads: dict[str, Callable[[Office], object]]
    check: Callable[[Office], None]
    office: Callable[..., Office] = SettledOffice


def explore_scene(scene: Scene, module: Any = postman) -> Any:
    return explore(
        functools.partial(scene.office, module=module),
        scene.threads,
        scene.check,
        lambda office: office.socket.taken,
        preemptions=1,
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
    assert office.late.released.is_set(), "late waits for ever"


def was_evicted(office: Office) -> None:
    assert office.outbox.fault.startswith("evicted"), office.outbox.fault
    assert office.outbox.released.is_set()


def closed_after_the_last(office: Office) -> None:
    assert office.outbox.released.is_set()
    assert office.socket.taken == b"abc", office.socket.taken


def nobody_waits(office: Office) -> None:
    """Accept any end: that all threads come to it is what counts."""


FLOOD = Scene({"flooder": lambda o: o.patiently(b"a", b"b")}, both_are_sent, Office)
ENTERS = Scene(
    {"newcomer": lambda o: o.enter_late(), "stopper": lambda o: o.stop()},
    late_is_cut_off,
)
WAITS = Scene(
    {"flooder": lambda o: o.patiently(b"a"), "stopper": lambda o: o.stop(0)},
    nobody_waits,
    Office,
)


@pytest.mark.slow
def test_all_letters_are_sent_once() -> None:
    scene = Scene(
        {
            "poster": lambda o: o.post(b"ab"),
            "other": lambda o: (o.post(b"c"), o.stop_after(2)),
        },
        all_is_sent_once,
        functools.partial(SettledOffice, 2),  # bytes at once
    )
    assert explore_scene(scene).complete


def test_whoever_waits_for_space_gets_it() -> None:
    assert explore_scene(FLOOD).complete


@pytest.mark.parametrize("at_once", [pytest.param(0, marks=pytest.mark.slow), 1000])
def test_whoever_posts_while_it_stops(at_once: int) -> None:
    scene = Scene(
        {"poster": lambda o: o.post(b"a"), "stopper": lambda o: o.stop()},
        nobody_is_left,
        functools.partial(SettledOffice, at_once),
    )
    assert explore_scene(scene).complete


def test_whoever_enters_while_it_stops_is_released() -> None:
    assert explore_scene(ENTERS).complete


@pytest.mark.slow
def test_whoever_waits_for_space_is_woken_when_it_stops() -> None:
    assert explore_scene(WAITS).complete


@pytest.mark.parametrize("at_once", [2, 1000])
def test_who_leaves_gets_all_that_came_before(at_once: int) -> None:
    scene = Scene(
        {"leaver": lambda o: (o.post(b"abc"), o.leave(), o.stop_after(2))},
        closed_after_the_last,
        functools.partial(Office, at_once),
    )
    assert explore_scene(scene).complete


@pytest.mark.slow
@pytest.mark.parametrize(
    "limits",
    [
        config.Limits(outbox_bytes=1, stall_timeout=0),
        config.Limits(outbox_bytes=0, stall_timeout=0.001),
    ],
    ids=["too much waits", "nothing is taken"],
)
def test_who_takes_nothing_is_evicted(limits: config.Limits) -> None:
    scene = Scene(
        {"poster": lambda o: (o.post(b"ab"), o.post(b"c"), o.stop_after(2))},
        was_evicted,
        functools.partial(Office, 0, limits),
    )
    assert explore_scene(scene).complete


# ---- with a fault planted

LOCKED = {"post", "wait_for_space", "stop", "_take", "_end"}
UNLOCKED = "with self._lock:", "if True:"
# What is planted, the scene that finds it, and what that says.
FAULTS = {
    "post without the lock": (("post", *UNLOCKED), FLOOD, "un-acquired lock"),
    "stop without the lock": (("stop", *UNLOCKED), ENTERS, "un-acquired lock"),
    "take without the lock": (("_take", *UNLOCKED), ENTERS, "un-acquired lock"),
    "end without the lock": (("_end", *UNLOCKED), ENTERS, "un-acquired lock"),
    "wait without the lock": (("wait_for_space", *UNLOCKED), WAITS, "un-acquired lock"),
    "post wakes nobody": (
        ("post", "self._not_empty.notify()", "pass"),
        FLOOD,
        r"postman waits .*\nflooder waits",
    ),
    "stop wakes nobody": (
        ("stop", "self._not_empty.notify()", "pass"),
        ENTERS,
        r"postman waits .*\nstopper waits",
    ),
    "take makes no news of space": (
        ("_take", "self._not_full.notify_all()", "pass"),
        FLOOD,
        r"postman waits .*\nflooder waits",
    ),
    "end makes no news of space": (
        ("_end", "self._not_full.notify_all()", "pass"),
        WAITS,
        r"\Aflooder waits .*\Z",
    ),
    "post ignores the end": (
        ("post", "if not self._ended:", "if True:"),
        ENTERS,
        "late waits for ever",
    ),
}


@pytest.mark.parametrize("what", rest_is_slow(FAULTS))
def test_the_postman_with_a_fault(what: str, mutant: Callable[..., Any]) -> None:
    fault, scene, reason = FAULTS[what]
    with pytest.raises(RaceFound) as found:
        explore_scene(scene, mutant(postman, *fault))
    assert re.search(reason, found.value.reason)


def test_each_lock_has_a_test_without_it() -> None:
    atomic = {"queued"}  # one length, once: nothing could tell
    assert methods_with_a_lock(postman) - atomic == LOCKED
    unlocked = {fault[0] for fault, *_ in FAULTS.values() if fault[1:] == UNLOCKED}
    assert unlocked == LOCKED
