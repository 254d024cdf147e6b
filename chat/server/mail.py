"""What the room posts and the postman delivers.

An address is any hashable object.  The room uses its members, and the code that
delivers only compares them.  So the mail knows nothing of the registry, which is why
no thread can hold the mail's lock and want the registry's.
"""

import contextlib
import socket
import threading
from collections.abc import Hashable
from typing import NamedTuple, Protocol


class Outbox:
    """What waits for one socket.

    Only the postman's thread touches it, with three exceptions.  Until it has entered,
    it belongs to the thread that reads from the socket; so does `proven`.  Anyone may
    wait for `released`.  And `fault` is set before the socket is shut down, so a thread
    that reads the end of the stream may then read why.
    """

    def __init__(self, sock: socket.socket, host: str = "") -> None:
        self.sock = sock
        self.host = host  # the machine at its other end
        self.proven = ""  # the key of the name whose password came from there
        self.address: Hashable = None
        self.waiting: list[bytes] = []  # letters that are not in the backlog yet
        self.backlog = bytearray()  # what the socket did not take
        self.fits_at = 0.0  # when the backlog was last within its limit
        self.moved_at = 0.0  # when the socket last took some, or there was none
        self.closing = False  # send what waits, and then no more
        self.released = threading.Event()  # the postman will not use the socket again
        self.fault = ""  # why it was cut off

    def pack(self, lines: bytes) -> bytes:
        """Return `lines` as they go over the wire; a browser's come in frames."""
        return lines

    def release(self, how: int) -> None:
        """Shut the socket down, and say that nobody uses it any more."""
        with contextlib.suppress(OSError):  # the peer may have reset it
            self.sock.shutdown(how)
        self.released.set()


class Enter(NamedTuple):
    """From here on, `address` is in the lobby, and letters to it reach `outbox`."""

    address: Hashable
    outbox: Outbox


class Move(NamedTuple):
    """From here on, `address` is in `room`."""

    address: Hashable
    room: str


class Letter(NamedTuple):
    """Bytes for `to`; or for everyone else in the room that `but` is in; or for `room`.

    Without any of these they are for everyone, in whatever room.
    """

    data: bytes
    to: Hashable = None
    but: Hashable = None
    room: str = ""


class Leave(NamedTuple):
    """From here on, `address` gets no more; what waits for it is still sent."""

    address: Hashable


class Remove(NamedTuple):
    """As Leave, but at once: what the socket does not take with `last_words` is lost.

    `fault` says why.
    """

    address: Hashable
    last_words: bytes
    fault: str


Item = Enter | Move | Letter | Leave | Remove


class Mail(Protocol):
    """Whatever delivers letters in the order in which they are posted."""

    def post(self, *items: Item) -> None:
        """Queue `items` as one block: nothing comes between them.  Must not block."""

    def wait_for_space(self) -> None:
        """Block while too much waits to be delivered."""
