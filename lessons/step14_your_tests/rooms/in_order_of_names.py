"""Wrong on purpose: @people sorts the names."""

from chat.commands import Room
from chat.registry import Member
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
