"""Judges step 13: that it waits while nothing happens.

The thread of the check enters; the learner's threads call what stands in for
`time.sleep` and `Queue.get`.
"""

import queue
import sys
import time
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
        self.shortest_s = float("inf")  # of the limits of `get` that passed
        self._get, self._sleep = queue.Queue.get, time.sleep

    def get(self, news: Any, block: bool = True, timeout: float | None = None) -> Any:
        """Take out; do not wait for a limit of seconds in full."""
        try:
            return self._get(news, block, timeout and min(timeout, SPENT_S / 5))
        except queue.Empty:
            if block and timeout:
                self.shortest_s = min(self.shortest_s, timeout)
            raise

    def sleep(self, seconds: float) -> None:
        """Sleep, and note it if the learner's file does."""
        if sys._getframe(1).f_code.co_filename == self.path:
            self.has_slept = True
        self._sleep(min(seconds, SPENT_S / 5))


def rests(answer: Answer) -> None:
    """While nothing happens it waits"""
    waits = _Waits(answer)
    with (
        mock.patch("queue.Queue.get", lambda *how, **named: waits.get(*how, **named)),
        mock.patch("time.sleep", waits.sleep),
        chatting(answer) as (chat, server),
    ):
        server.send(b"ann: one\n")
        chat.sees("ann: one")
        waits.has_slept, waits.shortest_s = False, float("inf")
        before_s = time.process_time()
        spend(SPENT_S)
        used_s = time.process_time() - before_s - SPENT_S
        if isinstance(chat.outcome, queue.Empty):
            raise Wrong(
                "It ends when nothing happens for a while",
                seen="get with a timeout raised queue.Empty, and run let it through",
                expected="A wait that lasts until something happens",
                why="People are silent for minutes.",
                look=answer.where(chat.outcome),
            )
        if used_s > REST_S:
            raise Wrong(
                "It needs processor time while nothing happens",
                seen=f"{used_s:.2f} s of processor time while nothing happened; "
                f"a loop that never waits would have got about {SPENT_S:.2f} s",
                expected="Next to none",
                why="To look again and again whether something has come keeps a "
                "processor busy, and empties a battery.",
                look=answer.line_with("get_nowait(", "empty()", "while ", "timeout"),
            )
        if waits.has_slept:
            raise Wrong(
                "It sleeps between two looks",
                seen="sleep() was called while nothing happened",
                expected="A wait for the queue: news.get() returns as soon as there is "
                "something in it",
                why="What comes while it sleeps is shown only afterwards.",
                look=answer.line_with("sleep("),
            )
        if waits.shortest_s <= OFTEN_S:
            raise Wrong(
                "It looks again and again while nothing happens",
                seen=f"news.get() was given a limit of {waits.shortest_s:g} s, and "
                "called again",
                expected="news.get() without a limit",
                why="It returns as soon as there is something in the queue. A limit "
                "only wakes the program up for nothing.",
                look=answer.line_with("timeout", ".get("),
            )
