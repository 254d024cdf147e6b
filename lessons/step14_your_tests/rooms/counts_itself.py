"""Wrong on purpose: @people also lists the user who asks."""

from chat.server.mail import Letter
from chat.server.registry import Member
from chat.server.room import Room
from chat.wire.answers import format_online
from lessons.given.select_clients import Clients
from lessons.step14_your_tests.rooms import run


class Wrong(Room):
    """A room in which nobody is alone."""

    def _list_online(self, member: Member) -> None:
        with self._registry as members:
            everyone = members.all()
        listed = (one.name for one in everyone)
        self._mail.post(Letter(format_online(listed), to=member))


class WrongClients(Clients):
    """Its clients."""

    make_room = Wrong


if __name__ == "__main__":
    run(WrongClients)
