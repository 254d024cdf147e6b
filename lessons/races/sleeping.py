"""Tells a thread that waits from one that a busy machine does not let run.

Any thread may enter.
"""

import contextlib
from pathlib import Path


def sleeps(task: Path) -> bool:
    """Tell whether a thread waits for something; where nobody knows, it may.

    Linux knows: a thread that would run if it were let is in state R, and one that
    waits for the disk in state D.  Both are at work.  `task` is the thread's folder
    there, `/proc/PID/task/ID`.
    """
    with contextlib.suppress(OSError):
        stat = (task / "stat").read_text()
        return stat.rpartition(")")[2].split()[0] not in "RD"
    return True
