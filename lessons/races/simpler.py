"""A schedule that was found by chance, made as simple as one within the bound.

In a schedule by chance threads come and go without a reason.  So stretches of turns are
left out of it, or joined to other turns of the same thread.  The default then says who
comes at the end.  If the run fails in the same way with fewer interruptions, or goes
less often to another thread than the default, then it is the better one.  It is always
a real run, so that it can be replayed.

The thread that explores enters.  The number of attempts is bounded.
"""

import contextlib
from collections.abc import Iterator
from itertools import chain, groupby

from lessons.races.failures import CannotBeFollowed
from lessons.races.needed import fails_alike
from lessons.races.order import as_far_as_possible
from lessons.races.scheduler import Run
from lessons.races.session import Attempts, Session

MOST_RUNS = 200


def simpler(session: Session, run: Run, patience: int = 1) -> Run:
    """Return a run that fails in the same way, with as few interruptions as possible.

    With more patience, more steps may be taken to find it.
    """
    if not run.failure:
        return run
    attempts, best = Attempts(session, MOST_RUNS, patience), run
    with contextlib.suppress(CannotBeFollowed):  # in another order
        while better := _better(attempts, best):
            best = better
    if best is run:
        return run
    choose = as_far_as_possible(best.turns.schedule)
    shown = session.run(choose, watching=True)
    return shown if fails_alike(run, shown) else run


def _better(attempts: Attempts, run: Run) -> Run | None:
    """Return the first better run, if one of those that are near is better."""
    for stretches in _near(run):
        if attempts.used_up:
            break
        schedule = list(chain.from_iterable(stretches))
        found = attempts.run(as_far_as_possible(schedule))
        if _price(found) < _price(run) and fails_alike(run, found):
            return found
    return None


def _price(run: Run) -> tuple[int, int, int]:
    turns = run.turns
    return turns.preemptions, turns.deviations, len(turns.schedule)


def _near(run: Run) -> Iterator[list[list[int]]]:
    """Yield schedules with fewer stretches of turns that belong to one thread each.

    First many are left out at once, then fewer.  Then two of a thread are joined, at
    the place of the later one or of the earlier one.
    """
    turns = [number - 1 for number in run.turns.shortest]
    all_ = [list(stretch) for _, stretch in groupby(turns)]
    size = len(all_)
    while size:
        for start in range(0, len(all_), size):
            yield all_[:start] + all_[start + size :]
        size //= 2
    for first, stretch in enumerate(all_):
        for last in range(first + 1, len(all_)):
            if all_[last][0] == stretch[0]:
                before, between = all_[:first], all_[first + 1 : last]
                yield [*before, *between, stretch, *all_[last:]]
                yield [*before, stretch, all_[last], *between, *all_[last + 1 :]]
                break
