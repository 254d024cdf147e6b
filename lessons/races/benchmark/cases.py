"""What is found in each program, for the tests, the benchmark and the README."""

from dataclasses import dataclass
from typing import Any

from lessons.races.benchmark.programs import (
    Broadcast,
    Counter,
    Flicker,
    LockedRegistry,
    Mailbox,
    NotReleased,
    Registry,
    TwoLocks,
    Writer,
)
from lessons.races.scenario import Scenario


@dataclass(frozen=True)
class Case:
    """A program that goes wrong, how, and the same one mended."""

    title: str
    broken: Scenario[Any]
    kind: str
    reason: str
    mended: Scenario[Any] | None = None


def one_welcomed(room: Registry) -> None:
    """Check that one of two got the name."""
    assert len(room.welcomed) == 1, f"{len(room.welcomed)} users were welcomed as ann"


def newcomer_stays(room: LockedRegistry) -> None:
    """Check that who was welcomed last, and never left, is online."""
    if room.welcomed:
        assert room.users == {"ann": 2}, "ann joined, but she is not online"


def ann_is_online() -> LockedRegistry:
    """Return a room with an old ann in it."""
    room = LockedRegistry()
    room.users["ann"] = 1
    return room


def counted_twice(counter: Counter) -> None:
    """Check that no addition was lost."""
    assert counter.value == 2, f"two additions, but the value is {counter.value}"


def not_seen(flicker: Flicker) -> None:
    """Check that nobody saw the light go off in the middle of a look."""
    assert not flicker.seen_both, "the light was on and off in one look"


def _people(room: Registry) -> str:
    return f"users={room.users} welcomed={room.welcomed}"


_TWO_ANNS: dict[str, Any] = {
    "conn-1": lambda room: room.join("ann", 1),
    "conn-2": lambda room: room.join("ann", 2),
}

CASES = [
    Case(
        "duplicate name",
        Scenario(Registry, _TWO_ANNS, one_welcomed, _people),
        "check",
        "2 users were welcomed as ann",
        Scenario(LockedRegistry, _TWO_ANNS, one_welcomed, _people),
    ),
    Case(
        "lost update",
        Scenario(
            Counter,
            {"A": lambda c: c.add(), "B": lambda c: c.add()},
            counted_twice,
            lambda c: f"value={c.value}",
            operations=True,
        ),
        "check",
        "two additions, but the value is 1",
        Scenario(
            Counter,
            {"A": lambda c: c.add_locked(), "B": lambda c: c.add_locked()},
            counted_twice,
            operations=True,
        ),
    ),
    Case(
        "dict changed during a loop",
        Scenario(
            Broadcast,
            {"talker": lambda b: b.send_all("hi"), "leaver": lambda b: b.leave("bob")},
            watch=lambda b: list(b.users),
        ),
        "exception",
        "dictionary changed size during iteration",
        Scenario(
            Broadcast,
            {"talker": lambda b: b.send_copy("hi"), "leaver": lambda b: b.leave("bob")},
        ),
    ),
    Case(
        "two locks in two orders",
        Scenario(
            TwoLocks,
            {"kicker": lambda t: t.kick(), "closer": lambda t: t.close()},
        ),
        "deadlock",
        "held by closer",
        Scenario(
            TwoLocks,
            {"kicker": lambda t: t.kick(), "closer": lambda t: t.close_in_order()},
        ),
    ),
    Case(
        "if for while before wait",
        Scenario(
            Mailbox,
            {
                "get-1": lambda m: m.get(),
                "put": lambda m: m.put(1),
                "get-2": lambda m: m.get(),
                "late": lambda m: m.put(2),
            },
            watch=lambda m: m.items,
        ),
        "exception",
        "pop from empty list",
        Scenario(
            Mailbox,
            {
                "get-1": lambda m: m.get_again(),
                "put": lambda m: (m.put(1), m.put(2)),
                "get-2": lambda m: m.get_again(),
            },
        ),
    ),
    Case(
        "lock not released on an exception",
        Scenario(
            NotReleased,
            {
                "kicker": lambda r: r.remove_or_list("ann"),
                "lister": lambda r: r.names(),
            },
        ),
        "deadlock",
        "held by kicker",
    ),
    Case(
        "ended with a lock",
        Scenario(NotReleased, _TWO_ANNS),
        "lock kept",
        "still holds self.lock",
    ),
    Case(
        "newcomer thrown out",
        Scenario(
            ann_is_online,
            {
                "old ann": lambda r: r.leave("ann"),
                "kicker": lambda r: r.leave("ann"),
                "new ann": lambda r: r.join("ann", 2),
            },
            newcomer_stays,
            _people,
        ),
        "check",
        "she is not online",
        Scenario(
            ann_is_online,
            {
                "old ann": lambda r: r.leave_as("ann", 1),
                "kicker": lambda r: r.leave_as("ann", 1),
                "new ann": lambda r: r.join("ann", 2),
            },
            newcomer_stays,
        ),
    ),
    Case(
        "stop lost in a full queue",
        Scenario(
            Writer,
            {
                "writer": lambda w: w.run(),
                "talker": lambda w: (w.offer("hi"), w.offer(None)),
            },
            watch=lambda w: w.written,
        ),
        "deadlock",
        "writer waits",
        Scenario(
            Writer,
            {
                "writer": lambda w: w.run(),
                "talker": lambda w: (w.offer("hi"), w.stop()),
            },
        ),
    ),
    Case(
        "two narrow windows",
        Scenario(
            Flicker,
            {"blinker": lambda f: f.blink(), "looker": lambda f: f.look()},
            not_seen,
            lambda f: f"lit={f.lit}",
        ),
        "check",
        "on and off in one look",
    ),
]
