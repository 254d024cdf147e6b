"""What the tests of this step are given: a room, and clients with a deadline.

pytest calls `room` for each test, in the one thread that there is.
"""

import contextlib
import os
import socket
from collections.abc import Iterator

import pytest

from lessons.compare.servers import Server, running

ADDRESS = "CHAT_ROOM"  # HOST:PORT of the server to be tested
DEADLINE = "CHAT_DEADLINE_S"  # for each line
LEAVE_S = 0.5


class Client:
    """One user of the room."""

    def __init__(self, address: tuple[str, int], deadline_s: float) -> None:
        self._sock = socket.create_connection(address, deadline_s)
        self._sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._deadline_s = deadline_s
        self._received = bytearray()

    def send(self, *lines: str) -> None:
        """Send lines, all in one piece."""
        self.send_bytes("".join(f"{line}\n" for line in lines).encode())

    def send_bytes(self, data: bytes) -> None:
        """Send bytes as they are."""
        self._sock.sendall(data)

    def line(self) -> str:
        """Return the next line, without its end; fail if none comes in time."""
        while b"\n" not in self._received:
            self._receive()
        line, _, rest = self._received.partition(b"\n")
        self._received = bytearray(rest)
        return line.decode()

    def leave(self) -> list[str]:
        """Send no more; return the lines that still come, until the server closes."""
        self._sock.shutdown(socket.SHUT_WR)
        lines = []
        with contextlib.suppress(EOFError):
            while True:
                lines.append(self.line())
        return lines

    def go(self) -> None:
        """End the connection when the test is over, in whatever state it is."""
        self._sock.settimeout(LEAVE_S)
        with contextlib.suppress(OSError):  # also one that left has an OSError
            self._sock.shutdown(socket.SHUT_WR)
            while self._sock.recv(65536):
                pass
        self._sock.close()

    def _receive(self) -> None:
        try:
            data = self._sock.recv(65536)
        except TimeoutError:
            pytest.fail(f"no line came within {self._deadline_s:g} s")
        if not data:
            raise EOFError("the server has closed the connection")
        self._received += data


class Room:
    """The room that is tested."""

    def __init__(self, address: tuple[str, int], deadline_s: float) -> None:
        self._address = address
        self._deadline_s = deadline_s
        self._clients: list[Client] = []

    def connect(self) -> Client:
        """Return a new client that has said and read nothing yet."""
        client = Client(self._address, self._deadline_s)
        self._clients.append(client)
        return client

    def join(self, name: str) -> Client:
        """Return a new client that has a name, and has read the three lines to it."""
        client = self.connect()
        client.line()
        client.send(name)
        client.line()
        client.line()
        return client

    def clear(self) -> None:
        """Let all clients go, and wait until the server has noticed."""
        for client in self._clients:
            client.go()


@pytest.fixture(scope="session")
def address() -> Iterator[tuple[str, int]]:
    """Return where the server is: the one that is being judged, or the product."""
    if given := os.environ.get(ADDRESS):
        host, _, port = given.rpartition(":")
        yield host, int(port)
        return
    product = Server("chat", "chat.server", "chat.server", ("--rate", "0"))
    with running(product) as server:
        yield server.address


@pytest.fixture
def room(address: tuple[str, int]) -> Iterator[Room]:
    """Return the room, in which nobody is."""
    room = Room(address, float(os.environ.get(DEADLINE, "3")))
    yield room
    room.clear()
