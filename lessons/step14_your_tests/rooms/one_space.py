"""Wrong on purpose: several spaces in a message become one."""

from chat.server.registry import Member
from chat.server.room import Room
from chat.wire.framing import Fault
from lessons.given.select_clients import Clients
from lessons.step14_your_tests.rooms import run


class Wrong(Room):
    """A room that tidies up."""

    def receive(self, member: Member, line: str | Fault) -> str:
        """Run the command, its spaces tidied up."""
        if isinstance(line, str) and line.startswith("@"):
            line = " ".join(line.split())
        return super().receive(member, line)


class WrongClients(Clients):
    """Its clients."""

    make_room = Wrong


if __name__ == "__main__":
    run(WrongClients)
