"""Why a run failed, found by experiment: what if one thread had come earlier, or later?

To see that two steps follow each other is not enough to blame them.  So a failed run is
repeated with a few turns moved.  Say that thread A was interrupted.  If the run goes
well with A's next steps before the interruption, and also with A's last steps after it,
then it is the interruption that makes it fail, and these few steps must not be split.
If only one of the two helps, then the order of the two threads is what matters.
If neither helps, no cause is named.

The thread that explores enters.  The number of experiments is bounded, so that a report
takes no longer than a fraction of a second.
"""

import dataclasses
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from itertools import groupby

from lessons.races.accesses import Access, step
from lessons.races.cause import Cause, Clash, in_wrong_order, may_clash
from lessons.races.failures import CannotBeFollowed
from lessons.races.interruption import interrupted
from lessons.races.order import as_far_as_possible
from lessons.races.scheduler import Run
from lessons.races.session import Attempts, Session

MOST_RUNS = 100
FARTHEST = 20  # turns that are moved


@dataclasses.dataclass(frozen=True)
class _Moved:
    """An experiment that went well: how far one thread had to be moved for that."""

    run: Run
    begin: int  # the turns `begin` to `end` of the thread are decisive:
    end: int  # with those before `begin` alone it still failed


@dataclasses.dataclass(frozen=True)
class _Between:
    """Turns of other threads, at a moment when `thread` was somewhere in its work."""

    thread: int
    start: int
    stop: int


def why(session: Session, run: Run) -> Cause | None:
    """Return why the check failed or a thread raised, if experiments show it."""
    if _turns_of_events(run)[-1:] != [len(run.turns.schedule) - 1]:
        return None  # some of its turns have left no trace
    looking = _Looking(Attempts(session, MOST_RUNS), run)
    try:
        return looking.for_an_interruption() or looking.for_a_wrong_order()
    except CannotBeFollowed:  # in another order the code does what is refused
        return None


