"""Right: its words are different, wherever the promises leave them open.

Where the words are open, it has none of `chat.server`'s.  So a test that looks for a
part of those answers is found out, too.
"""

from chat.server.mail import Enter, Letter, Outbox
from chat.server.registry import Member
from chat.server.room import Room
from chat.wire.answers import format_error, format_info
from chat.wire.commands import BadCommand, Command, Help, parse
from chat.wire.framing import Fault
from chat.wire.names import BadName
from lessons.given.select_clients import Clients
from lessons.step14_your_tests.rooms import run

NO = "Nope!"
HELP = format_info("@people shows everybody, @all talks loudly, @bob quietly: @help")


class Wordy(Room):
    """The room in other words."""

    def claim(self, line: str | Fault, outbox: Outbox) -> Member:
        """Refuse a name in other words."""
        try:
            return super().claim(line, outbox)
        except BadName:
            raise BadName(NO) from None

    def join(self, name: str, outbox: Outbox) -> Member:
        """Say in other words what one may type."""
        member = Member(name)
        news = format_info(f"{name} joined")
        told = format_info(f"You are {name}") + format_info("Try @help @people @all")

        with self._registry as members:
            members.join(member)
            self._mail.post(Enter(member, outbox), Letter(told, to=member))
            self._mail.post(Letter(news, but=member))
        return member

    def receive(self, member: Member, line: str | Fault) -> str:
        """Say in other words that a line is no good."""
        try:
            if isinstance(line, Fault):
                raise BadCommand("no good line", line.reason)
            if command := parse(line):
                self._run(member, command)
        except BadCommand:
            self._mail.post(Letter(format_error(NO), to=member))
        return ""

    def _run(self, member: Member, command: Command) -> None:
        if isinstance(command, Help):
            self._mail.post(Letter(HELP, to=member))
        else:
            super()._run(member, command)


class WordyClients(Clients):
    """Who is greeted in other words."""

    make_room = Wordy
    welcome = format_info("Hi!")


if __name__ == "__main__":
    run(WordyClients)
