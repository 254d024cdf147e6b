"""Step 7, the demo: two thousand runs find nothing, and one order finds it.

Two threads ask for the same name.  First they run as they like, then as the race
checker says.
"""

import threading
import time

from lessons.given import registry
from lessons.races import RaceFound, explore

NAME_1, NAME_2 = "ann", "ann"
RUNS = 2000


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


def run_as_they_like() -> bool:
    """Let two threads join at once; return whether both got the same name."""
    room = Room()
    both_are_ready = threading.Barrier(2)

    def client(name: str, conn: int) -> None:
        both_are_ready.wait()
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
    begun_s = time.perf_counter()
    hits = sum(run_as_they_like() for _ in range(RUNS))
    took_s = time.perf_counter() - begun_s
    print(f"Both got the same name {hits} times. This took {took_s:.2f} s.\n")

    print("The race checker runs the same two threads, one line at a time:\n")
    begun_s = time.perf_counter()
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
    print(f"\nThis took {time.perf_counter() - begun_s:.3f} s.")


if __name__ == "__main__":
    main()
