"""Wrong on purpose: a line without @ is sent to everyone."""

from chat.server.registry import Member
from chat.server.room import Room
from chat.wire.framing import Fault
from lessons.given.select_clients import Clients
from lessons.step14_your_tests.rooms import run


class Wrong(Room):
    """A room that guesses."""

    def receive(self, member: Member, line: str | Fault) -> str:
        """Take a line without @ for one to all."""
        if isinstance(line, str) and line.strip() and not line.startswith("@"):
            line = f"@all {line}"
        return super().receive(member, line)


class WrongClients(Clients):
    """Its clients."""

    make_room = Wrong


if __name__ == "__main__":
    run(WrongClients)
