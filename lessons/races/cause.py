"""Why a schedule goes wrong, in the words that programmers have for it.

The trace says what happened.  This says which few turns of it matter: a lost update, a
check that was out of date, a wake-up that found nobody, two locks in two orders.  Where
none of these is seen for certain, nothing is said: a wrong cause is worse than none.

The thread that explores enters, when a failed run is over and nothing moves.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from lessons.races.accesses import LOOP, NOTIFY, READ, WRITE, Access
from lessons.races.diagnosis import Failure
from lessons.races.names import Named
from lessons.races.story import Story
from lessons.races.workers import Held, Worker


class Cause(NamedTuple):
    """What programmers call it, and which turns make it."""

    title: str
    story: str
    threads: frozenset[int] = frozenset()  # that make it, if no other one does


def find_cause(
    failure: Failure,
    story: Story,
    workers: Sequence[Worker],
    accesses: Sequence[Access],
    names: dict[int, Named],
) -> Cause | None:
    """Return why a run failed, if that is certain."""
    if failure.kind == "deadlock":
        return (
            _lock_order(story, workers)
            or _kept(story, workers)
            or _not_woken(story, workers, accesses, names)
        )
    if failure.kind == "lock kept":
        return _kept(story, workers)
    if failure.kind in ("check", "exception"):
        return _interrupted(failure, story, accesses)
    return None


# ---- threads that wait


def _lock_order(story: Story, workers: Sequence[Worker]) -> Cause | None:
    ring = _ring(workers)
    if len(ring) == 1:
        one = ring[0]
        assert one.waiting
        return Cause(
            "a lock taken twice",
            f"{one.name} holds {_taken(story, one.waiting)}, and wants it again "
            f"{_at(story, _waits_since(story, one))}.",
        )
    parts = []
    for number, one in enumerate(ring):
        held, wanted = ring[number - 1].waiting, one.waiting
        assert held
        assert wanted
        parts.append(
            f"{one.name} holds {_taken(story, held)} and waits for {wanted.label} "
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


def _not_woken(
    story: Story,
    workers: Sequence[Worker],
    accesses: Sequence[Access],
    names: dict[int, Named],
) -> Cause | None:
    """Return why a thread waits to be woken: by a queue, an event, a condition."""
    for worker in workers:
        lock = worker.waiting
        if worker.done or lock is None or not lock.for_news:
            continue
        since = _waits_since(story, worker)
        named = names.get(id(lock))
        if found := _lost_wake_up(story, worker, since, accesses, lock):
            return found
        if named and (state := _state_of(named.part_of)):
            title, what = state
            return Cause(
                title,
                f"{worker.name} waits {_at(story, since)} for {named.name}, {what}.",
            )
    return None


def _lost_wake_up(
    story: Story, worker: Worker, since: int, accesses: Sequence[Access], lock: Held
) -> Cause | None:
    for one in reversed(accesses):
        waiters = getattr(one.owner, "_waiters", ())
        before = one.event < since and one.thread != worker.number
        if one.verb == NOTIFY and one.in_vain and before and lock in waiters:
            return Cause(
                "lost wake-up",
                f"{_who(story, one)} notifies {one.name} {_when(story, one)}, when "
                f"nobody waits for it. {worker.name} begins to wait "
                f"{_at(story, since)}, and nobody notifies it again.",
            )
    return None


def _state_of(thing: object) -> tuple[str, str] | None:
    kind = type(thing).__name__
    if hasattr(thing, "maxsize") and hasattr(thing, "queue"):
        size = len(thing.queue)
        if size:
            return "full queue", f"which is full ({size} of {thing.maxsize})"
        return "empty queue", "which is empty, and nobody is left to put anything in"
    if kind == "_PySimpleQueue":
        return "empty queue", "which is empty, and nobody is left to put anything in"
    if kind == "Event":
        return "event never set", "which nobody is left to set"
    if kind in ("Semaphore", "BoundedSemaphore"):
        return "semaphore used up", "which nobody is left to release"
    if kind == "Barrier":
        return "barrier not full", "at which too few threads have come"
    if kind == "Condition":
        return "nobody wakes it", "which nobody is left to notify"
    return None


# ---- a thread that was interrupted at the wrong moment


def _interrupted(
    failure: Failure, story: Story, accesses: Sequence[Access]
) -> Cause | None:
    triples = _triples(failure, story, accesses)
    nearest = min(triples, key=_least, default=None)
    if nearest is None:
        return None
    first, between, _ = nearest
    threads = frozenset({first.thread, between.thread})
    return Cause(*_in_words(story, *nearest), threads)


def _in_words(
    story: Story, first: Access, between: Access, last: Access
) -> tuple[str, str]:
    """Return the title and the story of a thread that was interrupted."""
    one, other = story.names[first.thread], story.names[between.thread]
    then = f"{other} changes it {_when(story, between)}"
    if first.verb == LOOP:
        return (
            "changed during a loop",
            f"{one} loops over {first.name} from {_turn(story, first)} on. {then}, "
            "before the loop is at its end.",
        )
    if first.checks and _waited(story, first, last):
        return (
            "no check after the wait",
            f"{one} checks {first.name} {_when(story, first)}, and waits. When it goes "
            f"on, it does not check again: {other} has changed it "
            f"{_when(story, between)}, and {one} acts {_when(story, last)}.",
        )
    if first.checks:
        return (
            "check-then-act",
            f"{one} checks {first.name} {_when(story, first)}. {then}. {one} acts "
            f"{_when(story, last)} on what it saw before.",
        )
    if last.verb == WRITE:
        return (
            "lost update",
            f"{one} reads {first.name} {_when(story, first)}. {other} writes it "
            f"{_when(story, between)}. {one} overwrites that {_when(story, last)}, "
            "and works with what it read before.",
        )
    return (
        "changed between two looks",
        f"{one} looks at {first.name} {_when(story, first)}, and again "
        f"{_when(story, last)}. {then}, in between.",
    )


def _triples(
    failure: Failure, story: Story, accesses: Sequence[Access]
) -> Iterator[tuple[Access, Access, Access]]:
    """Yield a look, another thread's change, and what the first one does then."""
    for at, between in enumerate(accesses):
        if between.verb != WRITE:
            continue
        before = [a for a in accesses[:at] if a.meets(between) and _looks(a, between)]
        after = [a for a in accesses[at + 1 :] if a.meets(between)]
        for thread in {a.thread for a in before}:
            first = [a for a in before if a.thread == thread][-1]
            last = next((a for a in after if a.thread == thread), None)
            if last and _matters(failure, story, first, last):
                yield first, between, last


