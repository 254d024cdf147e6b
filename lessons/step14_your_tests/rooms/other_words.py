"""Right: wherever the protocol leaves the words free, they are others."""

from chat.server.mail import Enter, Letter, Outbox
from chat.server.registry import Member
from chat.server.room import Room
from chat.wire.answers import format_info
from chat.wire.commands import BadCommand, Command, Help
from chat.wire.framing import Fault
from chat.wire.names import BadName
from lessons.given.select_clients import Clients
from lessons.step14_your_tests.rooms import run


class Wordy(Room):
    """The room in other words."""

    def claim(self, line: str | Fault, outbox: Outbox) -> Member:
        """Refuse a name in other words."""
        try:
            return super().claim(line, outbox)
        except BadName as refusal:
            raise BadName(f"Sorry! {refusal}") from None

    def join(self, name: str, outbox: Outbox) -> Member:
        """Say the list of commands in other words."""
        member = Member(name)
        news = format_info(f"{name} joined")
        told = format_info(f"You are {name}") + format_info(
            "@people @all @help, or ask"
        )

        with self._registry as members:
            members.join(member)
            self._mail.post(Enter(member, outbox), Letter(told, to=member))
            self._mail.post(Letter(news, but=member))
        return member

    def _run(self, member: Member, command: Command) -> None:
        if isinstance(command, Help):
            text = format_info("@people: who is here. @all, @NAME: speak. @help: this")
            self._mail.post(Letter(text, to=member))
            return
        try:
            super()._run(member, command)
        except BadCommand as error:
            raise BadCommand(error.kind, f"Sorry! {error}") from None


class WordyClients(Clients):
    """Who is greeted in other words."""

    make_room = Wordy
    welcome = format_info("Hi. Who is there?")


if __name__ == "__main__":
    run(WordyClients)
