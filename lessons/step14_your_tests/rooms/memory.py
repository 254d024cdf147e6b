"""Wrong on purpose: a newcomer gets what was said before."""

from chat.server.mail import Letter, Outbox
from chat.server.registry import Member
from chat.server.room import Room
from chat.wire.answers import format_public
from chat.wire.commands import Command, ToAll
from lessons.given.select_clients import Clients
from lessons.step14_your_tests.rooms import run


class Wrong(Room):
    """A room that remembers."""

    last = b""

    def join(self, name: str, outbox: Outbox) -> Member:
        """Tell the newcomer the last message."""
        member = super().join(name, outbox)
        if self.last:
            self._mail.post(Letter(self.last, to=member))
        return member

    def _run(self, member: Member, command: Command) -> None:
        super()._run(member, command)
        if isinstance(command, ToAll):
            self.last = format_public(member.name, command.text)


class WrongClients(Clients):
    """Its clients."""

    make_room = Wrong


if __name__ == "__main__":
    run(WrongClients)
