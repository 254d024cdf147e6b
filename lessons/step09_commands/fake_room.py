"""Step 9, for the check: a room whose sockets write down what they are sent.

The threads of a run of the race checker enter, one at a time.
"""

import errno
import socket
import threading
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

from lessons.checking import Answer
from lessons.races import RaceFound, explore
from lessons.races.objects import attributes

# Such that neither strip() nor a decoding as ASCII leaves it as it is.
HELLO = b" ann:  hello \xe2\x82\xac \n"

MOST_SCHEDULES = 150
PART_BYTES = 5  # what `send` takes at once, as a socket may at any time


class FakeSocket:
    """Writes down what it is sent, or has gone.

    What only asks is answered, for a line in a log.  What else is done to it is noted
    in `misused`.
    """

    family, type, proto, timeout = socket.AF_INET, socket.SOCK_STREAM, 0, None
    number = 0  # of those in a room

    def __init__(self, error: OSError | None = None) -> None:
        self.received = bytearray()
        self.parts = 0  # how often it was sent only a part
        self.misused = ""
        self._error = error

    def __hash__(self) -> int:
        """Return the same in each run, so that a set of sockets has the same order."""
        return self.number

    def sendall(self, data: bytes) -> None:
        """Take all of it."""
        if self._error:
            raise self._error
        self.received += memoryview(data)  # which refuses a text, as a socket does

    def send(self, data: bytes) -> int:
        """Take a part of it."""
        self.parts += 1
        self.sendall(data[:PART_BYTES])
        return len(data[:PART_BYTES])

    def fileno(self) -> int:
        """Return the number of a socket that is open, -1 for one that is closed."""
        return -1 if self._error and self._error.errno == errno.EBADF else 3

    def getpeername(self) -> tuple[str, int]:
        """Return an address, as long as there is somebody."""
        if self._error:
            raise OSError(errno.ENOTCONN, "Transport endpoint is not connected")
        return "127.0.0.1", 50_000

    def getsockname(self) -> tuple[str, int]:
        """Return the address of the server."""
        return "127.0.0.1", 12_345

    def gettimeout(self) -> None:
        """Return that there is none."""

    def getblocking(self) -> bool:
        """Return that it waits."""
        return True

    def __reduce_ex__(self, protocol: Any) -> NoReturn:
        """Refuse to be copied, as a socket does."""
        raise TypeError("cannot pickle 'socket' object")

    def __getattr__(self, name: str) -> Any:
        """Note whatever else is done with it."""
        if hasattr(socket.socket, name) and not name.startswith("__"):
            self.misused = self.misused or name
        raise AttributeError(f"no {name} in a broadcast")


class Slow(FakeSocket):
    """Takes its time: until it is told to go on."""

    def __init__(self) -> None:
        super().__init__()
        self.may_go_on = threading.Event()

    def sendall(self, data: bytes) -> None:
        """Wait."""
        self.may_go_on.wait()


def room_of(answer: Answer, sockets: Mapping[str, FakeSocket]) -> Any:
    """Return a room with these people in it."""
    room = answer.module.Room()
    for number, (name, sock) in enumerate(sockets.items()):
        sock.number = number
        room.join(name, sock)
    return room


def explored(
    answer: Answer,
    make: Callable[[], Any],
    threads: Mapping[str, Callable[[Any], object]],
    check: Callable[[Any], None] | None = None,
    operations: bool = False,
    preemptions: int = 1,
    limit: int = MOST_SCHEDULES,
) -> RaceFound | None:
    """Run every schedule; return the first that goes wrong."""
    try:
        explore(
            make,
            threads,
            check,
            watch=lambda room: [*entries(room)[1]],
            operations=operations,
            preemptions=preemptions,
            limit=limit,
            code=[str(answer.path)],
        )
    except RaceFound as race:
        return race
    return None


def entries(room: Any) -> tuple[str, dict[str, Any]]:
    """Return the dict of who is online, and what the room calls it."""
    found = attributes(room).items()
    dicts = ((name, value) for name, value in found if type(value) is dict)
    return next(dicts, ("", {}))
