# Diagnosis: A refused join changes the registry
"""Step 8: a registry that no schedule breaks."""

import threading


class NameTaken(Exception):
    """Somebody who is online has this name."""


class Registry:
    """Who is online: the connection of each name."""

    def __init__(self) -> None:
        self.users: dict[str, object] = {}
        self.lock = threading.Lock()

    def join(self, name: str, conn: object) -> None:
        """Put `name` online for `conn`, or raise NameTaken."""
        with self.lock:
            taken = name in self.users
            self.users[name] = conn
            if taken:
                raise NameTaken(name)

    def leave(self, name: str, conn: object) -> bool:
        """Take `name` offline if `conn` has it; tell whether it had."""
        with self.lock:
            if self.users.get(name) is not conn:
                return False
            del self.users[name]
            return True

    def names(self) -> list[str]:
        """Return a new list of all names."""
        with self.lock:
            return list(self.users)
