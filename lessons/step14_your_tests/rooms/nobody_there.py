"""Wrong on purpose: @people answers a user who is alone with an empty list."""

from chat.server.mail import Letter
from chat.server.registry import Member
from chat.server.room import Room
from lessons.given.select_clients import Clients
from lessons.step14_your_tests.rooms import run


class Wrong(Room):
    """A room that has no words for an empty list."""

    def _list_online(self, member: Member) -> None:
        with self._registry as members:
            everyone = members.all()
        others = ", ".join(other.name for other in everyone if other is not member)
        self._mail.post(Letter(f"Online: {others}\n".encode(), to=member))


class WrongClients(Clients):
    """Its clients."""

    make_room = Wrong


if __name__ == "__main__":
    run(WrongClients)
