"""Step 7, the demo: two thousand runs find nothing, and one order finds it.

Two threads ask for the same name.  First they run as they like, then as the race
checker says.
"""

import os
import sys
import threading
import time
from collections.abc import Callable

from lessons.given import registry
from lessons.races import RaceFound, explore

NAME_1, NAME_2 = "ann", "ann"
RUNS = 2000
HAS_GIL = getattr(sys, "_is_gil_enabled", lambda: True)()  # before 3.13 always
give_way = getattr(os, "sched_yield", lambda: None)  # Windows has none


class Room:
    """A registry, and the names to which it said yes."""

    def __init__(self) -> None:
        self.registry = registry.Registry()
        self.welcomed: list[str] = []

    def join(self, name: str, conn: int) -> None:
        """Ask for a name, as the thread of a client does."""
        if self.registry.join(name, conn):
            self.welcomed.append(name)

    def no_name_twice(self) -> None:
        """Check, when both threads have ended, that each name went to one client."""
        for name in self.welcomed:
            count = self.welcomed.count(name)
            assert count == 1, f"{count} clients were welcomed as {name}"

    def shown(self) -> str:
        """Return what the race checker shows after each step."""
        return f"users={self.registry.users} welcomed={self.welcomed}"


def start_for_two() -> Callable[[], object]:
    """Return what lets each of two threads wait until the other one is ready.

    A Barrier wakes one thread a little after the other.  Without the GIL two threads
    can run at really the same moment, so there both go round until both are there.
    On a busy machine the other one may have no processor yet, so each gives way.
    """
    if HAS_GIL:
        return threading.Barrier(2).wait
    ready: list[bool] = []

    def wait() -> None:
        ready.append(True)
        while len(ready) < 2:
            give_way()

    return wait


def run_as_they_like() -> bool:
    """Let two threads join at once; return whether both got the same name."""
    room = Room()
    wait_for_the_other = start_for_two()

    def client(name: str, conn: int) -> None:
        wait_for_the_other()
        room.join(name, conn)

    clients = [
        threading.Thread(target=client, args=(NAME_1, 1)),
        threading.Thread(target=client, args=(NAME_2, 2)),
    ]
    for thread in clients:
        thread.start()
    for thread in clients:
        thread.join()
    return len(room.welcomed) > len(set(room.welcomed))


def main() -> None:
    """Try it very often, then try every order."""
    print(f"{RUNS} runs: two threads ask for a name at the same moment.")
    begun_at = time.perf_counter()
    hits = sum(run_as_they_like() for _ in range(RUNS))
    took_s = time.perf_counter() - begun_at
    print(f"Both got the same name {hits} times. This took {took_s:.2f} s.\n")

    print("The race checker runs the same two threads, one line at a time:\n")
    begun_at = time.perf_counter()
    try:
        explored = explore(
            Room,
            {
                "conn-1": lambda room: room.join(NAME_1, 1),
                "conn-2": lambda room: room.join(NAME_2, 2),
            },
            check=Room.no_name_twice,
            watch=Room.shown,
            preemptions=None,
            code=[registry],
        )
        print(explored)
    except RaceFound as race:
        print(race)
    print(f"\nThis took {time.perf_counter() - begun_at:.3f} s.")


if __name__ == "__main__":
    main()
