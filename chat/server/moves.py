"""How members go from room to room: what `@room` and `@rooms` do.

Any thread may come here: a client's own, or the console's, because the teacher moves
people as well.  As everywhere in the room, what is read or changed in the registry is
told in the same `with` block.
"""

from chat.server.mail import Letter, Mail, Move
from chat.server.registry import Member, Members, Registry
from chat.server.rooms import TooManyRooms
from chat.wire import names
from chat.wire.answers import format_info, format_rooms
from chat.wire.commands import BadCommand, Go, Rooms


class Moves:
    """The commands about rooms, over the registry and the mail."""

    def __init__(self, registry: Registry, mail: Mail, max_rooms: int) -> None:
        """`max_rooms` is 1 if nobody can leave the lobby, and 0 for no limit."""
        self._registry = registry
        self._mail = mail
        self._max_rooms = max_rooms

    def run(self, member: Member, command: Go | Rooms) -> None:
        """Do what a member asks, or raise BadCommand."""
        if self._max_rooms == 1:
            raise BadCommand("no rooms", "There are no other rooms here")
        if isinstance(command, Rooms):
            self._list_rooms(member)
            return
        try:
            self._go(member, command.room)
        except names.BadName as error:
            raise BadCommand("bad room", str(error)) from None
        except TooManyRooms:
            advice = f"There are {self._max_rooms} rooms already; @rooms lists them"
            raise BadCommand("too many rooms", advice) from None

    def _go(self, member: Member, text: str) -> None:
        room = names.normalise_room(text) if text else ""
        with self._registry as members:
            move(members, self._mail, member, room or member.room, self._max_rooms)

    def _list_rooms(self, member: Member) -> None:
        with self._registry as members:
            rooms = format_rooms(members.rooms.counts())
            self._mail.post(Letter(rooms, to=member))


def move(
    members: Members, mail: Mail, member: Member, room: str, max_rooms: int
) -> None:
    """Put `member` into a room, and tell it, those whom it leaves and those it joins.

    Raise TooManyRooms, and do nothing, if that is so.
    """
    before = member.room
    moved = members.move(member, room, max_rooms)
    told = Letter(format_info(f"You are in {member.room}"), to=member)
    if not moved:
        mail.post(told)
        return
    went = format_info(f"{member.name} went to {member.room}")
    came = format_info(f"{member.name} came from {before}")
    # All in one post.  So from the line `told` on, the member gets all that is said in
    # the new room, and nothing more from the old one.
    mail.post(
        Letter(went, but=member),
        Move(member, member.room),
        told,
        Letter(came, but=member),
    )