class _Looking:
    """The search for the turns that make a run fail."""

    def __init__(self, attempts: Attempts, run: Run) -> None:
        self._attempts = attempts
        self._run = run
        self._turns = run.turns.schedule
        self._turn_of = _turns_of_events(self._run)
        self._is_split = False  # a thread was interrupted where it must not be
        self._gave_up = False  # before all that might help was tried
        self._one_sided: list[tuple[_Between, _Moved, bool]] = []

    def for_an_interruption(self) -> Cause | None:
        """Return the shortest stretch of one thread that must not be interrupted."""
        found: list[tuple[int, Cause | None]] = []
        for gap in self._gaps():
            later = self._moved_later(gap)
            part, earlier = self._moved_earlier_in(gap)
            if earlier and later:
                before = self._clashes_before(gap, later)
                after = self._clashes_after(part, earlier)
                after += self._acts(part, earlier, before)
                cause = interrupted(self._run.story, before, after)
                found.append((later.end + earlier.end, cause))
            elif earlier:
                self._one_sided.append((part, earlier, True))
            elif later:
                self._one_sided.append((gap, later, False))
        self._is_split = bool(found)
        named = [it for it in found if it[1]]
        return min(named, key=lambda it: it[0])[1] if named else None

    def for_a_wrong_order(self) -> Cause | None:
        """Return which thread does something too early, or too late."""
        if self._is_split or self._gave_up:  # then the order may only hide that
            return None
        story, accesses = self._run.story, self._run.accesses
        for between, moved, early in (*self._one_sided, *self._out_of_order()):
            clashes = (
                self._clashes_after(between, moved)
                if early
                else self._clashes_before(between, moved)
            )
            if cause := in_wrong_order(story, clashes, early, accesses):
                return cause
        for clashes in self._before_all_others():
            if cause := in_wrong_order(story, clashes, True, accesses):
                return cause
        return None

    # ---- what may be moved

    def _gaps(self) -> Iterator[_Between]:
        """Yield where a thread that had begun, and was not at its end, did not run."""
        for thread in sorted(set(self._turns)):
            own = [n for n, one in enumerate(self._turns) if one == thread]
            ends = own[1:]
            if thread in self._run.unfinished:
                ends = [*ends, len(self._turns)]
            for before, after in zip(own, ends, strict=False):
                if after > before + 1:
                    yield _Between(thread, before + 1, after)

    def _blocks(self, start: int, stop: int) -> list[tuple[int, int]]:
        """Return the stretches of turns of one thread each."""
        found = []
        for _, block in groupby(range(start, stop), key=self._turns.__getitem__):
            own = list(block)
            found.append((own[0], own[-1] + 1))
        return found

    def _out_of_order(self) -> Iterator[tuple[_Between, _Moved, bool]]:
        """Yield threads that help if they come as a whole before or after another."""
        for start, stop in reversed(self._blocks(0, len(self._turns))):
            others = set(range(len(self._run.workers))) - {self._turns[start]}
            for thread in sorted(others):
                between = _Between(thread, start, stop)
                before = thread in self._turns[:start]
                if before and thread not in self._turns[start:]:
                    if moved := self._moved_later(between):
                        yield between, moved, False
                elif not before and (moved := self._moved_earlier(between)):
                    yield between, moved, True

    def _before_all_others(self) -> Iterator[list[Clash]]:
        """Yield what a thread meets too early, if it helps that it comes last."""
        for start, stop in self._blocks(0, len(self._turns)):
            thread = self._turns[start]
            if thread in self._turns[:start] or self._attempts.used_up:
                continue
            run = self._try_out(self._turns[:start], {thread})
            if run.failure is None:
                end = run.turns.schedule.index(thread)
                others = set(range(len(run.workers))) - {thread}
                would = self._of(run, others, range(start, end))
                block = _Between(-1, start, stop)
                yield self._to_come(would, run, block)

    # ---- experiments

    def _try_out(self, schedule: Sequence[int], last: Collection[int] = ()) -> Run:
        """Run these turns as far as possible, and then the default."""
        out = self._run.story.left_out
        assert self._run.failure
        # An exception cannot come any more when the threads that it needs have ended.
        enough = self._run.failure.kind == "exception" and not last
        run = self._once_more(schedule, last or out, then_pause=enough)
        if run.paused and run.unfinished - out:  # one waits for a thread left out
            run = self._once_more(schedule, out)
        return run

    def _once_more(
        self, schedule: Sequence[int], last: Collection[int], then_pause: bool = False
    ) -> Run:
        choose = as_far_as_possible(schedule, last, then_pause=then_pause)
        return self._attempts.run(choose, watching=True)

    def _moved_earlier_in(self, gap: _Between) -> tuple[_Between, _Moved | None]:
        """Try to go on at the beginning of a gap, or where others change in it."""
        for start, _ in self._blocks(gap.start, gap.stop):
            part = dataclasses.replace(gap, start=start)
            if moved := self._moved_earlier(part):
                return part, moved
        return gap, None

    def _moved_earlier(self, between: _Between) -> _Moved | None:
        """Let the thread do its next turns before those of the others."""
        start, stop, thread = between.start, between.stop, between.thread
        failed = 0
        for count in range(1, FARTHEST + 1):
            if self._attempts.used_up:
                self._gave_up = True
                break
            rest, to_skip = list[int](), count
            for one in self._turns[start:]:
                if one == thread and to_skip:
                    to_skip -= 1
                else:
                    rest.append(one)
            schedule = [*self._turns[:start], *[thread] * count, *rest]
            run = self._try_out(schedule)
            at = start + count
            if run.turns.schedule[:at] != schedule[:at]:
                break  # it cannot do so many turns there
            if _goes_through(run, at, self._turns[start:stop], thread):
                if run.failure is None:
                    return _Moved(run, failed, count)
                failed = count
        else:
            self._gave_up = True
        return None

    def _moved_later(self, between: _Between) -> _Moved | None:
        """Let the thread do its last turns only after those of the others."""
        start, stop, thread = between.start, between.stop, between.thread
        own = [n for n in range(start) if self._turns[n] == thread]
        failed = 0
        for count in range(1, min(FARTHEST, len(own)) + 1):
            if self._attempts.used_up:
                self._gave_up = True
                break
            moved = set(own[-count:])
            before = [
                one for n, one in enumerate(self._turns[:start]) if n not in moved
            ]
            block = self._turns[start:stop]
            schedule = [*before, *block, *[thread] * count, *self._turns[stop:]]
            run = self._try_out(schedule)
            same = run.turns.schedule[: len(before)] == before
            if same and _goes_through(run, len(before), block, thread):
                if run.failure is None:
                    return _Moved(run, failed, count)
                failed = count
        else:
            self._gave_up |= len(own) > FARTHEST
        return None

    # ---- what the decisive turns have in common with those of the others

    def _clashes_before(self, between: _Between, moved: _Moved) -> list[Clash]:
        """Return what the thread had done, and the others met."""
        own = [n for n in range(between.start) if self._turns[n] == between.thread]
        decisive = set(own[len(own) - moved.end : len(own) - moved.begin])
        return [
            Clash(one, other)
            for one in self._of(self._run, {between.thread}, decisive)
            for other in self._in_between(between)
            if may_clash(one, other)
        ]

    def _clashes_after(self, between: _Between, moved: _Moved) -> list[Clash]:
        """Return what the thread was still to do, and the others met.

        If it has done so later, that is in the failed run.  If the run ended before,
        only the experiment shows what it would have done, to which object.
        """
        thread, start = between.thread, between.start
        turns = range(start + moved.begin, start + moved.end)
        would = self._of(moved.run, {thread}, turns)
        after = [n for n in range(start, len(self._turns)) if self._turns[n] == thread]
        done = self._of(self._run, {thread}, after[moved.begin : moved.end])
        shown = thread not in self._run.story.left_out
        if shown and done and {a.line for a in done} == {a.line for a in would}:
            return [
                Clash(one, other)
                for one in done
                for other in self._in_between(between)
                if may_clash(one, other)
            ]
        return self._to_come(would, moved.run, between)

    def _to_come(
        self, would: Sequence[Access], run: Run, between: _Between
    ) -> list[Clash]:
        """Return what was still to be done, and what it meets in an experiment."""
        return [
            self._as_it_was(Clash(one, other, to_come=True), between.start)
            for one in would
            for met in run.accesses
            if may_clash(one, met)
            for other in self._in_between(between)
            if met.same_step(other)
        ]

    def _as_it_was(self, clash: Clash, start: int) -> Clash:
        """Return the same clash with what the thread did after all, if it did."""
        if clash.one.thread not in self._run.story.left_out:
            for one in self._run.accesses:
                if self._turn_of[one.event] >= start and clash.one.same_step(one):
                    return Clash(one, clash.other)
        return clash

    def _acts(
        self, between: _Between, moved: _Moved, before: Sequence[Clash]
    ) -> list[Clash]:
        """Return what the thread acts on what it had seen with: its decisive step."""
        story, start = self._run.story, between.start
        own = [
            number
            for number, event in enumerate(story.events)
            if event.thread == between.thread and self._turn_of[number] >= start
        ]
        if len(own) <= moved.begin:
            return []
        number = own[moved.begin]
        place = story.events[number].place
        return [
            Clash(step(number, between.thread, place), clash.other) for clash in before
        ]

    def _in_between(self, between: _Between) -> list[Access]:
        others = set(range(len(self._run.workers))) - {between.thread}
        return self._of(self._run, others, range(between.start, between.stop))

    def _of(
        self, run: Run, threads: Collection[int], turns: Collection[int]
    ) -> list[Access]:
        """Return what some threads have read and written in some turns."""
        turn_of = self._turn_of if run is self._run else _turns_of_events(run)
        return [
            one
            for one in run.accesses
            if one.thread in threads and turn_of[one.event] in turns
        ]


def _turns_of_events(run: Run) -> list[int]:
    """Return the turn in which each event was, counted from 0; waiting is not one."""
    found, turn = [], -1
    for event in run.story.events:
        turn += event.waits is None
        found.append(turn)
    return found


def _goes_through(run: Run, at: int, block: Sequence[int], thread: int) -> bool:
    """Tell whether others did the turns of `block` before `thread` went on."""
    quota = Counter(block)
    turns = run.turns.schedule
    for number in range(at, len(turns)):
        one = turns[number]
        if one == thread:
            later = turns[number + 1 :]
            return not any(left > 0 and who in later for who, left in quota.items())
        quota[one] -= 1
    return True
