"""Whom a letter is for: the outboxes of everyone, sorted by room.

Only the postman's thread uses it.  It changes as the queue says: whoever has entered a
room before a letter gets it, whoever comes after it does not.  The names of the rooms
come from the registry; here they are only compared.
"""

from collections.abc import Hashable

from chat.server.mail import Enter, Leave, Letter, Move, Outbox, Remove
from chat.wire.names import LOBBY


class Directory:
    """Who is in which room, after the letters that have been handled so far."""

    def __init__(self) -> None:
        self._rooms: dict[str, dict[Hashable, Outbox]] = {LOBBY: {}}
        # The room of everyone who is not in the lobby.  It is kept until they leave,
        # even if they are cut off: then their last lines, and the line that they have
        # left, are still on their way to that room.
        self._where: dict[Hashable, str] = {}

    def receivers(self, letter: Letter) -> list[Outbox]:
        """Return the outboxes that a letter goes to."""
        if letter.to is not None:
            outbox = self._room_of(letter.to).get(letter.to)
            return [outbox] if outbox else []
        if letter.but is not None or letter.room:
            room = letter.room or self._where.get(letter.but, LOBBY)
            boxes = self._rooms.get(room, {})
            left_out = boxes.get(letter.but)
            return [o for o in boxes.values() if o is not left_out]
        return [o for boxes in self._rooms.values() for o in boxes.values()]

    def enter(self, item: Enter) -> None:
        """Add an address; everyone begins in the lobby."""
        self._rooms[LOBBY][item.address] = item.outbox
        item.outbox.address = item.address

    def move(self, item: Move) -> None:
        """Put an address into another room."""
        outbox = self.take_out(item)
        if item.room != LOBBY:
            self._where[item.address] = item.room
        if outbox:
            self._rooms.setdefault(item.room, {})[item.address] = outbox

    def take_out(self, item: Move | Leave | Remove) -> Outbox | None:
        """Take an address out of its room; return its outbox, if it was not cut off."""
        room = self._where.get(item.address, LOBBY)
        boxes = self._rooms.get(room, {})
        outbox = boxes.pop(item.address, None)
        if not isinstance(item, Remove):  # after that, it has still to leave
            self._where.pop(item.address, None)
        if not boxes and room != LOBBY:
            self._rooms.pop(room, None)
        return outbox

    def cut_off(self, outbox: Outbox) -> None:
        """Forget an outbox; the room of its owner is remembered until it leaves."""
        boxes = self._room_of(outbox.address)
        if boxes.get(outbox.address) is outbox:
            del boxes[outbox.address]

    def _room_of(self, address: Hashable) -> dict[Hashable, Outbox]:
        return self._rooms.get(self._where.get(address, LOBBY), {})
