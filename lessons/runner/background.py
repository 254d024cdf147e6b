"""A check that runs while something else goes on, and can be cancelled.

Any thread may call `cancel`; another thread judges.  One lock guards the child
process and whether it is still wanted.
"""

import threading
from collections.abc import Callable

from lessons.checking import judge
from lessons.checking.judging import Child
from lessons.course import Step

Told = Callable[["Background", str, object], None]


class Background:
    """One run of a step's check."""

    def __init__(self, step: Step, told: Told) -> None:
        """Begin; the thread that judges calls `told` with all that comes."""
        self.step = step
        self._told = told
        self._lock = threading.Lock()  # guards _process, _is_wanted
        self._process: Child | None = None
        self._is_wanted = True
        self._thread = threading.Thread(target=self._run, name="check", daemon=True)
        self._thread.start()

    def cancel(self) -> None:
        """End it: nobody wants the result any more."""
        with self._lock:
            self._is_wanted = False
            if self._process:
                self._process.kill()

    def join(self) -> None:
        """Wait until its thread and its process have ended."""
        self._thread.join()

    def _run(self) -> None:
        try:
            verdict = judge(
                self.step,
                tell=lambda kind, title: self._told(self, kind, title),
                started=self._started,
            )
        except OSError as error:  # the file may have gone in the middle of it
            self._told(self, "trouble", str(error))
        else:
            self._told(self, "verdict", verdict)

    def _started(self, process: Child) -> None:
        with self._lock:
            self._process = process
            if not self._is_wanted:
                process.kill()
