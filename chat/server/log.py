"""The server's log: written by its own thread, and a burst takes few lines.

If every thread wrote to standard error itself, a paused terminal would stop all of
them.  So they only put what they have to say into a queue, and the log's thread writes
it.

One user who comes and goes all the time must not bury what the teacher needs to see.
So of like events only the first few are shown.  Ten seconds later comes a line with the
number of the others, and from then on one every minute, until they end.
"""

import contextlib
import logging
import logging.handlers
import os
import queue
import re
import threading
import time
from typing import Any

LOG_LINES = 10_000  # that may wait for a standard error that blocks
LOG_S = 0.5  # how long a stopping server waits for it
SHOWN_EVENTS = 5  # of one kind, before they are counted
COUNT_S = 10.0  # how long they are counted before a line says so
GOES_ON_S = 60.0  # the same for each later line, if they go on


class Burst:
    """Like events: how many there were, and which was the last."""

    def __init__(self) -> None:
        self.free = SHOWN_EVENTS  # how many more are shown
        self.counted = 0  # how many were not
        self.last = ""
        self.ends_at = 0.0


class Bursts:
    """The events of the last seconds by kind.  PURE: whoever calls brings the time."""

    def __init__(self) -> None:
        self._by_kind: dict[str, Burst] = {}

    def __bool__(self) -> bool:
        """Tell whether `ended` may return lines later."""
        return bool(self._by_kind)

    def is_shown(self, event: str, now: float) -> bool:
        """Tell whether to show an event; if not, count it."""
        burst = self._by_kind.setdefault(_kind(event), Burst())
        burst.ends_at = burst.ends_at or now + COUNT_S
        burst.free -= 1
        burst.counted += burst.free < 0
        burst.last = event.partition("\n")[0]  # a traceback has more lines
        return burst.free >= 0

    def ended(self, now: float) -> list[str]:
        """Return the lines about the events that were counted until now."""
        over = [kind for kind, b in self._by_kind.items() if b.ends_at <= now]
        told = []
        for kind in over:
            burst = self._by_kind[kind]
            if burst.counted:  # they may go on: then the next ones are counted, too
                told.append(f"{burst.counted} more like this, the last: {burst.last}")
                burst.free, burst.counted, burst.ends_at = 0, 0, now + GOES_ON_S
            else:
                del self._by_kind[kind]
        return told


def _kind(event: str) -> str:
    """Return the part that events of one kind share: not who, not how much."""
    return re.sub(r"\S*\d\S*", "#", event.partition(" ")[2])


class Log(logging.handlers.QueueListener):
    """The thread that writes the log.  Nobody else may use its bursts."""

    def __init__(self, waiting: "queue.Queue[Any]", handler: logging.Handler) -> None:
        super().__init__(waiting, handler)
        self._waiting = waiting
        self._bursts = Bursts()

    def dequeue(self, block: bool) -> Any:
        """Return the next record; meanwhile say what was counted."""
        while True:
            with contextlib.suppress(queue.Empty):
                return self._waiting.get(block, COUNT_S / 10 if self._bursts else None)
            self._tell_counts(time.monotonic())

    def handle(self, record: logging.LogRecord) -> None:
        """Write a record, or count it."""
        now = time.monotonic()
        self._tell_counts(now)
        if self._bursts.is_shown(record.getMessage(), now):
            super().handle(record)

    def stop(self) -> None:
        """Write all that waits, and end the thread."""
        super().stop()
        self._tell_counts(float("inf"))

    def _tell_counts(self, now: float) -> None:
        for text in self._bursts.ended(now):
            super().handle(
                logging.LogRecord("chat", logging.INFO, "", 0, text, None, None)
            )


def start_log(level: int, writer: logging.Handler) -> Log:
    """Start the log.

    What does not fit in its queue is lost, and a full disk is not a reason to fail.
    """
    logging.raiseExceptions = False
    waiting: queue.Queue[Any] = queue.Queue(LOG_LINES)
    logging.basicConfig(
        level=level,
        format="%(message)s",  # no time yet, or no two events would be alike
        handlers=[logging.handlers.QueueHandler(waiting)],
    )
    writer.setFormatter(logging.Formatter("%(asctime)s %(message)s", "%H:%M:%S"))
    log = Log(waiting, writer)
    log.start()
    return log


def end_log(log: Log, status: int) -> None:
    """Write what waits; end the process at once if standard error takes nothing."""
    ending = threading.Thread(target=log.stop, daemon=True)
    ending.start()
    ending.join(LOG_S)
    if ending.is_alive():
        os._exit(status)  # the interpreter's own exit would wait for it, too
