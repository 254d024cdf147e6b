"""What the tests of this step are given: a room, and clients that do not wait forever.

pytest calls `room` for each test, in the one thread that there is.
"""

import contextlib
import os
import select
import socket
from collections.abc import Iterator

import pytest

from lessons.compare.servers import Server, running

ADDRESS = "CHAT_ROOM"  # HOST:PORT of the server to be tested
ONE_THREAD = "CHAT_ROOM_HAS_ONE_THREAD"  # "1": it does one thing after the other
LOOK_S = 0.05
# How often to look for a line.  Looks and not seconds: on a busy machine each look
# takes longer, as all that the server does.
LOOKS = 60
LEAVE_S = 0.5
READ_BYTES = 8192  # what the servers with one thread read at once


class Client:
    """One user of the room."""

    def __init__(self, room: "Room") -> None:
        self._room = room
        self._sock = socket.create_connection(room.address)
        self._sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._received = bytearray()

    def send(self, *lines: str) -> None:
        """Send lines, all in one piece."""
        self.send_bytes("".join(f"{line}\n" for line in lines).encode())

    def send_bytes(self, data: bytes) -> None:
        """Send bytes as they are."""
        self._room.sent += len(data)
        self._sock.sendall(data)

    def line(self) -> str:
        """Return the next line, without its end; fail if none comes."""
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
        """End the connection when the test is over, in whatever state it was left."""
        self._sock.settimeout(LEAVE_S)
        with contextlib.suppress(OSError):  # also one that left has an OSError
            self._sock.shutdown(socket.SHUT_WR)
            while self._sock.recv(65536):
                pass
        self._sock.close()

    def _receive(self) -> None:
        for _ in range(LOOKS):
            if self._has_news(LOOK_S):
                break
            if self._room.has_done_all() and not self._has_news(0):
                pytest.fail("no line came, and the server has nothing left to do")
        else:
            pytest.fail(f"no line came within {LOOKS * LOOK_S:g} s")
        data = self._sock.recv(65536)
        if not data:
            raise EOFError("the server has closed the connection")
        self._received += data

    def _has_news(self, within_s: float) -> bool:
        return bool(select.select([self._sock], [], [], within_s)[0])


class Room:
    """The room that is tested."""

    def __init__(self, address: tuple[str, int], has_one_thread: bool) -> None:
        self.address = address
        self._has_one_thread = has_one_thread
        self._clients: list[Client] = []
        self.sent = 0  # bytes that the server may not have read yet

    def connect(self) -> Client:
        """Return a new client that has said and read nothing yet."""
        client = Client(self)
        self._clients.append(client)
        return client

    def join(self, name: str) -> Client:
        """Return a new client that has a name, and has read the three lines to it.

        Fail if the room refuses the name: then there are only two.
        """
        client = self.connect()
        client.line()
        client.send(name)
        if (answer := client.line()).startswith("[ERROR]"):
            pytest.fail(f"the room has refused the name {name!r}: {answer}")
        client.line()
        return client

    def has_done_all(self) -> bool:
        """Tell whether the server has done all that it was asked, if that can be known.

        A server with one thread serves whoever is ready, then looks again.  When it has
        greeted a newcomer, it has read what came before, at most READ_BYTES from each
        client; and when it has greeted another one, it has sent the answers.
        """
        if not self._has_one_thread:
            return False
        for _ in range(2 + self.sent // READ_BYTES):
            with socket.create_connection(self.address) as newcomer:
                newcomer.recv(1)
        self.sent = 0
        return True

    def clear(self) -> None:
        """Let all clients go, and wait until the server has noticed."""
        for client in self._clients:
            client.go()


@pytest.fixture(scope="session")
def address() -> Iterator[tuple[str, int]]:
    """Return where the server is: the one that is being judged, or `chat.server`."""
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
    room = Room(address, os.environ.get(ONE_THREAD) == "1")
    yield room
    room.clear()
