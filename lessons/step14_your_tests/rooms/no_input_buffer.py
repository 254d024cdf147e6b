"""Wrong on purpose: a line that comes in pieces is torn."""

import socket

from chat.wire.framing import Fault, LineBuffer
from lessons.given.select_clients import Client, Clients
from lessons.step14_your_tests.rooms import run


class NoBuffer(LineBuffer):
    """Takes each piece for whole lines."""

    def feed(self, data: bytes) -> list[str | Fault]:
        """Keep nothing for the next call."""
        return [*data.decode(errors="replace").splitlines()]


class WrongClient(Client):
    """A connection without a buffer for what comes in."""

    def __init__(self, sock: socket.socket) -> None:
        super().__init__(sock)
        self.lines = NoBuffer()


class WrongClients(Clients):
    """Its clients."""

    make_client = WrongClient


if __name__ == "__main__":
    run(WrongClients)
