"""Step 9, the demo: a parser that is in a hurry, and a broadcast that meets a leave."""

import threading
from itertools import count

from lessons.races import RaceFound, explore

ROUNDS = 2000


def parse(line: str) -> str:
    """Tell in words what a line asks for; in a hurry."""
    if line.startswith("@all"):
        return f"to all: {' '.join(line[4:].split())!r}"
    words = line.split()
    return f"to {words[0][1:]}: {words[1]!r}"


class Client:
    """Stands in for a socket."""

    def sendall(self, data: str) -> None:
        """Send nothing."""


class Room:
    """Who is online; the lock guards the dict, but broadcast does not ask it."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.users = {"ann": Client(), "bob": Client(), "carol": Client()}

    def leave(self, name: str) -> None:
        """Take `name` out."""
        with self.lock:
            del self.users[name]

    def broadcast(self, text: str) -> None:
        """Send `text` to everyone."""
        for client in self.users.values():
            client.sendall(text)


def show_the_parser() -> None:
    """Parse some lines that users type."""
    for line in ("@all hello", "@allison hi", "@bob two  spaces", "@bob"):
        try:
            found = parse(line)
        except Exception as error:
            found = f"{type(error).__name__}: {error}"
        print(f"{line!r:20} {found}")


def run_it_often() -> None:
    """Broadcast while someone leaves, in two ordinary threads, again and again."""
    errors = count()
    threading.excepthook = lambda _: next(errors)
    for _ in range(ROUNDS):
        room = Room()
        threads = [
            threading.Thread(target=room.broadcast, args=("hi",)),
            threading.Thread(target=room.leave, args=("bob",)),
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    print(f"{ROUNDS:,} times with ordinary threads: {next(errors)} errors")


def run_every_order() -> None:
    """Let the race checker choose the order."""
    try:
        found = explore(
            Room,
            {"ann": lambda room: room.broadcast("hi"), "bob": lambda r: r.leave("bob")},
            watch=lambda room: list(room.users),
        )
        print(found)
    except RaceFound as race:
        print(race)


if __name__ == "__main__":
    show_the_parser()
    print()
    run_it_often()
    print("with the race checker:", end=" ")
    run_every_order()
