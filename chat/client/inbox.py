"""Where everything that happens to the client on a terminal meets.

Each source (keys, server, signals) has a thread that puts what it finds into one queue.
The main thread takes it out.  They share nothing else, so there is no lock here but the
one inside the queue.

One queue for all, and not one for each, because a thread can wait for only one queue.
"""

import itertools
import queue
import signal
import threading
from collections.abc import Iterable
from dataclasses import dataclass

from chat.terminal.keys import Key

WAITING_EVENTS = 4  # from one source


@dataclass(frozen=True)
class Typed:
    """Keys were pressed."""

    keys: list[Key | str]


@dataclass(frozen=True)
class Received:
    """Lines came from the server."""

    lines: list[str]


@dataclass(frozen=True)
class Failed:
    """The connection has failed; `reason` says how."""

    reason: str


@dataclass(frozen=True)
class Ended:
    """A source has no more: the server's connection, or the terminal."""

    source: str


Event = Typed | Received | Failed | Ended | signal.Signals
_Entry = tuple[Event | Exception, threading.Semaphore]  # whose place it takes


class Inbox:
    """A queue in which each source has WAITING_EVENTS places.

    A source whose places are taken waits until the main thread has taken one of its
    events out.  If the server sends faster than the screen can show, its lines wait in
    TCP, and a key waits only for the few events that are in the queue before it.
    """

    def __init__(self) -> None:
        self._entries = queue.SimpleQueue[_Entry]()

    def pump(self, source: Iterable[Event], last: Event) -> None:
        """Start a thread that adds all of `source`, then `last`."""
        threading.Thread(target=self._pump, args=(source, last), daemon=True).start()

    def _pump(self, source: Iterable[Event], last: Event) -> None:
        places = threading.Semaphore(WAITING_EVENTS)
        try:
            for event in itertools.chain(source, [last]):
                places.acquire()
                self._entries.put((event, places))
        except Exception as error:  # a bug: the main thread must not wait forever
            self._entries.put((error, places))

    def get(self, timeout_s: float | None = None) -> Event:
        """Return the next event, or raise queue.Empty.  Raises a source's bug."""
        event, places = self._entries.get(timeout=timeout_s)
        places.release()
        if isinstance(event, Exception):
            raise event
        return event
