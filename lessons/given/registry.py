"""Step 7, the code that is to be broken: who is online.

Every client's thread enters, and nothing keeps them apart.
"""


class Registry:
    """Who is online: the connection of each name."""

    def __init__(self) -> None:
        self.users: dict[str, object] = {}

    def join(self, name: str, conn: object) -> bool:
        """Put `name` online for `conn`; return False if the name is taken."""
        if name in self.users:
            return False
        self.users[name] = conn
        return True
