"""Wrong on purpose: ANN and ann are two users."""

from chat.server.mail import Letter, Mail
from chat.server.registry import Member, Members, NameTaken, Registry
from chat.server.room import Room
from chat.wire.commands import BadCommand
from lessons.given.select_clients import Clients
from lessons.step14_your_tests.rooms import run


class Exact(Members):
    """Members whose names count letter for letter."""

    def join(self, member: Member) -> None:
        """Put the member online unless its name is there, as it is written."""
        if member.name in self._by_key:
            raise NameTaken(member.name)
        self._by_key[member.name] = member

    def leave(self, member: Member) -> bool:
        """Take the member offline."""
        return self._by_key.pop(member.name, None) is member


class Wrong(Room):
    """A room with these members."""

    def __init__(self, registry: Registry, mail: Mail) -> None:
        registry._members = Exact()
        super().__init__(registry, mail)

    def _tell_one(self, target: str, message: bytes) -> None:
        with self._registry as members:
            if receiver := members.find(target):
                self._mail.post(Letter(message, to=receiver))
                return
        raise BadCommand("not online", f"{target} is not online")


class WrongClients(Clients):
    """Its clients."""

    make_room = Wrong


if __name__ == "__main__":
    run(WrongClients)
