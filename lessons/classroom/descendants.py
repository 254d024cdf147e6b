"""The processes below one process, and how to end those that start ever more.

Keeps no state.  On Linux /proc tells the children of a process; on macOS `ps` does,
which takes longer.  Windows needs neither: there a job has a limit.
"""

import contextlib
import os
import signal
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

_TASKS = Path("/proc/self/task")
_ROUNDS = 100  # in which processes may appear while others are stopped

Children = Callable[[int], list[int]]


def children_now() -> Children:
    """Return what tells the children of a process, from one look at the system."""
    if sys.platform == "win32":
        return lambda pid: []
    if _TASKS.is_dir():
        return lambda pid: list(_of_proc(pid))
    found: defaultdict[int, list[int]] = defaultdict(list)
    # POSIX lets a `ps` take all that follows the first "=" in an argument for a header.
    command = ["ps", "-A", "-o", "pid=", "-o", "ppid="]
    with contextlib.suppress(OSError):
        done = subprocess.run(command, capture_output=True, text=True)
        for line in done.stdout.splitlines():
            pid, parent = line.split()
            found[int(parent)].append(int(pid))
    return lambda pid: found[pid][:]


def _of_proc(pid: int) -> Iterator[int]:
    with contextlib.suppress(OSError):  # it ends while we look: then it has none
        for path in Path(f"/proc/{pid}/task").glob("*/children"):
            with contextlib.suppress(OSError):  # so does one of its threads
                yield from map(int, path.read_text().split())


def below(pid: int, children: Children | None = None) -> list[int]:
    """Return all that a process has started, and what those have started."""
    children = children or children_now()
    found = children(pid)
    for each in found:  # it grows in the loop
        found += [child for child in children(each) if child not in found]
    return found


def end_all(roots: list[int]) -> None:
    """Kill these processes and all below them, even if they go on starting new ones.

    They are stopped first: a stopped process starts no other, and nothing that is
    below it changes its parent before all are found.
    """
    if sys.platform == "win32":
        return
    stopped: dict[int, None] = {}
    for _ in range(_ROUNDS):
        children = children_now()
        found = [*roots, *(pid for root in roots for pid in below(root, children))]
        new = [pid for pid in found if pid not in stopped]
        if not new:
            break
        for pid in new:
            _send(pid, signal.SIGSTOP)
        stopped |= dict.fromkeys(new)
    for pid in reversed(stopped):
        _send(pid, signal.SIGKILL)


def _send(pid: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(pid, number)
