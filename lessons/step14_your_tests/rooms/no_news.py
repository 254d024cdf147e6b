"""Wrong on purpose: nobody is told that someone has joined."""

from chat.server.mail import Enter, Letter, Outbox
from chat.server.registry import Member
from chat.server.room import Room
from chat.wire.answers import format_info
from lessons.given.select_clients import Clients
from lessons.step14_your_tests.rooms import run


class Wrong(Room):
    """A room that is entered unseen."""

    def join(self, name: str, outbox: Outbox) -> Member:
        """Tell only the newcomer."""
        member = Member(name)
        told = format_info(f"You are {name}") + format_info("@people, @all, @help")
        with self._registry as members:
            members.join(member)
            self._mail.post(Enter(member, outbox), Letter(told, to=member))
        return member


class WrongClients(Clients):
    """Its clients."""

    make_room = Wrong


if __name__ == "__main__":
    run(WrongClients)
