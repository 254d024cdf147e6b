"""Judges step 13: that it waits while nothing happens.

The thread of the check enters.
"""

import queue
import time

from lessons.checking import Answer, Wrong, spend
from lessons.checking.waits import OFTEN_S, Waits
from lessons.step13_two_inputs.acted import Chat, chatting

SPENT_S = 0.1
REST_S = 0.03  # of the processor: more than a client uses that waits


def rests(answer: Answer) -> None:
    """While nothing happens, the client waits"""
    waits = Waits(answer)
    with waits.noted(), chatting(answer) as (chat, server):
        server.send(b"ann: one\n")
        chat.sees("ann: one")
        waits.has_slept, waits.shortest_s = False, float("inf")
        before_s = time.process_time()
        spend(SPENT_S)
        used_s = time.process_time() - before_s - SPENT_S
        if not chat.thread.is_alive():
            raise _ended(answer, chat)
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


def _ended(answer: Answer, chat: Chat) -> Wrong:
    """Return why `run` has ended while nothing happened."""
    if isinstance(chat.outcome, queue.Empty):
        seen = "get with a time-out raised queue.Empty, and run did not catch it"
        look = answer.where(chat.outcome)
    else:
        chat.raise_error()
        seen = "Nothing came until every time-out was over, which the check makes "
        seen += f"short; run returned {chat.outcome!r}"
        look = answer.line_with("timeout", "Empty", "select(", within="run")
    return Wrong(
        "The client ends if nothing happens for a while",
        seen=seen,
        expected="A wait that lasts until something happens",
        why="People may be silent for minutes.",
        look=look,
    )
