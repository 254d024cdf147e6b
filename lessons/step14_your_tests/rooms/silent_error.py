"""Wrong on purpose: a message to nobody gets no answer."""

import contextlib

from chat.server.registry import Member
from chat.server.room import Room
from chat.wire.commands import BadCommand, Command
from lessons.given.select_clients import Clients
from lessons.step14_your_tests.rooms import run


class Wrong(Room):
    """A room that does not say what went wrong."""

    def _run(self, member: Member, command: Command) -> None:
        with contextlib.suppress(BadCommand):
            super()._run(member, command)


class WrongClients(Clients):
    """Its clients."""

    make_room = Wrong


if __name__ == "__main__":
    run(WrongClients)
