"""How long a check waits; one scale for slow machines.  It starts no thread.

What takes milliseconds has SOON_S, a thousand times as long as it needs: `until` is
enough for that.  Where a machine may be too busy even so, there are three ways:

- What works is told from what waits by processor time, and not by a clock.  `spend`
  uses some of it, and a thread that spins gets as much in that time.
- `Served.rests` tells whether a server waits for something, and so whether the time
  that passes is its fault.  One that has rested for REST_S without a pause does no more
  by itself: so a check need not wait for all of SOON_S.  Neither does one that has used
  SPIN_S of the processor, and nothing has come of it: it spins.
- For all else a limit is not the end while the machine `is_busy`: in `soon`, in the
  limit of each check (limit.py), and for all tries of step 14.

`is_busy` uses processor time itself.  So it is asked only when a limit has passed, and
what ends in time never pays for it.
"""

import os
import threading
import time
from collections.abc import Callable

SCALE = float(os.environ.get("TIME_SCALE", "1"))
SOON_S = 3.0 * SCALE  # for what takes milliseconds when it is right
REST_S = SOON_S / 2
SPIN_S = SOON_S / 3
BRIEF_S = 0.2 * SCALE  # to see that nothing comes, where nothing must
_PAUSE_S = 0.005
_LOOK_S = 0.1  # between two looks whether a process rests
# Of processor time.  In less, a busy machine does not show: a thread that has slept
# gets its first turn at once, and a turn lasts a few milliseconds.
_YARDSTICK_S = 0.1
_BUSY = 3.0  # times as slow as a machine at rest
_TIMES = 4  # so many limits a busy machine has


def until(condition: Callable[[], object], limit_s: float = SOON_S) -> bool:
    """Wait until `condition()` is true; return whether it was, within `limit_s`."""
    end_at = time.monotonic() + limit_s
    pause = threading.Event()
    while not condition():
        if time.monotonic() > end_at:
            return False
        pause.wait(_PAUSE_S)
    return True


class Patience:
    """Waits for what another process does, for as long as it may still do something.

    That is `limit_s`, on a busy machine longer.  If the process has rested for REST_S
    without a pause, or has used SPIN_S of the processor, it is over sooner.
    """

    def __init__(
        self,
        limit_s: float,
        rests: Callable[[], bool] | None,
        used_s: Callable[[], float] = lambda: 0.0,
    ) -> None:
        self._limit_s = limit_s
        self._rests = rests
        self._used_s = used_s
        self.begin()

    def begin(self) -> None:
        """Begin once more, as something has come."""
        self._begun_at = self._worked_at = time.monotonic()
        self._used_before_s = self._used_s()
        self._end_at, self._times = self._begun_at + self._limit_s, 1

    def left_s(self) -> float:
        """Return how long to wait until this is asked again; 0.0 if it is over."""
        now = time.monotonic()
        if not self._rests:
            return max(0.0, self._end_at - now)
        if now > self._begun_at + _LOOK_S and not self._rests():
            self._worked_at = now
            if self._used_s() - self._used_before_s > SPIN_S:
                return 0.0
            if now >= self._end_at and self._times < _TIMES and is_busy():
                self._end_at, self._times = now + self._limit_s, self._times + 1
        rest_end_at = self._worked_at + REST_S
        return max(0.0, min(self._end_at - now, rest_end_at - now, _LOOK_S))

    def waited_s(self) -> float:
        """Return how long nothing has come."""
        return time.monotonic() - self._begun_at


def spend(cpu_s: float) -> None:
    """Use so much processor time: a thread that spins gets about as much.

    To be told from what rests, also on a busy machine, where it gets little in any
    fixed time.
    """
    end_s = time.thread_time() + cpu_s
    while time.thread_time() < end_s:
        pass


def soon(condition: Callable[[], object], limit_s: float = SOON_S) -> bool:
    """Wait until it is true, on a busy machine for longer; return whether it was."""
    for _ in range(_TIMES):
        if until(condition, limit_s):
            return True
        if not is_busy():
            break
    return bool(condition())


def is_busy() -> bool:
    """Tell whether our work takes three times as long now as on a machine at rest.

    It takes 0.1 s of processor time to tell, and no more than 0.3 s.  All threads of
    this process count, as one that spins keeps ours from its turns.
    """
    begun_at, used_s = time.monotonic(), time.process_time()
    while time.process_time() < used_s + _YARDSTICK_S:
        if time.monotonic() > begun_at + _BUSY * _YARDSTICK_S:
            return True
    return False
