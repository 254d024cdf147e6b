"""How fast one client may talk.  PURE: whoever calls brings the time."""

from chat import config


def weight(line: str | object) -> int:
    """Return as how many lines `line` counts: one for every 512 bytes that it begins.

    Without this, a long line would cost its receivers eight times as much as a short
    one, and its sender no more.  A fault goes to no receivers, so it counts once.
    """
    if not isinstance(line, str):
        return 1
    size = len(line) if line.isascii() else len(line.encode())
    return 1 + size // config.WEIGHT_BYTES  # its LF is one byte more


class RateLimit:
    """At most `rate` lines a second after a burst; 0 of either: no limit.

    A token bucket, kept as the one moment at which it will be full again (the
    generic cell rate algorithm, ITU-T I.371).  Only one thread may use it.
    Moments are in seconds of any one clock that never goes back.
    """

    def __init__(self, rate_per_s: float, burst: int) -> None:
        self.rate_per_s = rate_per_s
        self._burst = burst
        self._interval_s = 1 / rate_per_s if rate_per_s and burst else 0.0
        self._due_at = 0.0  # when the next line would be due at exactly the rate

    def take(self, now: float, weight: int = 1) -> float:
        """Take the places of one more line; return the seconds until it is due.

        It counts as `weight` lines, all of which must be free, or the whole burst.

        Call it once for each line: a second call takes the places again.
        """
        debt_s = self._due_at - now
        if debt_s <= 0:  # the whole burst is free, as nearly always
            self._due_at = now + weight * self._interval_s
            return 0.0
        self._due_at += weight * self._interval_s
        return max(0.0, debt_s - max(0, self._burst - weight) * self._interval_s)

    def wait_s(self, now: float) -> float:
        """Return how long the next line would have to wait; take nothing."""
        return max(0.0, self.debt_s(now) - (self._burst - 1) * self._interval_s)

    def debt_s(self, now: float) -> float:
        """Return how long it takes until the whole burst is free again."""
        return max(0.0, self._due_at - now)
