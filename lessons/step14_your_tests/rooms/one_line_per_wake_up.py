"""Wrong on purpose: only the first of the lines that come together is handled."""

import socket

from chat.wire.framing import Fault, LineBuffer
from lessons.given.select_clients import Client, Clients
from lessons.step14_your_tests.rooms import run


class FirstOnly(LineBuffer):
    """Cuts the lines well, and returns only one."""

    def feed(self, data: bytes) -> list[str | Fault]:
        """Forget all lines but the first."""
        return super().feed(data)[:1]


class WrongClient(Client):
    """A connection from which one line is handled at a time."""

    def __init__(self, sock: socket.socket) -> None:
        super().__init__(sock)
        self.lines = FirstOnly()


class WrongClients(Clients):
    """Its clients."""

    make_client = WrongClient


if __name__ == "__main__":
    run(WrongClients)
