"""Wrong on purpose: two may have the same name."""

from collections.abc import Callable

from chat.server.registry import Member, Registry
from chat.server.room import Mail, Room
from lessons.step12_select.clients import Clients
from lessons.step14_your_tests.rooms import run


class Careless(Registry):
    """A registry that takes everyone."""

    def join(self, member: Member, announce: Callable[[], None] = lambda: None) -> None:
        """Put the member online, whoever has its name."""
        self._members.pop(member.key, None)
        super().join(member, announce)


class Wrong(Room):
    """A room with that registry."""

    def __init__(self, registry: Registry, mail: Mail) -> None:
        super().__init__(Careless(), mail)


class WrongClients(Clients):
    """Its clients."""

    make_room = Wrong


if __name__ == "__main__":
    run(WrongClients)
