"""How often people join from one address.

Everyone is told who joins and who leaves.  Eight threads that did nothing else made
2,200 such lines in eight seconds.  So from one address as many may join at once as may
be connected, and after that one now and then.

The accept thread asks `check`, and each client's thread calls `count` when it has
joined.  One lock guards the numbers, and nothing blocks while it is held.
"""

import math
import threading
import time

from chat import config
from chat.server.addresses import counted_as, is_loopback
from chat.server.admission import Refused
from chat.server.rate import RateLimit


class Joins:
    """How many have joined lately, by address; loopback is exempt."""

    def __init__(self, limits: config.Limits) -> None:
        self._limits = limits
        self._lock = threading.Lock()  # guards _by_host
        self._by_host: dict[str, RateLimit] = {}  # of addresses with joins lately

    def check(self, host: str) -> None:
        """Raise Refused if nobody may join from there now."""
        place, now = counted_as(host), time.monotonic()
        with self._lock:
            lately = self._by_host.get(place)
            wait_s = lately.wait_s(now) if lately else 0
        if wait_s:
            again = f"try again in {math.ceil(wait_s)} s"
            raise Refused(f"Too many have just joined from {place}; {again}")

    def count(self, host: str) -> None:
        """Count one who has joined from there."""
        if is_loopback(host):
            return
        place, now = counted_as(host), time.monotonic()
        new = RateLimit(self._limits.join_rate, self._limits.max_per_host)
        with self._lock:
            # An address whose limit is fully free again need not be kept.
            self._by_host = {h: r for h, r in self._by_host.items() if r.debt_s(now)}
            self._by_host.setdefault(place, new).take(now)
