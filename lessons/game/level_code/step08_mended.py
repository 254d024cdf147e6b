"""Who is online, for any thread: each check under the lock, with its act."""

import threading


class NameTaken(Exception):
    """Someone else has this name."""


class Registry:
    """The users by name."""

    def __init__(self) -> None:
        self.lock = threading.Lock()  # guards users
        self.users: dict[str, object] = {}

    def join(self, name: str, conn: object) -> None:
        """Put `name` online, or raise NameTaken."""
        with self.lock:
            if name in self.users:
                raise NameTaken(name)
            self.users[name] = conn

    def leave(self, name: str, conn: object) -> bool:
        """Take `name` offline; False if it is not `conn`'s."""
        with self.lock:
            if self.users.get(name) is not conn:
                return False
            del self.users[name]
            return True

    def names(self) -> list[str]:
        """Return who is online."""
        with self.lock:
            return list(self.users)
