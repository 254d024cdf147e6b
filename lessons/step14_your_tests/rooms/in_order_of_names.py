"""Wrong on purpose: @people sorts the names."""

from chat.server.mail import Letter
from chat.server.registry import Member
from chat.server.room import Room
from chat.wire.answers import format_online
from lessons.given.select_clients import Clients
from lessons.step14_your_tests.rooms import run


class Wrong(Room):
    """A room with an alphabet."""

    def _list_online(self, member: Member) -> None:
        with self._registry as members:
            everyone = members.all()
        others = sorted(other.name for other in everyone if other is not member)
        self._mail.post(Letter(format_online(others), to=member))


class WrongClients(Clients):
    """Its clients."""

    make_room = Wrong


if __name__ == "__main__":
    run(WrongClients)
