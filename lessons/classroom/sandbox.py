"""Where a stranger's code is run: limits, an empty folder, an environment of its own.

Each system has some of these and lacks others; what is missing here is left out.
No container: code that tries hard can still write where this user may.
"""

import contextlib
import hashlib
import os
import shutil
import signal
import site
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from lessons.checking.process_tree import ProcessTree
from lessons.course import ROOT

MEMORY_BYTES = 2 * 1024**3  # addresses, of one process
FILE_BYTES = 16 * 1024**2
OPEN_FILES = 512
MORE_PROCESSES = 256  # than this user has now
PROC = Path("/proc")
_COPIED = ("chat", "lessons", "tests")
_KEPT = ("PATH", "SYSTEMROOT", "TIME_SCALE", "LANG", "LC_ALL", "VIRTUAL_ENV")

if sys.platform != "win32":
    import resource


class CourseCopy:
    """A copy of the course that strangers' code may spoil, and that tells if it did."""

    def __init__(self, folder: Path) -> None:
        self.root = folder
        self._renew()

    def _renew(self) -> None:
        """Copy anew, with what Python has compiled: the answers may write no file."""
        shutil.rmtree(self.root, ignore_errors=True)
        for name in _COPIED:
            unwanted = shutil.ignore_patterns("exercise.py.*")
            shutil.copytree(ROOT / name, self.root / name, ignore=unwanted)
        self._stamps = self._stamp_all()

    def was_spoilt(self) -> bool:
        """Return whether a file of it has changed; it is as new afterwards."""
        if self._stamp_all() == self._stamps:
            return False
        self._renew()
        return True

    def _stamp_all(self) -> list[tuple[str, int, int, int]]:
        """Return what no program can put back: the system's own time of a change."""
        paths = sorted(self.root.rglob("*"))
        found = [(str(path), path.lstat()) for path in paths]
        return [(p, s.st_ctime_ns, s.st_mtime_ns, s.st_size) for p, s in found]


def digest() -> str:
    """Return what differs when a file of the course does."""
    found = hashlib.sha256()
    for name in _COPIED:
        for path in sorted((ROOT / name).rglob("*.py")):
            relative = path.relative_to(ROOT).as_posix()
            found.update(f"{relative}\0".encode() + path.read_bytes())
    return found.hexdigest()


def environment(course: Path, folder: Path) -> dict[str, str]:
    """Return the variables for a process: none of the teacher's secrets."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    own = dict.fromkeys(("HOME", "TMPDIR", "TEMP", "TMP", "USERPROFILE"), str(folder))
    python = {"PYTHONPATH": str(course), "PYTHONDONTWRITEBYTECODE": "1"}
    return kept | own | python | _user_site()


def _user_site() -> dict[str, str]:
    """Return what lets a process import what this user has installed for themselves.

    The packages of the checks may be there, and it is looked for below HOME.
    """
    if site.ENABLE_USER_SITE:
        return {"PYTHONUSERBASE": site.getuserbase()}
    return {"PYTHONNOUSERSITE": "1"}


def limits(cpu_s: float) -> Callable[[], None] | None:
    """Return what a new process calls to limit itself; None where nothing can be."""
    if sys.platform == "win32":
        return None
    wanted = {
        "RLIMIT_AS": MEMORY_BYTES,
        "RLIMIT_CPU": max(1, round(cpu_s)),
        "RLIMIT_FSIZE": FILE_BYTES,
        "RLIMIT_NOFILE": OPEN_FILES,
        "RLIMIT_CORE": 0,
    }
    if (processes := _processes()) is not None:
        wanted["RLIMIT_NPROC"] = processes + MORE_PROCESSES

    def limit() -> None:
        for name, value in wanted.items():
            with contextlib.suppress(AttributeError, ValueError, OSError):
                number = getattr(resource, name)
                _, hard = resource.getrlimit(number)
                most = value if hard == resource.RLIM_INFINITY else min(value, hard)
                resource.setrlimit(number, (most, most))

    return limit


def _processes() -> int | None:
    """Return how many threads this user runs, as RLIMIT_NPROC counts them.

    None where the system does not say it in /proc, as on macOS.  A limit that takes no
    account of what runs already would let no answer start anything.
    """
    own = os.getuid() if hasattr(os, "getuid") else -1
    count = 0
    if not PROC.is_dir():
        return None
    for folder in PROC.glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if folder.stat().st_uid == own:
                count += len(list((folder / "task").iterdir()))
    return count


# ---- nothing is left behind


def adopt_orphans() -> None:
    """Make this process the parent of those that lose theirs (Linux; else nothing)."""
    if sys.platform == "linux":
        import ctypes

        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER


class Nursery:
    """The processes that this one has started, and the end of all others below it.

    Any thread may enter.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()  # guards _own, and no start meets an end
        self._own: dict[int, tuple[subprocess.Popen[bytes], ProcessTree]] = {}
        adopt_orphans()

    def start(self, command: list[str], **popen: Any) -> "subprocess.Popen[bytes]":
        """Start a process in a session, and so a group, of its own.

        It must wait for a line from us before it starts others.
        """
        with self._lock:
            process = subprocess.Popen(command, start_new_session=True, **popen)
            self._own[process.pid] = process, ProcessTree(process.pid)
        return process

    def end(self, process: "subprocess.Popen[bytes]") -> None:
        """Kill a process, its group, and whoever has left that."""
        with self._lock:
            _, tree = self._own.pop(process.pid)
            tree.end()
            process.kill()
            process.wait()
            self._end_orphans()

    def end_all(self) -> None:
        """Kill all that runs; who waits for one of them then ends it."""
        with self._lock:
            for process, _ in self._own.values():
                process.kill()

    def _end_orphans(self) -> None:
        """Kill the adopted; what they had started becomes ours by that: look again."""
        for _ in range(100):
            strangers = [pid for pid in _children() if pid not in self._own]
            if not strangers:
                return
            for pid in strangers:
                with contextlib.suppress(ProcessLookupError, ChildProcessError):
                    os.kill(pid, signal.SIGKILL)
                    os.waitpid(pid, 0)


def _children() -> Iterator[int]:
    for path in Path("/proc/self/task").glob("*/children"):
        with contextlib.suppress(OSError):
            yield from map(int, path.read_text().split())
