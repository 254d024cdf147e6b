"""Ends a check that hangs, and not one that a busy machine keeps waiting.

faulthandler ends the process when the time is up, and writes where each thread is.  It
can do that whatever the learner's code does, even if that never lets another thread
run.

When the time is up, a thread looks how busy the machine is, and again a little later.
The check is ended when the machine was at rest at some of these looks, because what is
done on a busy machine takes longer.  Two kinds of checks are ended at once.  One has
used no processor time between the looks, and would use none on a quiet machine either:
it waits for something.  The other has used a lot, so it has had its turns.

`threading` does not know the thread that looks, so a check that counts threads does not
count it.  It does not look earlier, because that would take processor time, which some
checks measure.
"""

import _thread
import contextlib
import faulthandler
import math
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Self

from lessons.checking.timing import is_busy

_LATE = 1.25  # faulthandler's clock, which ends a check that lets no thread look
_PAUSES = 4  # in the time of a check: one between two looks
_AT_REST = 3  # looks at which the machine must be at rest, as a moment tells little
_NOW_S = 0.001
_GLANCES, _GLANCE_S = 10, 0.01  # whether it rests
_WAITS = 0.01  # this part of the time, or less, is used by what only waits

# What the file for it holds, if it was the limit that has ended the process.
STUCK = "Timeout ("  # from faulthandler; the lines of all threads come after it
BUSY = "The machine was too busy"


def _rests() -> bool:
    """Tell whether no other thread of this process or its children would run.

    Linux knows that; elsewhere what uses no processor time rests.  A thread that has
    just been started, or that lets us look, would run for a moment.
    """
    # Here, because every command would wait 15 ms for the race checker around it.
    from lessons.races.sleeping import sleeps

    for _ in range(_GLANCES):
        if all(map(sleeps, _others())):
            return True
        time.sleep(_GLANCE_S)
    return False


def _others() -> Iterator[Path]:
    """Yield the folders of all threads but this one, those of children, too."""
    looking = str(_thread.get_native_id())
    for task in Path("/proc/self/task").glob("*"):
        if task.name != looking:
            yield task
        for child in _text(task / "children").split():
            with contextlib.suppress(OSError):  # it has ended by now
                yield from Path(f"/proc/{child}/task").glob("*")


def _text(file: Path) -> str:
    with contextlib.suppress(OSError):
        return file.read_text()
    return ""


class Limit:
    """The time that one check has: a context manager.

    The lock guards `_is_over`: nobody sets faulthandler's clock after that.
    """

    def __init__(self, seconds: float, stuck: int, ends_at: float = math.inf) -> None:
        """Take the limit, and the file for what faulthandler writes.

        At `ends_at` the time for all checks is up, however busy the machine is.
        """
        self._seconds = seconds
        self._stuck = stuck
        self._ends_at = ends_at
        self._lock = _thread.allocate_lock()
        self._is_over = False
        self._end = _thread.allocate_lock()  # held until the check has ended

    def __enter__(self) -> Self:
        if time.monotonic() >= self._ends_at:  # before this check could begin
            self._end_without_a_line()
        self._allow(self._seconds * _LATE)
        self._end.acquire()
        _thread.start_new_thread(self._look, ())
        return self

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._is_over = True
            faulthandler.cancel_dump_traceback_later()
        self._end.release()

    def _look(self) -> None:
        """Wait for the end of the check, and end it if it has no more time."""
        worked_s, at_rest = 0.0, 0
        begun_s = time.process_time()
        pause_s = self._bounded_s(self._seconds)
        while not self._end.acquire(timeout=pause_s):
            self._allow(self._seconds)  # for the look itself
            used_s = time.process_time() - begun_s
            worked_s += used_s
            is_waiting = used_s < _WAITS * pause_s and _rests()
            has_worked = worked_s > self._seconds / 2
            if not is_waiting and not has_worked:
                at_rest += not is_busy()
            pause_s = self._bounded_s(self._seconds / _PAUSES)
            if is_waiting or has_worked or at_rest >= (_AT_REST if pause_s else 1):
                self._allow(_NOW_S)
                break
            if not pause_s:
                self._end_without_a_line()
            begun_s = time.process_time()
            self._allow(self._seconds)

    def _bounded_s(self, seconds: float) -> float:
        """Return so many seconds, or as many as are left for all checks."""
        return max(0.0, min(seconds, self._ends_at - time.monotonic()))

    def _end_without_a_line(self) -> None:
        """End the process; wherever the check is, the machine may be the reason."""
        with self._lock:
            if not self._is_over:
                os.write(self._stuck, f"{BUSY}\n".encode())
                os._exit(1)

    def _allow(self, seconds: float) -> None:
        with self._lock:
            if not self._is_over:
                faulthandler.dump_traceback_later(seconds, exit=True, file=self._stuck)
