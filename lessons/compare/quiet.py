"""Whether the machine is quiet enough to measure a delay of a few milliseconds.

One thread.  On a machine with other work, a program that could run has to wait for its
turn, and then that wait is measured instead of the server.  No server is needed to
notice it: a thread that sleeps for a moment wakes up too late.  We look before and
after the measurement, because during it the server and the generator keep the cores
busy themselves.  Work that comes and goes in between is not noticed here; it shows in
the spread of the rounds.
"""

import time

from lessons.compare.servers import Cores, pinned

NAPS = 100
NAP_S = 0.002
QUIET_MS = 1.0  # less than half of the delay that the fastest servers have


def late_ms(cores: Cores) -> float:
    """Return how late the worst nap ended, on the cores of generator and server."""
    worst = 0.0
    for core in (cores.generator, cores.server):
        with pinned(core):
            worst = max(worst, *(_late_ms() for _ in range(NAPS)))
    return worst


def _late_ms() -> float:
    due = time.perf_counter() + NAP_S
    time.sleep(NAP_S)
    return 1000 * (time.perf_counter() - due)
