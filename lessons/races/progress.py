"""A line on the terminal that says how far a long search is.

One thread enters, the one that explores.
"""

import sys
from types import TracebackType

from lessons.races.primitives import now_s
from lessons.races.turns import Turns

FIRST_S, EACH_S = 1.0, 0.2


class Progress:
    """Rewrites one line of standard error, if that is a terminal; a context manager."""

    def __init__(self) -> None:
        self._is_seen = bool(sys.stderr and sys.stderr.isatty())
        self._begun_s = now_s()
        self._next_s = self._begun_s + FIRST_S
        self._width = 0

    def __enter__(self) -> "Progress":
        return self

    def show(self, schedules: int, turns: Turns) -> None:
        """Say how many schedules have been run, and how the last one differs."""
        if not self._is_seen or now_s() < self._next_s:
            return
        self._next_s = now_s() + EACH_S
        seconds = now_s() - self._begun_s
        self._write(
            f"{schedules:,} schedules in {seconds:.0f} s, now with "
            f"{turns.deviations} changes of the default order"
        )

    def _write(self, line: str) -> None:
        sys.stderr.write("\r" + line.ljust(self._width))
        sys.stderr.flush()
        self._width = len(line)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._width:
            self._write("")
            sys.stderr.write("\r")
            sys.stderr.flush()