def _waited(story: Story, first: Access, last: Access) -> bool:
    events = story.events[first.event : last.event]
    return any(event.waits and event.thread == first.thread for event in events)


def _looks(access: Access, between: Access) -> bool:
    return access.verb in (READ, LOOP) and access.thread != between.thread


def _matters(failure: Failure, story: Story, first: Access, last: Access) -> bool:
    """Tell whether such three can be the cause: not each second look is wrong."""
    ends = max(n for n, e in enumerate(story.events) if e.thread == last.thread)
    fails_there = failure.kind == "exception" and last.event == ends
    if first.verb == LOOP:
        return fails_there and last.verb == LOOP
    if last.verb == WRITE:
        return True
    return fails_there


def _least(triple: tuple[Access, Access, Access]) -> tuple[bool, int, int]:
    """Return what to sort by: what is overwritten first, then the nearest.

    Of several changes in between, the last one is what nobody has seen.
    """
    first, between, last = triple
    return last.verb != WRITE, last.event - first.event, -between.event


# ---- words


def _turn(story: Story, access: Access) -> str:
    return f"turn {story.turn(access.event)}"


def _when(story: Story, access: Access) -> str:
    return f"at turn {story.turn(access.event)} (line {access.line})"


def _who(story: Story, access: Access) -> str:
    return story.names[access.thread]


def _at(story: Story, event: int) -> str:
    if event < 0:
        return "before its first step"
    return f"at turn {story.turn(event)} (line {story.events[event].place.line})"


def _taken(story: Story, lock: Held, word: str = "since") -> str:
    taken = lock.taken_event
    when = f" {word} turn {story.turn(taken)}" if taken >= 0 else ""
    line = f" (line {lock.taken_at.line})" if lock.taken_at and when else ""
    return f"{lock.label}{when}{line}"


def _waits_since(story: Story, worker: Worker) -> int:
    """Return the event at which a thread began to wait."""
    events = enumerate(story.events)
    waits = (n for n, e in events if e.thread == worker.number and e.waits)
    return max(waits, default=-1)
