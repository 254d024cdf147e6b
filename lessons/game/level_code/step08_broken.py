"""Who is online, with a lock that locks too little: the checks stand outside it."""

import threading


class NameTaken(Exception):
    """Someone else has this name."""


class Registry:
    """The users by name."""

    def __init__(self) -> None:
        self.lock = threading.Lock()  # guards users, but not always
        self.users: dict[str, object] = {}

    def join(self, name: str, conn: object) -> None:
        """Put `name` online, or raise NameTaken."""
        if name in self.users:
            raise NameTaken(name)
        with self.lock:
            self.users[name] = conn

    def leave(self, name: str, conn: object) -> bool:
        """Take `name` offline; False if it is not `conn`'s."""
        if self.users.get(name) is not conn:
            return False
        with self.lock:
            del self.users[name]
            return True

    def names(self) -> list[str]:
        """Return who is online."""
        with self.lock:
            return list(self.users)
