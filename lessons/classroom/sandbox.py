"""Where a stranger's code is run: limits, an empty folder, a separate environment.

Each system has some of these and lacks others; what is missing here is left out.
No container: code that tries hard can still write where this user may.
"""

import contextlib
import fnmatch
import hashlib
import os
import shutil
import site
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

from lessons.checking.process_tree import ProcessTree
from lessons.classroom.descendants import below, children_now, end_all
from lessons.classroom.handout import is_kept_back
from lessons.course import ROOT

MEMORY_BYTES = 2 * 1024**3  # addresses, of one process
FILE_BYTES = 16 * 1024**2
OPEN_FILES = 512
MORE_PROCESSES = 256  # than this user has now, and threads
MOST_PROCESSES = 128  # below one answer: no right one has more than a dozen
LOOK_S = 0.1 if sys.platform == "linux" else 1.0  # between two looks at their number
PROC = Path("/proc")
_COPIED = ("chat", "lessons", "tests")
# Files that are being written, and may be gone before they are copied: a learner's, and
# what another Python has just compiled.
_HALF_WRITTEN = ("exercise.py.*", "*.pyc.*")
_KEPT = ("PATH", "SYSTEMROOT", "TIME_SCALE", "LANG", "LC_ALL", "VIRTUAL_ENV")

if sys.platform != "win32":
    import resource


class CourseCopy:
    """A copy of the course that strangers' code may spoil, and that tells if it did."""

    def __init__(self, folder: Path) -> None:
        self.root = folder
        self._renew()

    def _renew(self) -> None:
        """Copy again, with what Python has compiled: the answers may write no file."""
        shutil.rmtree(self.root, ignore_errors=True)
        for name in _COPIED:
            shutil.copytree(ROOT / name, self.root / name, ignore=_not_copied)
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


def _not_copied(folder: str, names: list[str]) -> set[str]:
    """Return which of the names in `folder` are left out: also what knows an answer."""
    place = Path(folder).relative_to(ROOT)
    return {
        name
        for name in names
        if is_kept_back(place / name)
        or any(fnmatch.fnmatch(name, pattern) for pattern in _HALF_WRITTEN)
    }


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
    # Or tests of step 14 that use Hypothesis would change the copy of the course.
    python["HYPOTHESIS_STORAGE_DIRECTORY"] = str(folder / ".hypothesis")
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
    wanted = _wanted(cpu_s)

    def limit() -> None:
        for name, value in wanted.items():
            with contextlib.suppress(AttributeError, ValueError, OSError):
                number = getattr(resource, name)
                _, hard = resource.getrlimit(number)
                most = value if hard == resource.RLIM_INFINITY else min(value, hard)
                resource.setrlimit(number, (most, most))

    return limit


def _wanted(cpu_s: float) -> dict[str, int]:
    wanted = {
        "RLIMIT_AS": MEMORY_BYTES,
        "RLIMIT_CPU": max(1, round(cpu_s)),
        "RLIMIT_FSIZE": FILE_BYTES,
        "RLIMIT_NOFILE": OPEN_FILES,
        "RLIMIT_CORE": 0,
    }
    if (processes := _processes()) is not None:
        wanted["RLIMIT_NPROC"] = processes + MORE_PROCESSES
    return wanted


_IN_WORDS = {
    "RLIMIT_AS": "its memory",
    "RLIMIT_CPU": "its processor time",
    "RLIMIT_FSIZE": "the size of its files",
    "RLIMIT_NOFILE": "its open files",
}
_TELL = """
import resource, sys
for name in sys.argv[1:]:
    number = getattr(resource, name, None)
    print(-1 if number is None else resource.getrlimit(number)[0])
"""


def unlimited() -> list[str]:
    """Return which limits an answer does not have here, in words; [] if it has all.

    They are set on a process that does nothing else, which tells what became of them.
    """
    if sys.platform == "win32":
        return ["on Windows an answer has no limit except its time"]
    found = []
    if os.geteuid() == 0:
        found.append("you are root, so an answer may do anything to this machine")
    wanted = {name: most for name, most in _wanted(60.0).items() if name in _IN_WORDS}
    told = subprocess.run(
        [sys.executable, "-I", "-S", "-c", _TELL, *wanted],
        preexec_fn=limits(60.0),
        capture_output=True,
        text=True,
    ).stdout.split()
    for (name, most), value in zip(wanted.items(), map(int, told), strict=True):
        if not 0 <= value <= most:
            found.append(f"this system sets no limit on {_IN_WORDS[name]}")
    return found


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

    Any thread may enter.  As a context it has a thread, which counts what
    is below each of them: no limit of the system stops an answer of root's that starts
    ever more processes.
    """

    def __init__(self) -> None:
        self.has_ended_all = False  # and so will end what is started now
        self._lock = threading.Lock()  # guards all of this; no start meets an end
        self._own: dict[int, tuple[subprocess.Popen[bytes], ProcessTree]] = {}
        self._swarms: set[int] = set()  # those of _own that have started too many
        self._leaving = threading.Event()
        self._watcher = threading.Thread(target=self._watch, daemon=True)
        self._before = set(children_now()(os.getpid()))  # they are none of ours
        adopt_orphans()

    def __enter__(self) -> Self:
        """Begin to count."""
        self._watcher.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Count no more."""
        self._leaving.set()
        self._watcher.join()

    def start(self, command: list[str], **popen: Any) -> "subprocess.Popen[bytes]":
        """Start a process in a new session, and so in a new group.

        It must wait for a line from us before it starts others.  After `end_all` it is
        killed at once.
        """
        with self._lock:
            process = subprocess.Popen(command, start_new_session=True, **popen)
            if self.has_ended_all:
                process.kill()
            self._own[process.pid] = process, ProcessTree(process.pid, MOST_PROCESSES)
        return process

    def end(self, process: "subprocess.Popen[bytes]") -> bool:
        """Kill a process, its group, and whoever has left that.

        Return whether it had started too many others.
        """
        with self._lock:
            _, tree = self._own.pop(process.pid)
            was_swarm = process.pid in self._swarms
            self._swarms.discard(process.pid)
            tree.end()
            process.kill()
            process.wait()
            self._end_orphans()
        return was_swarm

    def end_all(self) -> None:
        """Kill all that runs or is started later; who waits for it then ends it."""
        with self._lock:
            self.has_ended_all = True
            for process, _ in self._own.values():
                process.kill()

    def _end_orphans(self) -> None:
        """Kill the adopted; what they had started becomes ours by that: look again."""
        for _ in range(100):
            strangers = self._strangers()
            if not strangers:
                return
            end_all(strangers)
            for pid in strangers:
                with contextlib.suppress(ChildProcessError):
                    os.waitpid(pid, 0)

    def _strangers(self) -> list[int]:
        """Return our children that we have not started (Linux; else there are none)."""
        if sys.platform != "linux":
            return []
        ours = self._own.keys() | self._before
        return [pid for pid in children_now()(os.getpid()) if pid not in ours]

    # ---- the watcher's thread

    def _watch(self) -> None:
        while not self._leaving.wait(LOOK_S):
            with self._lock:
                self._end_swarms()

    def _end_swarms(self) -> None:
        children = children_now()
        for pid in self._own.keys() & children(os.getpid()):
            if len(below(pid, children)) > MOST_PROCESSES:
                self._swarms.add(pid)
                end_all(children(pid))
        if len(self._strangers()) > MOST_PROCESSES:
            self._end_orphans()
