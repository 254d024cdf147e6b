"""Who is online: one dict, and one lock that guards it.

To read or change the members, a thread takes them in a `with` block, which holds
the lock.  What it has to tell others about it is posted in the same block:

    with registry as members:
        members.join(ann)
        mail.post(news)

So nobody comes between a change and its news, and the news come in the order of
the changes.  Such blocks are also the only places in the room where two locks meet:
those of the mail, of the moderation and of the store are taken inside this one.  It is
never the other way round, because none of them knows anything of the registry.  So they
cannot deadlock.

A `with` block of this kind must not block and must not touch a socket, or one
slow client would stop everyone who joins, leaves or asks who is online.

Any thread may begin such a block.
"""

import threading
import time
from dataclasses import dataclass, field

from chat.server.rooms import RoomCounts
from chat.wire import names
from chat.wire.names import LOBBY


# Two members are equal only when they are the same object (eq=False): someone who
# comes back under an old name is another member, so a thread that still serves the
# first one cannot take the second one out.
@dataclass(eq=False)
class Member:
    """One user, from joining to leaving."""

    name: str
    host: str = ""  # the machine it came from
    joined_at: float = field(default_factory=time.monotonic)
    room: str = LOBBY  # only `Members.move` changes it, under the registry's lock
    key: str = field(init=False)  # by which the name is matched

    def __post_init__(self) -> None:
        self.key = names.key(self.name)


class NameTaken(names.BadName):
    """Someone with an equal name is online."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} is taken by someone online; please send another name")


class Closed(Exception):
    """Nobody can join any more."""


class Members:
    """The members by name key, in the order in which they joined, and the rooms.

    It has no lock: the registry gives it out only under its lock.
    """

    def __init__(self) -> None:
        self._by_key: dict[str, Member] = {}
        self.rooms = RoomCounts()
        self._closed = False

    def join(self, member: Member) -> None:
        """Put `member` online, or raise NameTaken or Closed and change nothing."""
        if self._closed:
            raise Closed
        if member.key in self._by_key:
            raise NameTaken(member.name)
        self._by_key[member.key] = member
        self.rooms.enter(member.room, 0)

    def leave(self, member: Member) -> bool:
        """Take `member` offline; False if it was not, or its name has a new owner."""
        if self._by_key.get(member.key) is not member:
            return False
        del self._by_key[member.key]
        self.rooms.leave(member.room)
        return True

    def move(self, member: Member, room: str, limit: int) -> bool:
        """Put `member` into a room of this name; False if it is there or not online.

        Raise TooManyRooms, and change nothing, if the limit allows no other room.
        """
        if self._by_key.get(member.key) is not member:
            return False
        before, member.room = member.room, self.rooms.enter(room, limit)
        self.rooms.leave(before)
        return member.room != before

    def find(self, key: str) -> Member | None:
        """Return the member whose name has this key, if there is one.

        It takes the key and not the name, because to fold a long strange name takes
        milliseconds: work that is better done before the lock is taken.
        """
        return self._by_key.get(key)

    def all(self) -> list[Member]:
        """Return all members, in the order in which they joined."""
        return list(self._by_key.values())

    def close(self) -> None:
        """Take everyone offline, and let nobody join any more."""
        self._closed = True
        self._by_key.clear()
        self.rooms = RoomCounts()


class Registry:
    """The members of the room, and the lock that guards them.

    Do not keep the members after a `with` block, and do not begin another block inside
    it: the lock is not reentrant.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()  # guards _members
        self._members = Members()

    def __enter__(self) -> Members:
        self._lock.acquire()
        return self._members

    def __exit__(self, *_: object) -> None:
        self._lock.release()
