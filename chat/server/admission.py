"""Who may come in, and how many at once.

The accept thread admits; each handler thread marks, holds and releases its own
ticket.  One lock guards the counts; nothing blocks while it is held.
"""

import contextlib
import dataclasses
import heapq
import logging
import mmap
import os
import socket
import sys
import threading
import time
from collections import Counter
from typing import Any

from chat import config
from chat.server.addresses import counted_as, is_loopback

FILES_RESERVED = 16  # descriptors for all that is not a client
# Memory kept for the clients that are in.  Otherwise the next client would take the
# last of it, and then any thread that needs some would fail, such as the postman's.
MEMORY_RESERVED_BYTES = 2 * 1024 * 1024
MAX_HOLD_S = 60.0  # how long the place of a client that has left may stay taken
FULL = "The server is full; try again later"
_log = logging.getLogger("chat")


class Refused(Exception):
    """A connection cannot be admitted; the message tells its user why."""


@dataclasses.dataclass(eq=False)
class Ticket:
    """One admitted connection, until it is released.  Admission's lock guards it."""

    host: str  # as it is counted
    pending: bool = True  # it has no name yet
    held_until: float = 0.0  # its place stays taken after its release; monotonic


class Admission:
    """The counts of the connections: all, by address, and of those without a name."""

    def __init__(self, limits: config.Limits) -> None:
        self._limits = limits
        self._lock = threading.Lock()  # guards all below, and every Ticket
        self._clients = 0
        self._pending = 0
        self._by_host: Counter[str] = Counter()
        # Tickets that are released, but whose places are still taken.  A heap: the
        # place that becomes free next is first.
        self._held: list[tuple[float, int, Ticket]] = []

    def admit(self, host: str) -> Ticket:
        """Count a new connection from `host`, or raise Refused and change nothing."""
        ticket = Ticket(counted_as(host))
        with self._lock:
            self._free_held()
            self._check(ticket.host)
            self._by_host[ticket.host] += 1  # first, because it may need memory
            self._clients += 1
            self._pending += 1
        return ticket

    def mark_joined(self, ticket: Ticket) -> None:
        """Count the connection as one that has a name."""
        with self._lock:
            self._end_pending(ticket)

    def is_pending(self, ticket: Ticket) -> bool:
        """Tell whether the connection has no name yet."""
        with self._lock:
            return ticket.pending

    def hold(self, ticket: Ticket, for_s: float) -> None:
        """Keep the place taken for `for_s` seconds, even if it is released before.

        Otherwise a client could send its burst, leave, come back and send another one,
        and so send faster than a client that stays.
        """
        with self._lock:
            ticket.held_until = time.monotonic() + min(for_s, MAX_HOLD_S)

    def release(self, ticket: Ticket) -> None:
        """Count the connection no more; to be called once."""
        with self._lock:
            self._end_pending(ticket)
            entry = ticket.held_until, id(ticket), ticket
            heapq.heappush(self._held, entry)
            self._free_held()

    def _free_held(self) -> None:
        """Give back the places whose time has come; needs the lock."""
        while self._held and self._held[0][0] <= time.monotonic():
            host = heapq.heappop(self._held)[2].host
            self._clients -= 1
            self._by_host[host] -= 1
            if not self._by_host[host]:
                del self._by_host[host]

    def _check(self, host: str) -> None:
        """Raise Refused where a limit is reached; needs the lock."""
        limits = self._limits
        if 0 < limits.max_clients <= self._clients:
            raise Refused(FULL)
        if 0 < limits.max_pending <= self._pending:
            raise Refused("Too many are joining right now; try again in a moment")
        if 0 < limits.max_per_host <= self._by_host[host] and not is_loopback(host):
            raise Refused(f"Too many connections from {host}")

    def _end_pending(self, ticket: Ticket) -> None:
        """Needs the lock."""
        self._pending -= ticket.pending
        ticket.pending = False


def clamp(limits: config.Limits) -> config.Limits:
    """Return `limits` with no more clients than this process may open files."""
    allowed = max(1, _files_allowed() - FILES_RESERVED)
    if limits.max_clients <= allowed:
        return limits
    _log.warning("The open-files limit (ulimit -n) allows only %d clients", allowed)
    return dataclasses.replace(limits, max_clients=allowed)


def _files_allowed() -> int:
    try:
        import resource
    except ImportError:  # Windows has neither the module nor such a limit
        return sys.maxsize
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return sys.maxsize if soft == resource.RLIM_INFINITY else soft


def has_memory() -> bool:
    """Tell whether the system would give us more memory; it takes 3 microseconds."""
    with contextlib.suppress(OSError, MemoryError):
        mmap.mmap(-1, MEMORY_RESERVED_BYTES).close()
        return True
    return False


class SpareDescriptor:
    """An open file that is closed when there are no more descriptors.

    A connection that cannot be accepted stays in the backlog, and the listening
    socket stays readable: the accept loop would spin.  With the spare closed,
    there is one descriptor to accept it with, and to tell it why it is refused.
    Only the accept thread uses it.
    """

    def __init__(self) -> None:
        self._file: int | None = os.open(os.devnull, os.O_RDONLY)

    def accept(self, listener: socket.socket) -> tuple[socket.socket, Any] | None:
        """Return the connection to be refused and its address; None if it is gone."""
        self.close()
        with contextlib.suppress(OSError):
            return listener.accept()
        return None

    def reopen(self) -> bool:
        """Hold a descriptor again; False if another thread took the last one."""
        if self._file is None:
            with contextlib.suppress(OSError):
                self._file = os.open(os.devnull, os.O_RDONLY)
        return self._file is not None

    def close(self) -> None:
        """Give the descriptor back."""
        if self._file is not None:
            os.close(self._file)
            self._file = None
