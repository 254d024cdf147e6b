"""Judges whether a waiting thread of the learner's postman is woken, or keeps checking.

The thread of the check enters.  The postman and the thread that posts are real threads,
which die with the check.
"""

import threading
from collections.abc import Callable

from lessons.checking import BRIEF_S, Answer, Wrong, soon
from lessons.checking.waits import Waits

EXPECTED = "A call that waits until {}, however long"
WHY = "A short limit wakes the thread up for nothing, again and again."
LIMITS = ("timeout", "sleep(", ".wait(", ".acquire(", ".get(", ".put(")


def looks_seldom(answer: Answer) -> None:
    """A thread that has to wait sleeps until there is something to do"""
    _see(
        answer, _be_the_postman, "The postman", "nothing happens", "something is posted"
    )
    _see(answer, _post_too_much, "post", "the queue is full", "there is space")


def _be_the_postman(answer: Answer) -> None:
    answer.module.Postman(1).run()


def _post_too_much(answer: Answer) -> None:
    postman = answer.module.Postman(1)
    for _ in range(2):
        postman.post([], b"a ")


def _see(
    answer: Answer, wait: Callable[[Answer], None], who: str, when: str, until: str
) -> None:
    """Let a thread wait; raise Wrong if it looks again and again."""
    waits = Waits(answer)
    with waits.noted():
        vars(answer).pop("module", None)  # anew: what it imports must be noted
        threading.Thread(target=wait, args=(answer,), daemon=True).start()
        soon(lambda: waits.is_known, 2 * BRIEF_S)
    vars(answer).pop("module", None)
    if waits.has_slept or waits.looks_often:
        how = f"its wait was over after {waits.shortest_s:.2g} s, and began again"
        raise Wrong(
            f"{who} wakes up again and again while {when}",
            seen=f"{when}; " + ("sleep() was called" if waits.has_slept else how),
            expected=EXPECTED.format(until),
            why=WHY,
            look=answer.line_with(*LIMITS, within="run" if "man" in who else "post")
            or answer.line_with(*LIMITS, within="Postman"),
        )
