"""How long a check waits; one scale for slow machines.  No thread of its own."""

import os
import threading
import time
from collections.abc import Callable

SCALE = float(os.environ.get("TIME_SCALE", "1"))
SOON_S = 3.0 * SCALE  # for what takes milliseconds when it is right
BRIEF_S = 0.2 * SCALE  # to see that nothing comes, where nothing must
_PAUSE_S = 0.005
# Of processor time.  In less, a busy machine does not show: a thread that has slept
# gets its first turn at once, and a turn lasts some milliseconds.
_YARDSTICK_S = 0.1
_BUSY = 3.0  # times as slow as a machine at rest
_TIMES = 4  # so many limits a busy machine has


def until(condition: Callable[[], object], limit_s: float = SOON_S) -> bool:
    """Wait until `condition()` is true; return whether it was, within `limit_s`."""
    end_s = time.monotonic() + limit_s
    pause = threading.Event()
    while not condition():
        if time.monotonic() > end_s:
            return False
        pause.wait(_PAUSE_S)
    return True


def spend(cpu_s: float) -> None:
    """Use so much processor time: what spins meanwhile gets about as much.

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
        if slowness() < _BUSY:
            break
    return bool(condition())


def slowness() -> float:
    """Return how many times as long as on a machine at rest our work takes just now.

    All threads of this process count, as one that spins keeps ours from its turns.
    """
    begun_at, used_s = time.monotonic(), time.process_time()
    while time.process_time() < used_s + _YARDSTICK_S:
        pass
    return (time.monotonic() - begun_at) / _YARDSTICK_S
