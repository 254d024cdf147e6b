"""Step 8, the demo: guests get numbers, without a lock and with one.

The race checker of step 7 runs both, under every schedule.
"""

import threading

from lessons.races import RaceFound, explore, replay


class Guests:
    """Gives each guest a different number; or so it looks."""

    def __init__(self) -> None:
        self.next = 1
        self.given: list[int] = []

    def welcome(self) -> None:
        """Give a guest the next number."""
        number = self.next
        self.next = number + 1
        self.given.append(number)


class LockedGuests(Guests):
    """Does the same, one guest at a time."""

    def __init__(self) -> None:
        super().__init__()
        self.lock = threading.Lock()  # guards next and given

    def welcome(self) -> None:
        """Give a guest the next number."""
        with self.lock:
            number = self.next
            self.next = number + 1
            self.given.append(number)


def no_number_twice(guests: Guests) -> None:
    """Check, when all threads have ended, that each number was given once."""
    for number in guests.given:
        count = guests.given.count(number)
        assert count == 1, f"{count} guests have the number {number}"


def shown(guests: Guests) -> str:
    """Return what the race checker shows after each step."""
    return f"next={guests.next} given={guests.given}"


TWO = {"conn-1": lambda g: g.welcome(), "conn-2": lambda g: g.welcome()}
THREE = TWO | {"conn-3": lambda g: g.welcome()}


def main() -> None:
    """Explore both, and show a run in which the lock is needed."""
    print("Without a lock, two threads:")
    try:
        print(explore(Guests, TWO, no_number_twice, preemptions=None))
    except RaceFound as race:
        print(f"{race.reason}, for example under the schedule {race.schedule}")

    print("\nWith a lock, two threads and then three:")
    try:
        print(explore(LockedGuests, TWO, no_number_twice, preemptions=None))
        print(explore(LockedGuests, THREE, no_number_twice, preemptions=None))
    except RaceFound as race:
        print(race)
        return

    print("\nOne of these schedules: conn-1 is interrupted right after it has read.\n")
    print(replay([1, 1, 2], LockedGuests, TWO, no_number_twice, shown))


if __name__ == "__main__":
    main()
