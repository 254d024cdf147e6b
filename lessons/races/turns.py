"""Who may run next, and what it costs to choose that one.

A turn is what a thread does between two decisions.  A preemption, to take the
turn from a thread that could go on, costs 1; a switch away from a thread that
cannot go on is free.
"""

from collections.abc import Sequence
from typing import NamedTuple

from lessons.races.workers import Worker


class Option(NamedTuple):
    """One answer to the question who runs next."""

    thread: int
    cost: int


def options(
    workers: Sequence[Worker], last: Worker | None, weary: bool
) -> list[Option]:
    """Return who may run, the default first; none if nobody can.

    `last` had the turn before; `weary`: it has had many, so let others run first.
    Time passes when nobody can run; that it passes earlier costs 1.
    """
    start = last.number if last else 0
    ready, timed = [], []
    for worker in (*workers[start:], *workers[:start]):
        if worker.ready:
            ready.append(worker)
        elif worker.deadline_s is not None and not worker.done:
            timed.append(worker)
    if len(timed) > 1:
        timed.sort(key=lambda worker: worker.deadline_s or 0)
    if not ready:
        return [Option(w.number, int(i > 0)) for i, w in enumerate(timed)]
    if ready[0] is last and weary and len(ready) > 1:
        found = [Option(w.number, 0) for w in ready[1:]] + [Option(last.number, 1)]
    else:
        preempts = int(ready[0] is last)
        found = [Option(w.number, preempts * (i > 0)) for i, w in enumerate(ready)]
    return found + [Option(w.number, 1) for w in timed]


def the_other(turn: int, options: Sequence[Option]) -> int:
    """Choose the other one of two threads each time, as long as it can run."""
    return options[-1].thread
