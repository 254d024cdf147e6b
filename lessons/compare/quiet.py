"""Whether the machine is quiet enough to measure a delay of a few milliseconds.

One thread.  On a machine with other work, a program that is due to run has to wait for
its turn, and what is measured then is that wait.  It is seen without any server: a
thread that sleeps for a moment wakes up too late.  It is looked for before and after
the measurement, because during it the server and the generator take their own turns.
What disturbs the measurement alone is not seen; the spread of the rounds shows it.
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
