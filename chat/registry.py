"""Who is online.

Any thread may call any method.  One lock guards the one dict; no method blocks
or touches a socket while it holds it.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass

from chat import names


@dataclass(frozen=True, eq=False)  # a newcomer with an old name is someone else
class Member:
    """One user, from joining to leaving."""

    name: str

    @property
    def key(self) -> str:
        """Return what the name is matched by."""
        return names.key(self.name)


class NameTaken(Exception):
    """Someone with an equal name is online."""


class Closed(Exception):
    """Nobody can join any more."""


def _nothing() -> None:
    pass


class Registry:
    """The members of the room, by name key, in the order in which they joined."""

    def __init__(self) -> None:
        self._lock = threading.Lock()  # guards _members, _closed
        self._members: dict[str, Member] = {}
        self._closed = False

    def join(self, member: Member, announce: Callable[[], None] = _nothing) -> None:
        """Put `member` online, or raise NameTaken or Closed and change nothing.

        `announce` runs under the lock, so that news come in the order of the
        changes: nobody can find the member, or take the name, before the news is
        in the queue.  It must not block, nor call the registry.
        """
        with self._lock:
            if self._closed:
                raise Closed
            if member.key in self._members:
                raise NameTaken(member.name)
            self._members[member.key] = member
            announce()

    def leave(self, member: Member, announce: Callable[[], None] = _nothing) -> bool:
        """Take `member` offline; False if it was not, or its name has a new owner.

        `announce` runs under the lock if the member was online, as in `join`.
        """
        with self._lock:
            if self._members.get(member.key) is not member:
                return False
            del self._members[member.key]
            announce()
            return True

    def find(self, name: str) -> Member | None:
        """Return who has a name equal to `name`."""
        key = names.key(name)
        with self._lock:
            return self._members.get(key)

    def names(self) -> list[str]:
        """Return the names of all members, in the order in which they joined."""
        with self._lock:
            return [member.name for member in self._members.values()]

    def close(self, announce: Callable[[], None] = _nothing) -> None:
        """Let nobody join any more; `announce` reaches all who have, as in `join`."""
        with self._lock:
            self._closed = True
            announce()
