"""Who is online, for any thread: check and act in one locked step."""

import threading


class Registry:
    """The users by name."""

    def __init__(self) -> None:
        self.lock = threading.Lock()  # guards users
        self.users: dict[str, object] = {}

    def join(self, name: str, conn: object) -> bool:
        """Put `name` online; False if it is taken."""
        with self.lock:
            if name in self.users:
                return False
            self.users[name] = conn
            return True
