"""Wrong on purpose: a private message reaches everyone."""

from chat.server.mail import Letter
from chat.server.registry import Member
from chat.server.room import Room
from chat.wire.answers import format_private
from chat.wire.commands import Command, ToOne
from chat.wire.names import key
from lessons.given.select_clients import Clients
from lessons.step14_your_tests.rooms import run


class Wrong(Room):
    """A room without secrets."""

    def _run(self, member: Member, command: Command) -> None:
        with self._registry as members:
            is_there = isinstance(command, ToOne) and members.find(key(command.target))
        if isinstance(command, ToOne) and is_there:
            private = format_private(member.name, command.text)
            self._mail.post(Letter(private, but=member))
        else:
            super()._run(member, command)


class WrongClients(Clients):
    """Its clients."""

    make_room = Wrong


if __name__ == "__main__":
    run(WrongClients)
