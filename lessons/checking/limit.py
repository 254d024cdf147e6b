"""Ends a check that hangs, and not one that a busy machine keeps waiting.

faulthandler ends the process when the time is up, and writes where each thread is.  It
can do that whatever the learner's code does, even if that never lets another thread
run.

A thread looks several times how busy the machine is.  While it is busy, time counts
less, because what is done then takes longer.  But a check that uses no processor time
at all waits for something, and one that has used much has had its turns.  For these
two all time counts.  `threading` does not know this thread, so that a check which
counts threads does not count it.
"""

import _thread
import faulthandler
import math
import os
import time
from typing import Self

from lessons.checking.timing import slowness

_LOOKS = 4  # in the time of a check on a machine at rest
_NOW_S = 0.001
_WAITS = 0.01  # this part of the time, or less, is used by what only waits
_ENOUGH = 3.0  # so busy a machine may be: a limit is long for what has to be done in it

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
        self._allow(self._seconds)
        self._end.acquire()
        _thread.start_new_thread(self._look, ())
        return self

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._is_over = True
            faulthandler.cancel_dump_traceback_later()
        self._end.release()

    def _look(self) -> None:
        """Count the time of the check until it is up."""
        left_s = min(self._seconds, self._ends_at - time.monotonic())
        pause_s = max(_NOW_S, left_s / _LOOKS)
        worked_s = 0.0
        begun_s = time.process_time()
        while left_s > 0 and not self._end.acquire(timeout=pause_s):
            self._allow(self._seconds)  # for the look itself
            used_s = time.process_time() - begun_s
            worked_s += used_s
            is_waiting = used_s < _WAITS * pause_s
            has_worked = worked_s > self._seconds / 2
            times = 1.0 if is_waiting or has_worked else max(1.0, slowness() / _ENOUGH)
            left_s -= pause_s / times
            if time.monotonic() > self._ends_at:
                if times > 1.0:
                    self._end_without_a_line()
                left_s = 0.0
            self._allow(left_s + pause_s if left_s > 0 else _NOW_S)
            begun_s = time.process_time()

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
