"""Where all that happens to the client on a terminal meets, for its main thread.

Any thread may call any method, a signal handler too may call `put`.  There is no
lock to see: SimpleQueue has its own, and is safe to enter from a signal handler.
"""

import queue
import signal
import threading
from collections.abc import Iterable
from dataclasses import dataclass

from chat.editor import Key

WAITING_EVENTS = 4  # from one source; a key waits behind no more of the socket's


@dataclass(frozen=True)
class Typed:
    """Keys were pressed."""

    keys: list[Key | str]


@dataclass(frozen=True)
class Received:
    """Lines came from the server."""

    lines: list[str]


@dataclass(frozen=True)
class Ended:
    """A source has no more: the server's connection, or the terminal."""

    source: str


Event = Typed | Received | Ended | signal.Signals


class Inbox:
    """Where what all threads find meets, for the main thread.

    A source that is ahead by WAITING_EVENTS waits, so that a flood stays in TCP;
    each counts for itself, so that a flood does not keep the keys out.
    """

    def __init__(self) -> None:
        # Unlike Queue's, its put() may be called in a signal handler.
        self._events: queue.SimpleQueue[tuple[Event | Exception, threading.Semaphore]]
        self._events = queue.SimpleQueue()
        self._free = threading.Semaphore()  # of events that need no place

    def put(self, event: Event) -> None:
        """Add an event; never blocks."""
        self._events.put((event, self._free))

    def pump(self, source: Iterable[Event], last: Event) -> None:
        """Start a thread that adds all of `source`, then `last`."""
        threading.Thread(target=self._pump, args=(source, last), daemon=True).start()

    def _pump(self, source: Iterable[Event], last: Event) -> None:
        places = threading.Semaphore(WAITING_EVENTS)
        try:
            for event in source:
                places.acquire()
                self._events.put((event, places))
            self.put(last)
        except Exception as error:  # a bug: the main thread must not wait for ever
            self._events.put((error, self._free))

    def get(self, timeout_s: float | None = None) -> Event:
        """Return the next event, or raise queue.Empty.  Raises a thread's bug."""
        event, places = self._events.get(timeout=timeout_s)
        places.release()
        if isinstance(event, Exception):
            raise event
        return event
