"""Step 8: a registry that no schedule breaks.

Check it:  python -m lessons check 8
Play it:   python -m lessons play 8
"""


class NameTaken(Exception):
    """Somebody who is online has this name."""


class Registry:
    """Who is online: the connection of each name.

    Any thread may call any method at any time.  One lock guards the users.  Each
    method holds it from its first look at the users to its last change.
    """

    def __init__(self) -> None:
        self.users: dict[str, object] = {}
        # One thing is missing here; the three methods need it.

    def join(self, name: str, conn: object) -> None:
        """Put `name` online for `conn`.

        If somebody has this name already, raise NameTaken and change nothing.
        """
        raise NotImplementedError("YOUR TURN")

    def leave(self, name: str, conn: object) -> bool:
        """Take `name` offline if `conn` has it, and return True.

        Return False and change nothing if nobody has it, or if somebody else has: it
        may have a new owner by now.
        """
        raise NotImplementedError("YOUR TURN")

    def names(self) -> list[str]:
        """Return a new list of all names, in the order in which they joined."""
        raise NotImplementedError("YOUR TURN")
