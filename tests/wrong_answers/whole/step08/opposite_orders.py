# Diagnosis: Two methods wait for each other's lock
"""Step 8: a registry that no schedule breaks."""

import threading


class NameTaken(Exception):
    """Somebody who is online has this name."""


class Registry:
    """Who is online: the connection of each name."""

    def __init__(self) -> None:
        self.users: dict[str, object] = {}
        self.names_lock = threading.Lock()
        self.count_lock = threading.Lock()
        self.joined = 0

    def join(self, name: str, conn: object) -> None:
        """Put `name` online for `conn`, or raise NameTaken."""
        with self.names_lock, self.count_lock:
            if name in self.users:
                raise NameTaken(name)
            self.users[name] = conn
            self.joined += 1

    def leave(self, name: str, conn: object) -> bool:
        """Take `name` offline if `conn` has it; tell whether it had."""
        with self.count_lock, self.names_lock:
            if self.users.get(name) is not conn:
                return False
            del self.users[name]
            self.joined -= 1
            return True

    def names(self) -> list[str]:
        """Return a new list of all names."""
        with self.names_lock:
            return list(self.users)
