"""Wrong on purpose: the sender of a message to all gets it back."""

from chat.server.mail import Letter
from chat.server.registry import Member
from chat.server.room import Room
from chat.wire.answers import format_public
from chat.wire.commands import Command, ToAll
from lessons.given.select_clients import Clients
from lessons.step14_your_tests.rooms import run


class Wrong(Room):
    """A room with an echo."""

    def _run(self, member: Member, command: Command) -> None:
        if isinstance(command, ToAll):
            self._mail.post(Letter(format_public(member.name, command.text)))
        else:
            super()._run(member, command)


class WrongClients(Clients):
    """Its clients."""

    make_room = Wrong


if __name__ == "__main__":
    run(WrongClients)
