"""What the teacher may do in the room: the commands of the console, without a terminal.

The console's thread calls these methods.  What they change belongs to the registry, to
the mail and to the moderation, which guard it themselves.  Names are found by key, and
may be written with the `@` that one types in the chat.

Whatever is decided about those who are there, or who may come, is decided in a `with`
block of the registry.  The room asks in such a block whether a newcomer may join.  So a
ban finds everyone who joined before it, and whoever comes later finds the ban.
"""

import contextlib
import time
from collections.abc import Iterable
from dataclasses import dataclass

from chat.server.addresses import counted_as, is_address, is_loopback
from chat.server.mail import Letter, Mail, Move, Remove
from chat.server.moderation import BANNED, Moderation
from chat.server.moves import move
from chat.server.owners import Owners
from chat.server.registry import Member, Members, Registry
from chat.wire import names
from chat.wire.answers import format_error, format_info, format_teacher

REMOVED = "removed by the teacher"


class Unknown(ValueError):
    """Nobody with that name is online, or that name or address is not banned."""


class NoRoom(ValueError):
    """No room is called that."""


@dataclass(frozen=True)
class Person:
    """One user, as the teacher sees them."""

    name: str
    address: str
    online_s: float  # for how long
    muted: bool
    room: str


class Teacher:
    """What the teacher can do in the room."""

    def __init__(
        self,
        registry: Registry,
        mail: Mail,
        moderation: Moderation,
        max_rooms: int = 1,
        owners: Owners | None = None,
    ) -> None:
        self._registry = registry
        self._mail = mail
        self._moderation = moderation
        self._max_rooms = max_rooms
        self._owners = owners

    def people(self) -> list[Person]:
        """Return everyone, in the order in which they joined."""
        with self._registry as members:
            online = [(member, member.room) for member in members.all()]
        now = time.monotonic()
        return [
            Person(
                member.name,
                member.host,
                now - member.joined_at,
                self._moderation.muted_s(member.key) > 0,
                room,
            )
            for member, room in online
        ]

    def say(self, text: str) -> None:
        """Tell everyone `text`, in whatever room they are."""
        self._mail.post(Letter(format_teacher(text)))

    # ---- rooms

    def rooms(self) -> dict[str, int]:
        """Return how many are in each room."""
        with self._registry as members:
            return members.rooms.counts()

    def say_in(self, room: str, text: str) -> str:
        """Tell everyone in a room `text`; return what it is called, or raise NoRoom."""
        key = _key(room)
        with self._registry as members:
            found = members.rooms.find(key)
            if not found:
                raise NoRoom(room)
            self._mail.post(Letter(format_teacher(text), room=found))
        return found

    def send(self, name: str, room: str) -> tuple[str, str]:
        """Put one user into a room; return what the two are called.

        Raise Unknown, BadName if no room can be called that, or TooManyRooms.
        """
        wanted = names.normalise_room(room)
        with self._registry as members:
            member = _find(members, name)
            move(members, self._mail, member, wanted, self._max_rooms)
            return member.name, member.room

    def gather(self) -> int:
        """Bring everyone to the lobby; return how many were elsewhere.

        All are told of it in one line.  If each were told who comes, a class of 40
        would get 1,600 lines.
        """
        with self._registry as members:
            away = [m for m in members.all() if m.room != names.LOBBY]
            for member in away:
                members.move(member, names.LOBBY, 0)
                self._mail.post(Move(member, names.LOBBY))
                self._tell(f"You are in {names.LOBBY}", member)
            if away:
                self._tell(f"The teacher has brought everyone to {names.LOBBY}")
        return len(away)

    # ---- one of them

    def kick(self, name: str) -> str:
        """End the connection of whoever has that name; return it, or raise Unknown."""
        with self._registry as members:
            member = _find(members, name)
            self._remove([member], "The teacher has removed you from the room")
        return member.name

    def mute(self, name: str, for_s: float) -> str:
        """Let that name say nothing for so long; return it, or raise Unknown.

        It stays muted when it leaves and comes again, and a second connection of the
        same user is muted as well: see moderation.py.
        """
        with self._registry as members:
            member = _find(members, name)
            is_alone = len(_all_from(members, counted_as(member.host))) == 1
            self._moderation.mute(member.key, for_s, member.host, is_alone)
            self._tell(f"You are muted for {for_s:g} s", member)
        return member.name

    def unmute(self, name: str) -> None:
        """Let that name speak again, even if it has left."""
        with self._registry as members:
            self._moderation.unmute(_key(name))
            with contextlib.suppress(Unknown):
                self._tell("You may talk again", _find(members, name))

    def ban(self, text: str) -> list[str]:
        """Remove a name, or all from an address, and let them join no more.

        With a name goes the address that it has now, if nobody else is online from it:
        a whole class may share one.  This machine's own address does not go with it,
        for the teacher tries the room from there.  Return what is banned, or raise
        Unknown if nobody has that name.
        """
        with self._registry as members:
            if is_address(text):
                key, place = "", counted_as(text)
                gone = _all_from(members, place)
            else:
                member = _find(members, text)
                gone, key, place = [member], member.key, counted_as(member.host)
                if len(_all_from(members, place)) > 1 or is_loopback(member.host):
                    place = ""
            self._moderation.ban(key, place)
            self._remove(gone, BANNED)
        return [what for what in (key, place) if what]

    def unban(self, text: str) -> None:
        """End the ban of a name or of an address, or raise Unknown.

        The address that went with a name is listed by `banned` as well.
        """
        if not self._moderation.unban(_key(text), text):
            raise Unknown(text)

    def banned(self) -> list[str]:
        """Return all name keys and addresses that may not join."""
        return self._moderation.banned()

    def _remove(self, gone: Iterable[Member], words: str) -> None:
        for member in gone:
            self._mail.post(Remove(member, format_error(words), REMOVED))

    def forget(self, name: str) -> None:
        """Let anyone have a name; raise Unknown if it is not registered, or NotKept."""
        if not (self._owners and self._owners.forget(_key(name))):
            raise Unknown(name)

    # ---- all of them

    def mute_all(self) -> None:
        """Let nobody speak."""
        self._moderation.mute_all()
        self._tell("The teacher has muted everyone")

    def unmute_all(self) -> None:
        """Let everyone speak again, also those who were muted by name."""
        self._moderation.unmute_all()
        self._tell("Everyone may talk again")

    def lock(self, locked: bool) -> None:
        """Let nobody join any more, or let them again."""
        with self._registry:
            self._moderation.lock_room(locked)

    def _tell(self, text: str, to: Member | None = None) -> None:
        self._mail.post(Letter(format_info(text), to=to))


def _find(members: Members, name: str) -> Member:
    if member := members.find(_key(name)):
        return member
    raise Unknown(name)


def _all_from(members: Members, place: str) -> list[Member]:
    return [member for member in members.all() if counted_as(member.host) == place]


def _key(name: str) -> str:
    return names.key(name.removeprefix("@"))
