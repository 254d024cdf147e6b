"""Wrong on purpose: a newcomer hears what was said before."""

from chat.commands import Room
from chat.postman import Letter, Outbox
from chat.protocol import Command, ToAll, format_public
from chat.registry import Member
from lessons.step12_select.clients import Clients
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
