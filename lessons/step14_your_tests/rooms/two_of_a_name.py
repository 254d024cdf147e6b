"""Wrong on purpose: two users may have the same name."""

from chat.server.mail import Mail
from chat.server.registry import Member, Members, Registry
from chat.server.room import Room
from lessons.given.select_clients import Clients
from lessons.step14_your_tests.rooms import run


class Careless(Members):
    """Members who accept everyone."""

    def join(self, member: Member) -> None:
        """Put the member online, whoever has its name."""
        self._by_key.pop(member.key, None)
        super().join(member)


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
