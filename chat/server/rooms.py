"""Which rooms there are, and how many are in each.

A room is no more than a name that some members have in common.  It comes into being
with its first member and ends with its last; the lobby stays.

There is no lock here: the rooms belong to the members, and whoever uses them holds the
lock of the registry.
"""

from collections.abc import Callable

from chat.wire import names
from chat.wire.names import LOBBY


class TooManyRooms(Exception):
    """No other room can come into being."""


class RoomCounts:
    """The rooms by the key of their names, in the order in which they came to be."""

    def __init__(self) -> None:
        self.on_end: Callable[[str], None] = lambda _room: None
        self._names = {LOBBY: LOBBY}
        self._people = {LOBBY: 0}

    def enter(self, room: str, limit: int) -> str:
        """Count one more member in a room, and return the room's name.

        Raise TooManyRooms, and change nothing, if that would be a new one above the
        limit.  0 means no limit.
        """
        key = names.key(room)
        if key not in self._names and 0 < limit <= len(self._names):
            raise TooManyRooms
        found = self._names.setdefault(key, room)
        self._people[found] = self._people.get(found, 0) + 1
        return found

    def leave(self, room: str) -> None:
        """Count one member less in a room; the last one to leave ends it."""
        self._people[room] -= 1
        if not self._people[room] and room != LOBBY:
            del self._people[room], self._names[names.key(room)]
            self.on_end(room)

    def find(self, key: str) -> str | None:
        """Return the name of the room with this key, if there is one."""
        return self._names.get(key)

    def counts(self) -> dict[str, int]:
        """Return how many are in each room, in the order in which they came to be."""
        return dict(self._people)
