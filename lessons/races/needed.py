"""Which threads a failed run needs: the others are moved to its end, or never begin.

A thread cannot just be taken away.  The check may count on it, and the schedule would
not fit the call any more.  But it can be made to wait until all others have ended, or
cannot go on.  If the run fails in the same way without a turn of it before that, it is
not needed.  Its turns come last then, if any, and the report leaves them out.

A check is made when all have ended, so the one that comes last may be the one that does
the damage.  So it has to fail in the same way if the thread comes first, too.

The thread that explores enters.  The number of attempts is bounded.
"""

import contextlib
import re
from collections.abc import Collection, Iterator, Sequence

from lessons.races.diagnosis import Failure
from lessons.races.failures import CannotBeFollowed
from lessons.races.order import as_far_as_possible
from lessons.races.scheduler import Run
from lessons.races.session import Attempts, Session

MOST_RUNS = 60


def without_bystanders(session: Session, run: Run, patience: int = 1) -> Run:
    """Return a run that fails in the same way, with as few threads as possible.

    With more patience, more steps may be taken to find it.
    """
    if len(run.workers) <= 2 or not run.failure or run.failure.kind == "stuck":
        return run
    return _Leaving(session, run, patience).smallest()


class _Leaving:
    """The search for threads that can be left out."""

    def __init__(self, session: Session, run: Run, patience: int) -> None:
        self._session = session
        self._first = self._best = run
        self._left_out = frozenset[int]()
        self._attempts = Attempts(session, MOST_RUNS, patience)

    def smallest(self) -> Run:
        """Return the smallest run that was found, as it is to be shown."""
        with contextlib.suppress(CannotBeFollowed):  # in another order
            for threads in self._likely_ones():
                self._leave_out(threads)
        best = self._best
        if best is not self._first:
            choose = as_far_as_possible(best.turns.schedule)
            best = self._session.run(choose, watching=True)
            if not fails_alike(self._first, best, self._left_out):
                return self._first  # it does not do the same each time
        best.story.left_out = self._left_out
        return best

    def _likely_ones(self) -> Iterator[list[int]]:
        """Yield all threads: first those that had not begun, last the interrupted."""
        begun, unfinished = set(self._first.turns.schedule), self._first.unfinished
        numbers = range(len(self._first.workers))
        yield [n for n in numbers if n not in begun]
        yield [n for n in numbers if n in begun and n not in unfinished]
        yield [n for n in numbers if n in begun and n in unfinished]

    def _leave_out(self, threads: Sequence[int]) -> None:
        """Leave out as many of these threads as possible, at once or half of them."""
        if not threads or self._attempts.used_up:
            return
        if self._fails_without(frozenset(threads)):
            self._left_out |= set(threads)
        elif len(threads) > 1:
            middle = len(threads) // 2
            self._leave_out(threads[middle:])
            self._leave_out(threads[:middle])

    def _fails_without(self, threads: frozenset[int]) -> bool:
        out = self._left_out | threads
        if len(out) == len(self._first.workers):
            return False
        turns = [one for one in self._best.turns.schedule if one not in out]
        assert self._first.failure
        at_the_end = self._first.failure.kind in ("check", "deadlock")
        choose = as_far_as_possible(turns, last=out, then_pause=not at_the_end)
        run = self._attempts.run(choose)
        is_out = [one in out for one in run.turns.schedule]
        fewer = run.turns.preemptions <= self._first.turns.preemptions
        alike = fails_alike(self._first, run, out)
        if not (fewer and alike and is_out == sorted(is_out)):
            return False
        assert run.failure
        if run.failure.kind == "check":
            choose = as_far_as_possible(turns, self._left_out, first=threads)
            if not fails_alike(self._first, self._attempts.run(choose), out):
                return False
        self._best = run
        return True


def fails_alike(one: Run, other: Run, out: Collection[int] = ()) -> bool:
    """Tell whether two runs fail in the same way, whatever the threads in `out` do."""
    was, now = one.failure, other.failure
    if was is None or now is None or now.kind != was.kind:
        return False
    if now.kind == "deadlock":
        names = [name for n, name in enumerate(other.story.names) if n not in out]
        return _lines_of(names, was) == _lines_of(names, now) != []
    return _in_words(was) == _in_words(now)


def _lines_of(names: Sequence[str], failure: Failure) -> list[str]:
    """Return who of these waits, where, and for what."""
    starts = tuple(f"{name} waits " for name in names)
    return [line for line in failure.reason.splitlines() if line.startswith(starts)]


def _in_words(failure: Failure) -> str:
    """Return what went wrong, whatever numbers it tells, but for a line in the code."""
    return re.sub(r"0x[0-9a-fA-F]+|(?<!at line )\b\d+", "#", failure.reason)
