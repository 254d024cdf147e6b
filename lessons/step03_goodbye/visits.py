"""Visits of one client at `talk` of step 3, over a real connection.

The thread of the check runs `talk`.  If the client has to act while `talk` runs,
another thread plays the client.
"""

import contextlib
import select
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any
from unittest import mock

from lessons.checking import SOON_S, Answer, Closed, Peer, Silent
from lessons.checking.served import HOST

TAKEN = 3  # bytes: a kernel may take as little as that at once
MOST = 65536  # bytes that recv() is given at once
_ROOM = 4 * MOST  # for them, and for what the kernel adds
_GLANCE_S = 0.01


class Connection(socket.socket):
    """The server's end: a real socket, in which a trap can be laid.

    A trap is called once, before the next bytes are received or sent.
    """

    on_recv: Callable[[], object] | None = None
    on_send: Callable[[], object] | None = None
    takes_little = False
    asked = 0  # the most bytes that one call was to receive

    def _receiving(self, size: int) -> None:
        self.asked = max(self.asked, size)
        trap, self.on_recv = self.on_recv, None
        if trap:
            trap()

    def _sending(self, data: Any) -> Any:
        """Return the part of it that is sent at once."""
        trap, self.on_send = self.on_send, None
        if trap:
            trap()
        data = bytes(data)
        return data[:TAKEN] if self.takes_little else data

    def recv(self, size: int, *flags: int) -> Any:
        """Receive, as a socket does."""
        self._receiving(size)
        return super().recv(size, *flags)

    def recv_into(self, buffer: Any, nbytes: int = 0, *flags: int) -> int:
        """Do the same."""
        self._receiving(nbytes or memoryview(buffer).nbytes)  # makefile() uses it
        return super().recv_into(buffer, nbytes, *flags)

    def recvfrom(self, size: int, *flags: int) -> Any:
        """Do the same."""
        self._receiving(size)
        return super().recvfrom(size, *flags)

    def send(self, data: Any, *flags: int) -> int:
        """Send a part, as the kernel may; return its size."""
        return super().send(self._sending(data), *flags)

    def sendall(self, data: Any, *flags: int) -> None:
        """Send all, as a socket does."""
        self._sending(b"")
        super().sendall(data, *flags)


@contextlib.contextmanager
def connected(sent: bytes = b"") -> Iterator[tuple[Connection, Peer]]:
    """Yield both ends of a connection; the client has sent something."""
    with socket.create_server((HOST, 0)) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _ROOM)
        with Peer(listener.getsockname()) as client:
            accepted, _ = listener.accept()
            with Connection(fileno=accepted.detach()) as connection:
                client.send(sent)
                yield connection, client


def visited(
    answer: Answer, sent: bytes, takes_little: bool = False
) -> tuple[object, bytes]:
    """Let a client send all of it and leave; return how it went, and what it got."""
    with connected(sent) as (connection, client):
        client.half_close()
        connection.takes_little = takes_little
        outcome = talked(answer, connection)
        with contextlib.suppress(OSError):  # talk() may have closed it
            connection.shutdown(socket.SHUT_WR)
        with contextlib.suppress(Silent, Closed):
            client.end()
        return outcome, bytes(client.received)


def after_a_reset(
    answer: Answer, in_send: bool = False, is_told: bool = False
) -> object:
    """Return what talk() returns or raises after a client has reset its connection.

    It does so when its line has been answered; with `in_send`, just before that.  A
    system tells of a reset once; with `is_told`, it has done so.
    """
    with connected(b"hello\n") as (connection, client):
        is_due = threading.Event()

        def reset_when_due() -> None:
            while not is_due.is_set() and not client.ended:
                if client.quiet(_GLANCE_S):
                    break
            client.reset()

        def await_reset() -> None:
            is_due.set()
            select.select([connection], [], [], SOON_S)
            if is_told:
                connection.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)

        if in_send:
            connection.on_send = await_reset
        player = threading.Thread(target=reset_when_due, daemon=True)
        player.start()
        outcome = talked(answer, connection)
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_WR)  # ends its wait for the answer
        player.join()
        return outcome


def talked(answer: Answer, connection: socket.socket) -> object:
    """Return what talk() returns or raises."""
    try:
        return answer.module.talk(connection)
    except Exception as error:
        return error


def did(outcome: object) -> str:
    """Return in words what talk() did."""
    if isinstance(outcome, Exception):
        return f"let {type(outcome).__name__} through"
    return f"returned {outcome!r}"


def with_another_feed(
    answer: Answer, connection: socket.socket, feed: Callable[..., object]
) -> object:
    """Return what talk() returns or raises where `feed` is that of the buffer.

    It is found before one that `__init__` sets.
    """

    def find(buffer: object, name: str) -> object:
        return feed if name == "feed" else object.__getattribute__(buffer, name)

    with mock.patch.object(answer.module.LineBuffer, "__getattribute__", find):
        return talked(answer, connection)
