"""The line that shows how far the benchmark is.

One thread.  On a terminal it is one line on standard error, written over again
and again; elsewhere one line for each step.
"""

import sys
import time

WIDTH = 78


class Progress:
    """How many of the steps are done, and about how long the rest takes."""

    def __init__(self, steps: int) -> None:
        self._steps = steps
        self._done = -1
        self._begin = time.monotonic()
        self._over = sys.stderr.isatty()

    def __enter__(self) -> "Progress":
        return self

    def __exit__(self, *_: object) -> None:
        if self._over:
            print("\r" + " " * WIDTH + "\r", end="", file=sys.stderr, flush=True)

    def show(self, what: str) -> None:
        """Say that the next step begins."""
        self._done += 1
        text = f"{self._done + 1}/{self._steps} {self._left()} {what}"
        if self._over:
            print(f"\r{text[:WIDTH]:<{WIDTH}}", end="", file=sys.stderr, flush=True)
        else:
            print(text, file=sys.stderr, flush=True)

    def _left(self) -> str:
        if not self._done:
            return ""
        each_s = (time.monotonic() - self._begin) / self._done
        left_s = int(each_s * (self._steps - self._done))
        return f"(about {left_s // 60}:{left_s % 60:02} left)"
