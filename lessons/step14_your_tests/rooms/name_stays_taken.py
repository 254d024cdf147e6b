"""Wrong on purpose: a name stays taken when its owner has left."""

from chat.server.mail import Mail
from chat.server.registry import Member, Members, NameTaken, Registry
from chat.server.room import Room
from lessons.given.select_clients import Clients
from lessons.step14_your_tests.rooms import run


class Careless(Members):
    """Members whose names are never forgotten."""

    def __init__(self) -> None:
        super().__init__()
        self._ever: set[str] = set()

    def join(self, member: Member) -> None:
        """Put the member online if its name is new."""
        if member.key in self._ever:
            raise NameTaken(member.name)
        super().join(member)
        self._ever.add(member.key)


class Wrong(Room):
    """A room with these members."""

    def __init__(self, registry: Registry, mail: Mail) -> None:
        registry._members = Careless()
        super().__init__(registry, mail)


class WrongClients(Clients):
    """Its clients."""

    make_room = Wrong


if __name__ == "__main__":
    run(WrongClients)
