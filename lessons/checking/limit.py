"""Ends a check that hangs, and not one that a busy machine keeps waiting.

faulthandler ends the process when the time is up, and writes where each thread is.  It
can do that whatever the learner's code does, even if that never lets another thread
run.

When the time is up, a thread looks how busy the machine is.  If it is busy, there is
as much time once more, and so on, because what is done then takes longer.  But a check
that has used no processor time meanwhile waits for something, and one that has used
much has had its turns.  These two get no more.  `threading` does not know this thread,
so that a check which counts threads does not count it.  It looks no sooner, because to
look takes processor time, which some checks measure.
"""

import _thread
import faulthandler
import math
import os
import time
from typing import Self

from lessons.checking.timing import is_busy

_LATE = 1.25  # faulthandler's clock, which ends a check that lets no thread look
_NOW_S = 0.001
_WAITS = 0.01  # this part of the time, or less, is used by what only waits

# What the file for it holds, if it was the limit that has ended the process.
STUCK = "Timeout ("  # from faulthandler; the lines of all threads come after it
BUSY = "The machine was too busy"


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
        worked_s = 0.0
        begun_s = time.process_time()
        left_s = self._left_s()
        while not self._end.acquire(timeout=left_s):
            self._allow(self._seconds)  # for the look itself
            used_s = time.process_time() - begun_s
            worked_s += used_s
            is_waiting = used_s < _WAITS * left_s
            has_worked = worked_s > self._seconds / 2
            if is_waiting or has_worked or not is_busy():
                self._allow(_NOW_S)
                break
            begun_s = time.process_time()
            left_s = self._left_s()
            if not left_s:
                self._end_without_a_line()
            self._allow(left_s * _LATE)

    def _left_s(self) -> float:
        """Return how long it may take until the next look."""
        return max(0.0, min(self._seconds, self._ends_at - time.monotonic()))

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
