"""The crowd of the soak: 300 clients in one thread, over one selector.

Nobody is checked here: each guest keeps every byte that it got, and each kind of
guest what it sent; test_soak.py compares them afterwards.
"""

import contextlib
import heapq
import itertools
import random
import selectors
import socket
import time
from collections.abc import Callable

READ_BYTES = 65536


class Guest:
    """A connection: what it is still to send, and all that it has got."""

    def __init__(self, name: str, sock: socket.socket) -> None:
        self.name = name
        self.sock = sock
        self.to_send = bytearray(f"{name}\n".encode())
        self.got = bytearray()
        self.sent_lines: list[str] = []
        self.ended = False  # the server has closed it
        self.gone = ""  # how it went

    def say(self, text: str) -> None:
        """Tell everyone, when the socket next takes it."""
        self.sent_lines.append(f"{self.name}: {text}")
        self.to_send += f"@all {text}\n".encode()


class Crowd:
    """All guests, and what they will do when."""

    def __init__(self, address: tuple[str, int]) -> None:
        self.guests: list[Guest] = []
        self.random = random.Random(1)
        self._address = address
        self._selector = selectors.DefaultSelector()
        self._plan: list[tuple[float, int, Callable[[], None]]] = []
        self._numbers = itertools.count()

    def enter(self, name: str, reads: bool = True) -> Guest:
        """Connect a guest, who sends its name when it can."""
        sock = socket.socket()
        if not reads:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        sock.setblocking(False)
        sock.connect_ex(self._address)
        guest = Guest(name, sock)
        self.guests.append(guest)
        events = selectors.EVENT_READ * reads | selectors.EVENT_WRITE
        self._selector.register(sock, events, guest)
        return guest

    def say(self, guest: Guest, text: str) -> None:
        """Have `guest` say something to everyone."""
        guest.say(text)
        self.wants_to_send(guest)

    def wants_to_send(self, guest: Guest) -> None:
        """Look for when the socket of `guest` takes something."""
        with contextlib.suppress(KeyError, ValueError):  # it has gone
            events = self._selector.get_key(guest.sock).events
            self._selector.modify(guest.sock, events | selectors.EVENT_WRITE, guest)

    def leave(self, guest: Guest, how: str) -> None:
        """Let `guest` go: half-close, close or reset."""
        guest.gone = how
        if guest.ended or guest.sock.fileno() < 0:
            return
        if how == "half-close":
            with contextlib.suppress(OSError):
                guest.sock.shutdown(socket.SHUT_WR)
            return
        if how == "reset":
            linger = b"\x01\x00\x00\x00\x00\x00\x00\x00"
            guest.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self._end(guest)

    def after(self, delay_s: float, action: Callable[[], None]) -> None:
        """Do `action` in so many seconds, if the crowd is still there."""
        entry = time.monotonic() + delay_s, next(self._numbers), action
        heapq.heappush(self._plan, entry)

    def cancel_all(self) -> None:
        """Forget what was planned."""
        self._plan.clear()

    def run_until(self, condition: Callable[[], bool], timeout_s: float) -> bool:
        """Serve all guests until `condition()`, at the latest for so many seconds."""
        end_at = time.monotonic() + timeout_s
        while not (met := condition()) and time.monotonic() < end_at:
            while self._plan and self._plan[0][0] <= time.monotonic():
                heapq.heappop(self._plan)[2]()
            for key, events in self._selector.select(0.01):
                if events & selectors.EVENT_READ:
                    self._read(key.data)
                if events & selectors.EVENT_WRITE and not key.data.ended:
                    self._write(key.data)
        return met

    def close(self) -> None:
        """Close all that is open."""
        for guest in self.guests:
            guest.sock.close()
        self._selector.close()

    def _read(self, guest: Guest) -> None:
        try:
            data = guest.sock.recv(READ_BYTES)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        guest.got += data
        if not data:
            self._end(guest)

    def _write(self, guest: Guest) -> None:
        try:
            del guest.to_send[: guest.sock.send(guest.to_send[:READ_BYTES])]
        except BlockingIOError:
            return
        except OSError:
            self._end(guest)
            return
        if not guest.to_send:
            events = self._selector.get_key(guest.sock).events
            events &= ~selectors.EVENT_WRITE
            if events:
                self._selector.modify(guest.sock, events, guest)
            else:
                self._selector.unregister(guest.sock)

    def _end(self, guest: Guest) -> None:
        guest.ended = True
        with contextlib.suppress(KeyError, ValueError):
            self._selector.unregister(guest.sock)
        guest.sock.close()
