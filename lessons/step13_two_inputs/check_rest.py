"""Judges step 13: that it waits while nothing happens.

The thread of the check enters; the learner's threads call what stands in for
`time.sleep`, `Queue.get` and other waits that may have a limit.
"""

import contextlib
import queue
import select
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any
from unittest import mock

from lessons.checking import Answer, Wrong, spend
from lessons.step13_two_inputs.acted import chatting

SPENT_S = 0.1
REST_S = 0.03  # of the processor: more than a client uses that waits
OFTEN_S = 0.1  # who looks again after so short a time does not wait


class _Waits:
    """What the learner's code calls to wait, and how."""

    def __init__(self, answer: Answer) -> None:
        self.path = str(answer.path)
        self.has_slept = False
        self.shortest_s = float("inf")  # of the limits that passed
        self._sleep, self._select = time.sleep, select.select

    @contextlib.contextmanager
    def noted(self) -> Iterator[None]:
        """Note each wait of the block."""

        class SimpleQueue(queue.SimpleQueue[Any]):
            get = self._get(queue.SimpleQueue.get)

        with (
            mock.patch("queue.Queue.get", self._get(queue.Queue.get)),
            mock.patch("queue.SimpleQueue", SimpleQueue),
            mock.patch("threading.Event.wait", self._wait(threading.Event.wait)),
            mock.patch(
                "threading.Condition.wait", self._wait(threading.Condition.wait)
            ),
            mock.patch("select.select", self.select),
            mock.patch("time.sleep", self.sleep),
        ):
            yield

    def _get(self, get: Callable[..., Any]) -> Callable[..., Any]:
        """Return a function that takes an item out; a wait with a limit is short."""

        def out(news: Any, block: bool = True, timeout: float | None = None) -> Any:
            try:
                return get(news, block, timeout and min(timeout, SPENT_S / 5))
            except queue.Empty:
                if block:
                    self._note(timeout)
                raise

        return out

    def _wait(self, wait: Callable[..., bool]) -> Callable[..., bool]:
        def until(of: Any, timeout: float | None = None) -> bool:
            has_come = wait(of, timeout)
            if not has_come and self._is_called():
                self._note(timeout)
            return has_come

        return until

    def select(self, *how: Any) -> Any:
        """Wait for sockets."""
        found = self._select(*how)
        if not any(found) and self._is_called():
            self._note(how[3])
        return found

    def sleep(self, seconds: float) -> None:
        """Sleep, and note it if the learner's file does."""
        self.has_slept |= self._is_called()
        self._sleep(min(seconds, SPENT_S / 5))

    def _is_called(self) -> bool:
        """Tell whether the learner's file calls the function that asks this."""
        return sys._getframe(2).f_code.co_filename == self.path

    def _note(self, timeout: float | None) -> None:
        if timeout:
            self.shortest_s = min(self.shortest_s, timeout)


def rests(answer: Answer) -> None:
    """While nothing happens, the client waits"""
    waits = _Waits(answer)
    with waits.noted(), chatting(answer) as (chat, server):
        server.send(b"ann: one\n")
        chat.sees("ann: one")
        waits.has_slept, waits.shortest_s = False, float("inf")
        before_s = time.process_time()
        spend(SPENT_S)
        used_s = time.process_time() - before_s - SPENT_S
        if isinstance(chat.outcome, queue.Empty):
            raise Wrong(
                "The client ends if nothing happens for a while",
                seen="get with a time-out raised queue.Empty, and run did not catch it",
                expected="A wait that lasts until something happens",
                why="People may be silent for minutes.",
                look=answer.where(chat.outcome),
            )
        if used_s > REST_S:
            raise Wrong(
                "The client uses the processor while nothing happens",
                seen=f"{used_s:.2f} s of processor time while nothing happened; "
                f"a loop that never waits would have got about {SPENT_S:.2f} s",
                expected="Almost none",
                why="Checking again and again whether something has come keeps a "
                "processor busy, and empties a battery.",
                look=answer.line_with("get_nowait(", "empty()", "while ", "timeout"),
            )
        if waits.has_slept:
            raise Wrong(
                "The client sleeps between two checks",
                seen="sleep() was called while nothing happened",
                expected="A wait for the queue: news.get() returns as soon as "
                "something is in it",
                why="A line that comes during the sleep is shown only afterwards.",
                look=answer.line_with("sleep("),
            )
        if waits.shortest_s <= OFTEN_S:
            raise Wrong(
                "The client wakes up again and again while nothing happens",
                seen=f"a wait had a limit of {waits.shortest_s:g} s; when it was "
                "over, the next wait began",
                expected="news.get() without a limit",
                why="It returns as soon as there is something in the queue. A limit "
                "only wakes the program up for nothing.",
                look=answer.line_with("timeout", ".wait(", "select(", ".get("),
            )
