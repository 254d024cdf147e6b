"""Who is online, for one thread only: a check, then an act, and room between them."""


class Registry:
    """The users by name."""

    def __init__(self) -> None:
        self.users: dict[str, object] = {}

    def join(self, name: str, conn: object) -> bool:
        """Put `name` online; False if it is taken."""
        if name in self.users:
            return False
        self.users[name] = conn
        return True
