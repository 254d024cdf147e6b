"""How a client that sends too fast is slowed down: its thread waits before each line.

Meanwhile what it sends waits in its TCP connection, and costs the room nothing.
"""

import threading
import time
from collections.abc import Callable
from typing import Protocol

from chat.server.rate import RateLimit
from chat.wire.answers import format_info

RATE_POLL_S = 0.5  # how soon a client that waits sees another rate
TELL_WAITING_S = 5.0  # how often it is told that it waits
WAITING = format_info("You send too fast; your lines wait and are handled in turn")


class HasRate(Protocol):
    """What the pace needs of the server."""

    rate: float  # lines a second; the teacher may change it at any time
    stopping: threading.Event


class Pace:
    """How fast the lines of one client are handled.  Only its own thread uses it."""

    def __init__(self, server: HasRate, burst: int) -> None:
        """`burst` is how many lines need not wait; 0 for no limit."""
        self._server = server
        self._burst = burst
        self._limit = RateLimit(server.rate, burst)
        self._gone = server.stopping  # the event that ends a wait
        self._tell: Callable[[bytes], None] = lambda _line: None
        # When a line last did not have to wait, or the client was told that it waits.
        self._unhurried_at = 0.0

    def joined(self, gone: threading.Event, tell: Callable[[bytes], None]) -> None:
        """From now on `gone` ends a wait, and a client that waits is told so."""
        self._gone, self._tell = gone, tell

    def wait(self, weight: int) -> None:
        """Block until a line of this weight is due; a new rate or our end ends it."""
        rate, now = self._server.rate, time.monotonic()
        if rate != self._limit.rate_per_s:
            self._limit = RateLimit(rate, self._burst)
        wait_s = self._limit.take(now, weight)
        if not wait_s:
            self._unhurried_at = now
            return
        due_at = now + wait_s
        while now < due_at and self._server.rate == rate:
            if self._gone.wait(min(due_at - now, RATE_POLL_S)):
                return
            now = time.monotonic()
            self._tell_that_it_waits(now)

    def debt_s(self) -> float:
        """Return how long it takes until the whole burst is free again."""
        return self._limit.debt_s(time.monotonic())

    def _tell_that_it_waits(self, now: float) -> None:
        """Say every few seconds to a client that sends too fast why nothing happens.

        This is also how we find out that it has gone.  The end of its stream comes
        after all the lines that it sent, and at their rate we might not read that far
        for hours.  But if a client has closed its connection, its system answers what
        we send with a reset.  Then the next send fails, and the postman lets it go.
        """
        if now - self._unhurried_at > TELL_WAITING_S:
            self._unhurried_at = now
            self._tell(WAITING)
