"""Who is online.

Any thread may call any method.  One lock guards the one dict; no method blocks
or touches a socket while it holds it.  What is announced under it takes the lock
of the mail inside it, and never the other way round: so the two cannot deadlock.
"""

import functools
import threading
from collections.abc import Callable
from dataclasses import dataclass

from chat.wire import names


@dataclass(frozen=True, eq=False)  # a newcomer with an old name is someone else
class Member:
    """One user, from joining to leaving."""

    name: str

    @functools.cached_property
    def key(self) -> str:
        """Return what the name is matched by."""
        return names.key(self.name)


class NameTaken(Exception):
    """Someone with an equal name is online."""


class Closed(Exception):
    """Nobody can join any more."""


def _nothing(*_: object) -> None:
    pass


class Registry:
    """The members of the room, by name key, in the order in which they joined.

    What a caller has to tell of what it finds or changes goes out under the lock, by
    `announce`, so that news come in the order of the changes.  It must not block,
    nor call the registry.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()  # guards _members, _closed
        self._members: dict[str, Member] = {}
        self._closed = False

    def join(self, member: Member, announce: Callable[[], None] = _nothing) -> None:
        """Put `member` online, or raise NameTaken or Closed and change nothing."""
        with self._lock:
            if self._closed:
                raise Closed
            if member.key in self._members:
                raise NameTaken(member.name)
            self._members[member.key] = member
            announce()

    def leave(self, member: Member, announce: Callable[[], None] = _nothing) -> bool:
        """Take `member` offline; False if it was not, or its name has a new owner."""
        with self._lock:
            if self._members.get(member.key) is not member:
                return False
            del self._members[member.key]
            announce()
            return True

    def find(
        self, name: str, announce: Callable[[Member], None] = _nothing
    ) -> Member | None:
        """Return who has a name equal to `name`, or None and announce nothing."""
        key = names.key(name)
        with self._lock:
            member = self._members.get(key)
            if member:
                announce(member)
            return member

    def names(self, announce: Callable[[list[str]], None] = _nothing) -> list[str]:
        """Return the names of all members, in the order in which they joined."""
        with self._lock:
            found = [member.name for member in self._members.values()]
            announce(found)
            return found

    def close(self, announce: Callable[[], None] = _nothing) -> None:
        """Take everyone offline, and let nobody join any more."""
        with self._lock:
            self._closed = True
            self._members.clear()
            announce()
