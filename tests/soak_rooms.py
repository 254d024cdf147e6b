"""The guests of the soak who go from room to room, and what each room saw of them.

In each room someone watches, from before the first one comes until the last one has
gone.  What the watcher got is the record of the room.  Whoever was in the room for a
time must have got a part of the record, without a gap.
"""

from collections.abc import Callable
from functools import partial

from tests.soak_crowd import Crowd, Guest

LOBBY = "lobby"
ROOMS = ("team1", "team2", "team3")
WALKERS = 20
WELCOME_LINES = 3
REMOVED = "[ERROR] The teacher has removed you from the room"


class Walkers:
    """They talk, change rooms, leave, are removed, and come again with a new name."""

    def __init__(self, crowd: Crowd, teach: Callable[[str], None]) -> None:
        """`teach` types a command at the teacher's console."""
        self.crowd = crowd
        self.watchers = {room: crowd.enter(f"in{room}") for room in ROOMS}
        self.all: list[Guest] = []
        self.kicked: list[Guest] = []
        self._here: list[Guest] = []
        self._teach = teach
        for room, guest in self.watchers.items():
            guest.to_send += f"@room {room}\n".encode()

    def are_watched(self) -> bool:
        """Tell whether each room has its watcher."""
        return all(
            f"[INFO] You are in {room}\n".encode() in guest.got
            for room, guest in self.watchers.items()
        )

    def begin(self) -> None:
        """Let all come, over two seconds."""
        for n in range(WALKERS):
            self.crowd.after(2 + n * 0.1, partial(self._enter, n, 0))
        self.crowd.after(5, self._kick)

    def ask_for_the_end(self) -> None:
        """Have the watchers ask something: what comes before the answer is all."""
        for guest in self.watchers.values():
            guest.to_send += b"@rooms\n"
            self.crowd.wants_to_send(guest)

    def have_ended(self) -> bool:
        """Tell whether the watchers have got the answer."""
        return all(b"\nRooms: " in guest.got for guest in self.watchers.values())

    def records(self, lobby: list[str]) -> dict[str, list[str]]:
        """Return what each room saw; that of the lobby is known."""
        found = {LOBBY: lobby}
        for room, guest in self.watchers.items():
            lines = guest.got.decode().split("\n")
            end = next(n for n, line in enumerate(lines) if line.startswith("Rooms: "))
            found[room] = lines[lines.index(f"[INFO] You are in {room}") + 1 : end]
        return found

    def _enter(self, walker: int, n: int) -> None:
        guest = self.crowd.enter(f"w{walker}.{n}")
        self.all.append(guest)
        self._here.append(guest)
        self._act(guest, LOBBY, walker, n)

    def _act(self, guest: Guest, room: str, walker: int, n: int) -> None:
        act = self.crowd.random.random()
        if guest.ended or act < 0.05:
            self._here.remove(guest)
            if not guest.ended:
                how = self.crowd.random.choice(["half-close", "half-close", "reset"])
                self.crowd.leave(guest, how)
            self.crowd.after(0.5, partial(self._enter, walker, n + 1))
            return
        if act < 0.4:
            room = self.crowd.random.choice([r for r in (LOBBY, *ROOMS) if r != room])
            guest.to_send += f"@room {room}\n".encode()
        self.crowd.say(guest, f"{len(guest.sent_lines)} in {room}")
        self.crowd.after(0.5, partial(self._act, guest, room, walker, n))

    def _kick(self) -> None:
        guest = self.crowd.random.choice(self._here)
        self.kicked.append(guest)
        self._teach(f"kick {guest.name}")
        self.crowd.after(1, self._kick)


# ---- the account


def stays(guest: Guest) -> list[tuple[str, list[str]]]:
    """Return each room that a guest was in, and what it got there, in this order."""
    room, lines = LOBBY, []
    found = [(room, lines)]
    for line in guest.got.decode().split("\n")[WELCOME_LINES:-1]:
        if line.startswith("[INFO] You are in "):
            room, lines = line.rpartition(" ")[2], []
            found.append((room, lines))
        else:
            lines.append(line)
    return found


def parts(name: str, record: list[str]) -> list[list[str]]:
    """Return what a room saw during each stay of someone.

    What the guest itself said is left out: it got none of that.
    """
    came = (f"[INFO] {name} joined", f"[INFO] {name} came from ")
    went = (f"[INFO] {name} left", f"[INFO] {name} went to ")
    found: list[list[str]] = []
    part: list[str] | None = None
    for line in record:
        if line.startswith(came):
            assert part is None, line
            part = []
        elif line.startswith(went):
            assert part is not None, line
            found.append(part)
            part = None
        elif part is not None and not line.startswith(f"{name}: "):
            part.append(line)
    assert part is None, f"{name} is still there"
    return found
