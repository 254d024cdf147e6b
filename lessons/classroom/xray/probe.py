"""Runs a server, and looks at its threads ten times a second.

`python -m lessons.classroom.xray.probe FILE MODULE ARGUMENTS...`: the server has the
main thread, as always.  One daemon thread looks, and writes to FILE; `-` is standard
output, where MARK tells its lines from the server's.
"""

import functools
import gc
import importlib
import os
import runpy
import sys
import threading
import time
from types import FrameType
from typing import Any

from chat.server.postman import Postman
from lessons.classroom.xray.activity import letter
from lessons.classroom.xray.snapshot import Snapshot, Thread, Writer

MARK = "\x00"
EVERY_S = 0.1
SETTLED_S = 1.0  # how often who serves whom, and the postman, are looked for again
_DEEPEST = 24
# Each is called once for a line that a client has sent.
_PER_LINE = (
    ("chat.server.room", "Room", "receive"),
    ("lessons.compare.baselines.common", "", "command"),
)


class Probe:
    """Looks at this process; only its own thread enters, but for the counters."""

    def __init__(self) -> None:
        self._begun_at = time.monotonic()
        self._clients: dict[int, str] = {}  # by thread
        self._postman: Any = None
        self._looked_s = 0.0
        self._counts: list[dict[int, int]] = []  # calls, by thread

    def count_lines(self) -> None:
        """Count the calls of what handles a line, in whichever server it is."""
        for module, holder, name in _PER_LINE:
            owner = importlib.import_module(module)
            owner = getattr(owner, holder) if holder else owner
            calls: dict[int, int] = {}
            setattr(owner, name, _counted(getattr(owner, name), calls))
            self._counts.append(calls)

    def look(self) -> Snapshot:
        """Return what each thread is doing now."""
        now_s = time.monotonic() - self._begun_at
        frames = sys._current_frames()
        own = threading.get_ident()
        alive = [t for t in threading.enumerate() if t.ident != own]
        if now_s - self._looked_s > SETTLED_S:
            self._looked_s = now_s
            self._look_around(alive, frames)
        threads, letters = [], []
        for thread in alive:
            ident = thread.ident or 0
            client = self._clients.get(ident, "")
            threads.append(Thread(ident, thread.name, client))
            letters.append(letter(frames.get(ident)))
        return Snapshot(
            now_s,
            threads,
            "".join(letters),
            self._postman.queued if self._postman else None,
            self._backlogs(),
            sum(sum(list(calls.values())) for calls in self._counts),
            self._sleeper(letters, threads, frames),
        )

    def _sleeper(
        self, letters: list[str], threads: list[Thread], frames: dict[int, FrameType]
    ) -> str:
        """Return to whom a thread sends that holds a lock, if its locals tell it."""
        for doing, thread in zip(letters, threads, strict=True):
            target = _socks(frames.get(thread.number))[:1] if doing == "S" else []
            for ident, name in self._clients.items() if target else ():
                if any(sock is target[0] for sock in _socks(frames.get(ident))[-1:]):
                    return name
        return ""

    def _look_around(
        self, alive: list[threading.Thread], frames: dict[int, FrameType]
    ) -> None:
        known = self._clients
        self._clients = {}
        for thread in alive:
            ident = thread.ident or 0
            who = known.get(ident) or _client(frames.get(ident))
            if who:
                self._clients[ident] = who
        if self._postman is None:
            found = (o for o in gc.get_objects() if isinstance(o, Postman))
            self._postman = next(found, None)

    def _backlogs(self) -> dict[str, int]:
        if self._postman is None:
            return {}
        found = self._postman.backlogs.items()
        return {getattr(who, "name", str(who)): size for who, size in found}


def _counted(function: Any, calls: dict[int, int]) -> Any:
    """Return `function`, counting: each thread its own, or `+= 1` would lose some."""

    @functools.wraps(function)
    def call(*arguments: Any) -> Any:
        me = threading.get_ident()
        calls[me] = calls.get(me, 0) + 1
        return function(*arguments)

    return call


def _client(frame: FrameType | None) -> str:
    """Return the name of the user whom a thread serves, if it has one by now.

    Where several functions have a name and a socket, the outermost has those of its
    user: the others may be sending to somebody else.
    """
    found = ""
    for _ in range(_DEEPEST):
        if frame is None:
            break
        handler = frame.f_locals.get("self")
        member = getattr(handler, "_member", None)
        if member is not None:
            return str(member.name)
        name = frame.f_locals.get("name")
        if isinstance(name, str) and "sock" in frame.f_locals:
            found = name
        frame = frame.f_back
    return found


def _socks(frame: FrameType | None) -> list[Any]:
    """Return the sockets that a thread's functions work on, the innermost first."""
    found = []
    for _ in range(_DEEPEST):
        if frame is None:
            break
        if "sock" in frame.f_locals:
            found.append(frame.f_locals["sock"])
        frame = frame.f_back
    return found


def _watch(file: str, probe: Probe) -> None:
    writer = Writer()
    # A recording begins with its title, which whoever started this has written.
    out = 1 if file == "-" else os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    mark = MARK if file == "-" else ""
    pause = threading.Event()
    while not pause.wait(EVERY_S):
        os.write(out, f"{mark}{writer.line(probe.look())}\n".encode())


def main(file: str, module: str, arguments: list[str]) -> None:
    """Run `module` as the main program, under the eyes of the probe."""
    probe = Probe()
    probe.count_lines()  # in this thread: where two import at once, one may get a part
    watch = threading.Thread(
        target=_watch, args=(file, probe), name="x-ray", daemon=True
    )
    watch.start()
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
