"""What went wrong in a run, in words.

Each function takes the few things that it has to know, not the whole run, so this file
is below the scheduler.  The thread that explores enters, and whichever has the baton.
"""

import inspect
import sys
import traceback
from collections.abc import Callable, Sequence
from types import CodeType, FrameType
from typing import Any, NamedTuple

from lessons.races.failures import CannotRun
from lessons.races.steps import Place
from lessons.races.workers import TIME, Held, Worker

_FALSE = "the check returned False"

Follows = Callable[[CodeType], bool]  # tells whether code is part of what is checked


class Failure(NamedTuple):
    """What kind of failure, and the story in a line or a few."""

    kind: str
    reason: str


def after_the_end(check: Callable[[Any], object] | None, state: Any) -> Failure | None:
    """Return what `check` has against the final state."""
    if check is None:
        return None
    try:
        result = check(state)
    except Exception as error:
        return Failure("check", _said_by(error))
    if inspect.iscoroutine(result):
        result.close()
        raise CannotRun("the check is an async function, so it never runs")
    return Failure("check", _FALSE) if result is False else None


def _said_by(error: Exception) -> str:
    """Return an assertion's own message, without what pytest adds to it."""
    if not isinstance(error, AssertionError):
        return describe(error)
    return str(error).split("\nassert ")[0] or "the check failed"


def at_end_of(worker: Worker, error: BaseException | None) -> Failure | None:
    """Return what is wrong with the way in which a thread ended."""
    if error is not None:
        where = _raised_at(worker, error)
        return Failure(
            "exception", f"{worker.name} ended with {describe(error)}{where}"
        )
    kept = [lock for lock in worker.held if not lock.for_news]
    if kept:
        taken = f", which it took {_at(kept[0].taken_at)}" if kept[0].taken_at else ""
        reason = f"{worker.name} ended and still holds {kept[0].label}{taken}"
        return Failure("lock kept", reason)
    return None


def deadlock(workers: Sequence[Worker]) -> Failure:
    """Return who waits for what."""
    waiting = [worker for worker in workers if not worker.done]
    return Failure("deadlock", "\n".join(map(waits, waiting)))


def waits(worker: Worker) -> str:
    """Say who waits, where, and for what."""
    where = _at(worker.at) if worker.at else "before its first step"
    return f"{worker.name} waits {where} {awaited(worker)}"


def awaited(worker: Worker) -> str:
    """Say what a thread waits for, and held by whom."""
    assert worker.waiting is not None
    return waited_for(worker.waiting, worker)()


def waited_for(lock: Held, worker: Worker) -> Callable[[], str]:
    """Return what says, later too, what `worker` waits for now."""
    holder, name = lock.holder, lock.holder_name

    def text() -> str:
        if holder == TIME:
            return "for time to pass"
        if lock.for_news:
            return "to be woken"
        if lock.end_of:
            return f"for {lock.end_of} to end"
        return f"for {lock.label}, held by {'itself' if holder is worker else name}"

    return text


def got(lock: Held, timed_out: bool) -> str:
    """Say why a thread that waited can go on."""
    if timed_out:
        return "its time is up"
    if lock.end_of:
        return f"{lock.end_of} has ended"
    return "was woken" if lock.for_news else f"has {lock.label}"


def no_progress(steps: int, names: Sequence[str]) -> Failure:
    """Return that the threads with these names run forever."""
    who = " and ".join(names)
    return Failure("no progress", f"still running after {steps:,} steps: {who}")


def stuck(workers: Sequence[Worker], follows: Follows, waited_s: float) -> Failure:
    """Return which thread does not come back, and from which line."""
    frames = sys._current_frames()
    for worker in workers:
        frame = frames.get(worker.ident)
        if not worker.done and frame and not worker.baton_awaited:
            place = own_place(follows, frame) or worker.at
            where = f" from line {place.line}: {place.source}" if place else ""
            return Failure(
                "stuck",
                f"{worker.name} has not come back for {round(waited_s, 1):g} s"
                f"{where}\nIt waits for something that the race checker does not see,"
                " such as a socket, a file or a lock made before the run,"
                " or it computes without end.",
            )
    return Failure("stuck", "the race checker does not see what it waits for")


def bad_turn(
    turn: int, number: int, workers: Sequence[Worker], can_run: Sequence[Worker]
) -> str:
    """Say why a thread cannot have the turn that a schedule gives it."""
    if not 0 <= number < len(workers):
        return f"turn {turn} goes to thread {number + 1}, but there is none"
    worker = workers[number]
    why = "has ended"
    if worker.waiting is not None:
        why = f"waits {awaited(worker)}"
    can = " or ".join(f"{one.number + 1} ({one.name})" for one in can_run)
    return (
        f"turn {turn} goes to thread {number + 1} ({worker.name}), which {why}; "
        f"these can run: {can}"
    )


def shown(watch: Callable[[Any], object] | None, state: Any) -> str:
    """Return the watched state as text."""
    assert watch is not None
    try:
        value = watch(state)
    except CannotRun as error:
        return f"not to be seen: {error}"
    return value if isinstance(value, str) else repr(value)


def describe(error: BaseException) -> str:
    """Return an exception as the last line of its traceback.

    To that of an `assert`, pytest adds lines about each part.
    """
    text = traceback.format_exception_only(error)[-1].strip()
    return text.split("\n")[0] if isinstance(error, AssertionError) else text


def _at(place: Place) -> str:
    return f"at line {place.line}"


def _raised_at(worker: Worker, error: BaseException) -> str:
    """Say where in the code under test an exception came from."""
    follows = worker.run.tracer.follows
    lines = [
        line
        for frame, line in traceback.walk_tb(error.__traceback__)
        if follows(frame.f_code)
    ]
    return f" at line {lines[-1]}" if lines else ""


def own_place(follows: Follows, frame: FrameType | None = None) -> Place | None:
    """Return where `frame`, or the calling thread, is in the code under test."""
    inner: FrameType | None = frame or sys._getframe(1)
    while inner and not follows(inner.f_code):
        inner = inner.f_back
    return Place(inner.f_code, inner.f_lineno) if inner else None
