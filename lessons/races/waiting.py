"""Why threads wait forever, in the words that programmers have for it.

Two locks in two orders, a lock that is kept, a wake-up that found nobody, a queue that
is full or empty.  All of that can be seen when the run is over and nothing moves.

The thread that explores enters.
"""

import queue
from collections.abc import Sequence

from lessons.races.accesses import NOTIFY, NOTIFY_ALL, READ, Access
from lessons.races.cause import Cause, turn_and_line
from lessons.races.diagnosis import Failure
from lessons.races.names import Named
from lessons.races.story import Story
from lessons.races.workers import Held, Worker

FULL = "full queue"
LONG = 600  # events at the end of a run that makes no progress

_EMPTY = ("empty queue", "which is empty, and nobody is left to put anything in")
_NOT_DONE = ("tasks not done", "for whose tasks nobody is left to call task_done")
_UNRELEASED = ("semaphore used up", "which nobody is left to release")
_STATES = {
    "_PySimpleQueue": _EMPTY,
    "Event": ("event never set", "which nobody is left to set"),
    "Semaphore": _UNRELEASED,
    "BoundedSemaphore": _UNRELEASED,
    "Barrier": ("barrier not full", "at which too few threads have come"),
    "Condition": ("nobody wakes it", "which nobody is left to notify"),
}


def why_it_waits(
    failure: Failure,
    story: Story,
    workers: Sequence[Worker],
    accesses: Sequence[Access],
    names: dict[int, Named],
) -> Cause | None:
    """Return why a run cannot go on, or does not come to its end, if that is certain.

    `names` are those of the locks.
    """
    if failure.kind == "deadlock":
        return (
            _lock_order(story, workers)
            or _kept(story, workers)
            or _not_woken(story, workers, accesses, names)
        )
    if failure.kind == "lock kept":
        return _kept(story, workers)
    if failure.kind == "no progress":
        return _spins(story, workers, accesses)
    return None


def _lock_order(story: Story, workers: Sequence[Worker]) -> Cause | None:
    ring = _ring(workers)
    if len(ring) == 1:
        one = ring[0]
        assert one.waiting
        return Cause(
            "a lock taken twice",
            f"{one.name} {_holds(story, one.waiting)}, and wants it again "
            f"{_at(story, _waits_since(story, one))}.",
        )
    parts = []
    for number, one in enumerate(ring):
        held, wanted = ring[number - 1].waiting, one.waiting
        assert held
        assert wanted
        parts.append(
            f"{one.name} {_holds(story, held)} and waits for {wanted.label} "
            f"{_at(story, _waits_since(story, one))}."
        )
    return Cause("lock order", " ".join(parts)) if parts else None


def _ring(workers: Sequence[Worker]) -> list[Worker]:
    """Return threads each of which waits for a lock of the next one, in a ring."""
    for worker in workers:
        seen: list[Worker] = []
        now: object = worker
        while isinstance(now, Worker) and not now.done and now not in seen:
            seen.append(now)
            lock = now.waiting
            plain = lock and not (lock.for_news or lock.end_of)
            now = lock.holder if lock and plain else None
        if isinstance(now, Worker) and now is worker and not now.done:
            return seen
    return []


def _kept(story: Story, workers: Sequence[Worker]) -> Cause | None:
    for worker in workers:
        kept = [lock for lock in worker.held if not lock.for_news]
        if worker.done and kept:
            lock = kept[0]
            return Cause(
                "a lock kept",
                f"{worker.name} takes {_taken(story, lock, 'at')}, and ends without "
                "releasing it.",
            )
    return None


def _spins(
    story: Story, workers: Sequence[Worker], accesses: Sequence[Access]
) -> Cause | None:
    """Return what threads ask again and again, if nobody is left to change it."""
    start = len(story.events) - LONG
    spinning = sorted({event.thread for event in story.events[start:]})
    recent = [one for one in accesses if one.event >= start]
    asked = {(id(one.owner), one.key): one for one in recent}
    others = [one for one in workers if one.number not in spinning]
    if (
        any(one.ready for one in others)
        or any(one.verb != READ for one in recent)
        or len(asked) != 1
    ):
        return None
    (one,) = asked.values()
    who = " and ".join(story.names[number] for number in spinning)
    return Cause(
        "spinning",
        f"{who} {'ask' if spinning[1:] else 'asks'} for {one.name} again and again "
        f"(line {one.line}), and nobody is left to change it.",
    )


def _not_woken(
    story: Story,
    workers: Sequence[Worker],
    accesses: Sequence[Access],
    names: dict[int, Named],
) -> Cause | None:
    """Return why a thread waits to be woken: by a queue, an event, a condition."""
    if found := _wrong_one_woken(story, workers, accesses):
        return found
    for worker in workers:
        lock = worker.waiting
        if worker.done or lock is None or not lock.for_news:
            continue
        since = _waits_since(story, worker)
        named = names.get(id(lock))
        if found := _lost_wake_up(story, worker, since, accesses, lock):
            return found
        if named and (state := _state_of(named.part_of, lock)):
            title, what = state
            waits = f"{worker.name} waits {_at(story, since)} for {named.name}"
            held = _lock_held(story, workers, worker)
            if held and title != FULL:  # someone is left, but kept out
                return Cause("a lock held while it waits", f"{waits}. It {held}.")
            also = f" It {held}." if held else ""
            return Cause(title, f"{waits}, {what}.{also}")
    return None


