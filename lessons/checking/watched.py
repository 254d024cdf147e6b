"""Whether a process waits, works or spins, as the system tells it.

The thread of the check enters; `used_s` and, on Linux, `rests` are for any thread.
"""

import abc
import contextlib
import os
import subprocess
import time
from pathlib import Path

from lessons.checking.timing import spend

WORK_S = 0.005  # of processor time: more than the questions take
SPENT_S = 0.1
REST_S = 0.02  # of the processor: more than a server uses that waits
# Linux tells whether a process rests.  Elsewhere a server that a busy machine lets wait
# seems to rest.
KNOWS_WHO_RESTS = Path("/proc/self/task").is_dir()
_LOOKS, _MOMENT_S = 5, 0.01  # at a server that may rest
_TRIES = 3  # at one that does not, and has got little of a busy machine
_LITTLE_S = 0.001  # of processor time in such a moment: more than two questions take


class Watched(abc.ABC):
    """A process that says how much processor time it has used."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self.process = process
        self.rests_if_known = self.rests if KNOWS_WHO_RESTS else None
        self._used_s = 0.0  # of the processor, when `rests` was called last

    @abc.abstractmethod
    def cpu_s(self) -> float:
        """Return the processor time that it has used."""

    def rests(self) -> bool:
        """Tell whether all of its threads are waiting for something.

        Linux knows that.  Elsewhere a server rests that has used no processor time
        since the last call.
        """
        # Here, because every command would wait 15 ms for the race checker around it.
        from lessons.races.sleeping import sleeps

        if threads := list(Path(f"/proc/{self.process.pid}/task").glob("*")):
            return all(map(sleeps, threads))
        before_s, self._used_s = self._used_s, self.cpu_s()
        return self._used_s - before_s < WORK_S

    def turns(self) -> dict[str, str]:
        """Return how often each of its threads has been let run, where that is known.

        While none of these numbers changes, no thread has run.
        """
        found = {}
        for task in Path(f"/proc/{self.process.pid}/task").glob("*"):
            with contextlib.suppress(OSError):  # it has ended
                status = (task / "status").read_text()
                found[task.name] = status.partition("voluntary_ctxt_switches")[2]
        return found

    def used_s(self) -> float:
        """Return the processor time that it has used; 0.0 where that is not known.

        Any thread may call: it does not ask the server, but the system.
        """
        with contextlib.suppress(OSError):
            stat = Path(f"/proc/{self.process.pid}/stat").read_text()
            used, system = stat.rpartition(")")[2].split()[11:13]
            return (int(used) + int(system)) / os.sysconf("SC_CLK_TCK")
        return 0.0

    def sleeps(self) -> bool:
        """Tell whether it waits for something, and has nothing to do for a while.

        One that spins never sleeps, even while it waits long for a processor.
        Where nobody knows who rests, nothing is known of that either: False.
        """
        if not KNOWS_WHO_RESTS:
            return False
        for _ in range(_LOOKS):
            before_s = self.cpu_s()
            time.sleep(_MOMENT_S)
            if not self.rests() or self.cpu_s() - before_s > _LITTLE_S:
                return False
        return True

    def spun_s(self) -> float:
        """Return what it uses of the processor while we use SPENT_S; 0.0 at rest."""
        for _ in range(_TRIES if KNOWS_WHO_RESTS else 1):
            if self.sleeps():
                break
            before_s = self.cpu_s()
            spend(SPENT_S)
            if (used_s := self.cpu_s() - before_s) > REST_S:
                return used_s
        return 0.0
