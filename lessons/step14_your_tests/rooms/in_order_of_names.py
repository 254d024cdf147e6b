"""Wrong on purpose: @people sorts the names."""

from chat.server.registry import Member
from chat.server.room import Room
from lessons.step12_select.clients import Clients
from lessons.step14_your_tests.rooms import run


class Wrong(Room):
    """A room with an alphabet."""

    def _list(self, everyone: list[str], to: Member) -> None:
        super()._list(sorted(everyone), to)


class WrongClients(Clients):
    """Its clients."""

    make_room = Wrong


if __name__ == "__main__":
    run(WrongClients)