def _lost_wake_up(
    story: Story, worker: Worker, since: int, accesses: Sequence[Access], lock: Held
) -> Cause | None:
    for one in reversed(accesses):
        waiters = getattr(one.owner, "_waiters", ())
        before = one.event < since and one.thread != worker.number
        in_vain = one.verb in (NOTIFY, NOTIFY_ALL) and not one.waiters
        if in_vain and before and lock in waiters:
            if _has_looked(accesses, worker, one, since):
                return None
            return Cause(
                "lost wake-up",
                f"{story.names[one.thread]} notifies {one.name} "
                f"{turn_and_line(story, one)}, when nobody waits for it. {worker.name} "
                f"begins to wait {_at(story, since)}, and nobody notifies it again.",
            )
    return None


def _has_looked(
    accesses: Sequence[Access], worker: Worker, notified: Access, since: int
) -> bool:
    """Tell whether a thread has looked at anything between a notify and its wait.

    Then it may have seen what the notify was for, or it waits for something else.
    """
    return any(
        one.thread == worker.number
        and notified.event < one.event <= since
        and one.name != notified.name
        for one in accesses
    )


def _wrong_one_woken(
    story: Story, workers: Sequence[Worker], accesses: Sequence[Access]
) -> Cause | None:
    """Return the last notify, if it woke a thread that only went to wait again."""
    last = [one for one in accesses if one.verb in (NOTIFY, NOTIFY_ALL)][-1:]
    for one in last if last and last[0].verb == NOTIFY else ():
        still = [w for w in workers if not w.done and w.waiting in one.waiters]
        again = [
            (worker, woken)
            for worker in workers
            if not worker.done and worker not in still
            if worker.waiting in getattr(one.owner, "_waiters", ())
            for woken in _woken_after(story, worker, one.event)
        ]
        if still and again:
            worker, woken = again[0]
            return Cause(
                "the wrong thread woken",
                f"{worker.name} and {still[0].name} wait for {one.name}. "
                f"{story.names[one.thread]} notifies one of them "
                f"{turn_and_line(story, one)}. That wakes {worker.name} "
                f"{_at(story, woken)}, which only waits again "
                f"{_at(story, _waits_since(story, worker))}. {still[0].name} is never "
                "woken.",
            )
    return None


def _woken_after(story: Story, worker: Worker, event: int) -> list[int]:
    """Return the first event after another one, if there a thread was woken."""
    own = [
        number
        for number in range(event + 1, len(story.events))
        if story.events[number].thread == worker.number
    ]
    return [number for number in own[:1] if story.events[number].goes_on]


def _lock_held(story: Story, workers: Sequence[Worker], one: Worker) -> str:
    """Say which lock a thread that waits keeps from another one, if there is one."""
    for other in workers:
        lock = other.waiting
        if not other.done and lock and lock in one.held and not lock.for_news:
            return (
                f"{_holds(story, lock)}, and {other.name} waits for that lock "
                f"{_at(story, _waits_since(story, other))}"
            )
    return ""


def _state_of(thing: object, lock: Held) -> tuple[str, str] | None:
    """Return what a thread waits for by one of the locks that a thing is made of."""
    if not isinstance(thing, queue.Queue):
        return _STATES.get(type(thing).__name__)
    if lock in getattr(thing.all_tasks_done, "_waiters", ()):
        return _NOT_DONE
    size = len(thing.queue)
    return (FULL, f"which is full ({size} of {thing.maxsize})") if size else _EMPTY


# ---- words


def _at(story: Story, event: int) -> str:
    if event < 0:
        return "before its first step"
    return f"at turn {story.turn(event)} (line {story.events[event].place.line})"


def _holds(story: Story, lock: Held) -> str:
    """Say that a thread holds a lock and, if that is known, since when."""
    verb = "has held" if lock.taken_event >= 0 else "holds"
    return f"{verb} {_taken(story, lock, 'since')}"


def _taken(story: Story, lock: Held, word: str) -> str:
    taken = lock.taken_event
    when = f" {word} turn {story.turn(taken)}" if taken >= 0 else ""
    line = f" (line {lock.taken_at.line})" if lock.taken_at and when else ""
    return f"{lock.label}{when}{line}"


def _waits_since(story: Story, worker: Worker) -> int:
    """Return the event at which a thread began to wait."""
    events = enumerate(story.events)
    waits = (n for n, e in events if e.thread == worker.number and e.waits)
    return max(waits, default=-1)
