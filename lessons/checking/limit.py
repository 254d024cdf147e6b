"""Ends a check that hangs, and not one that a busy machine keeps waiting.

faulthandler ends the process when the time is up, and writes where each thread is.  It
can do that whatever the learner's code does.  Halfway, a thread looks how busy the
machine is, and gives more time if need be.  `threading` does not know this thread, so
that a check which counts threads does not count it.
"""

import _thread
import faulthandler
import time
from typing import Self

from lessons.checking.timing import slowness

_ENOUGH = 3.0  # so busy a machine may be: a limit is long for what has to be done in it


class Limit:
    """The time that one check has: a context manager.

    The lock guards `_is_over`: nobody sets faulthandler's clock after that.
    """

    def __init__(self, seconds: float, stuck: int) -> None:
        """Take the limit, and the file for what faulthandler writes."""
        self._seconds = seconds
        self._stuck = stuck
        self._lock = _thread.allocate_lock()
        self._is_over = False
        self._end = _thread.allocate_lock()  # held until the check has ended

    def __enter__(self) -> Self:
        self._begun_at, self._used_s = time.monotonic(), time.process_time()
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
        """Give more time to a check that has been kept from working."""
        while not self._end.acquire(timeout=self._seconds / 2):
            if time.process_time() - self._used_s > self._seconds / 2:
                break  # it works, and has no end
            allowed_s = self._seconds * max(1.0, slowness() / _ENOUGH)
            left_s = self._begun_at + allowed_s - time.monotonic()
            with self._lock:
                if self._is_over or left_s <= 0:
                    break
                self._allow(left_s)

    def _allow(self, seconds: float) -> None:
        faulthandler.dump_traceback_later(seconds, exit=True, file=self._stuck)
