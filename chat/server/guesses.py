"""How often somebody may send a wrong secret.

A key or a password that is short can be found by trying.  So from one address only so
many tries in a row may be wrong, and after that one every few seconds.  A machine with
IPv6 has many addresses; they count as one (see addresses.py).  Loopback counts as well:
behind a tunnel all users seem to come from this machine.

A try is counted before it is looked at, and given back if it was right.  Otherwise as
many could be tried at once as may connect at once.

Each client's thread calls these methods.  One lock guards the numbers, and nothing
blocks while it is held.
"""

import threading
import time

from chat.server.addresses import counted_as

GUESSES = 16  # in a row, at least
EVERY_S = 5.0


class Guesses:
    """How many tries there were lately, by address."""

    def __init__(self, at_once: int) -> None:
        """`at_once` is how many may come from one address: each may be wrong once."""
        self._slack_s = max(at_once, GUESSES) * EVERY_S
        self._lock = threading.Lock()  # guards _due_at
        # When the next try would be due at exactly the rate, as in rate.py.
        self._due_at: dict[str, float] = {}

    def take(self, host: str) -> float:
        """Count a try from there, or return for how many seconds there may be none."""
        place, now = counted_as(host), time.monotonic()
        with self._lock:
            self._forget_old(now)
            due_at = max(self._due_at.get(place, now), now) + EVERY_S
            if due_at > now + self._slack_s:
                return due_at - now - self._slack_s
            self._due_at[place] = due_at
            return 0.0

    def give_back(self, host: str) -> None:
        """Count one try less: it was right."""
        place = counted_as(host)
        with self._lock:
            if place in self._due_at:
                self._due_at[place] -= EVERY_S

    def _forget_old(self, now: float) -> None:
        """Needs the lock."""
        if any(due_at <= now for due_at in self._due_at.values()):
            self._due_at = {p: due for p, due in self._due_at.items() if due > now}
