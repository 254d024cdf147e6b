"""Wrong on purpose: a newcomer is told that it has joined itself."""

from chat.server.mail import Letter, Outbox
from chat.server.registry import Member
from chat.server.room import Room
from chat.wire.answers import format_info
from lessons.given.select_clients import Clients
from lessons.step14_your_tests.rooms import run


class Wrong(Room):
    """A room that tells everyone."""

    def join(self, name: str, outbox: Outbox) -> Member:
        """Tell the newcomer, too."""
        member = super().join(name, outbox)
        self._mail.post(Letter(format_info(f"{name} joined"), to=member))
        return member


class WrongClients(Clients):
    """Its clients."""

    make_room = Wrong


if __name__ == "__main__":
    run(WrongClients)
