"""Step 8, one good answer: a registry that no schedule breaks."""

import threading


class NameTaken(Exception):
    """Somebody who is online has this name."""


class Registry:
    """Who is online: the connection of each name.

    Any thread may call any method at any time.  One lock guards the users.  Each
    method holds it from its first look at the users to its last change.
    """

    def __init__(self) -> None:
        self.users: dict[str, object] = {}
        self.lock = threading.Lock()  # guards users

    def join(self, name: str, conn: object) -> None:
        """Put `name` online for `conn`.

        If somebody has this name already, raise NameTaken and change nothing.
        """
        with self.lock:
            if name in self.users:
                raise NameTaken(name)
            self.users[name] = conn

    def leave(self, name: str, conn: object) -> bool:
        """Take `name` offline if `conn` has it, and return True.

        Return False and change nothing if nobody has it, or if somebody else has: it
        may have a new owner by now.
        """
        with self.lock:
            if self.users.get(name) is not conn:
                return False
            del self.users[name]
            return True

    def names(self) -> list[str]:
        """Return a new list of all names, in the order in which they joined."""
        with self.lock:
            return list(self.users)
