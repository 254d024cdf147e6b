"""Wrong on purpose: nobody is told that someone has left."""

from chat.server.mail import Leave
from chat.server.registry import Member
from chat.server.room import Room
from lessons.given.select_clients import Clients
from lessons.step14_your_tests.rooms import run


class Wrong(Room):
    """A room that is left unseen."""

    def leave(self, member: Member) -> None:
        """Tell nobody."""
        with self._registry as members:
            members.leave(member)
            self._mail.post(Leave(member))


class WrongClients(Clients):
    """Its clients."""

    make_room = Wrong


if __name__ == "__main__":
    run(WrongClients)
