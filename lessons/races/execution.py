"""One run from its beginning to its end, for the thread that explores.

That thread enters, and no other.  It makes the state, starts the threads of the run,
gives the baton away and waits until the run is over.

While a run goes on, locks, clocks and `Thread.start` are replaced for the whole
process, because the standard library looks them up there.  Whatever happens, they are
put back.

At the end every thread that is parked gets an Unwind, an exception that ends it.  If
its code catches that, it is sent another one.  A thread that is stuck in C cannot be
ended, and stays.
"""

import contextlib
import functools
import gc
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

from lessons.races import diagnosis, primitives
from lessons.races.library import Replacement
from lessons.races.scheduler import Run

LOOKS = 8  # at a thread that does not come back
COMPUTES = 1 / 3  # of the patience is enough for one that computes: it has its turns
UNWIND_S = 0.05  # after this the thread is sent another Unwind
TRIES, TRIES_IF_STUCK = 200, 10


def execute(
    run: Run,
    replacements: list[Replacement],
    at_end: Callable[[Run], None],
) -> None:
    """Run to the end, or until the chooser raises Paused.

    `at_end` is called when the run is over, while its threads are still where they are.
    """
    collecting = gc.isenabled()
    gc.disable()  # or finalizers would run at any step
    try:
        with _in_place(run, replacements):
            _play(run, at_end)
    finally:
        if collecting:
            gc.enable()
    if run.error:
        raise run.error


def only_make(run: Run, replacements: list[Replacement]) -> Any:
    """Return the state that the threads would meet in."""
    with _in_place(run, replacements):
        return run.state


@contextlib.contextmanager
def _in_place(run: Run, replacements: list[Replacement]) -> Iterator[None]:
    undo = primitives.put_in_place(replacements)
    primitives.begin(run)
    try:
        run.state = run.scenario.make()
        yield
    finally:
        try:
            _unwind(run)
        finally:
            primitives.end()
            primitives.put_back(undo)


def _play(run: Run, at_end: Callable[[Run], None]) -> None:
    for name, body in run.scenario.threads.items():
        run.add(threading.Thread(name=name), functools.partial(body, run.state))
    run.begin()
    _await_end(run)
    at_end(run)
    if run.failure is None and not run.paused and run.error is None:
        run.failure = diagnosis.after_the_end(run.scenario.check, run.state)
    run.explain()
    run.note()


def _await_end(run: Run) -> None:
    """Wait until the run is over, or a thread is stuck.

    Time alone would also blame a thread that a busy machine does not let run.  A thread
    is stuck if it sleeps at each of the looks that make up the patience, or if nothing
    moves while the process computes for a part of it.
    """
    patience_s = run.scenario.patience_s
    seen, computed_s, slept = -1, 0.0, 0
    while not run.over.acquire(timeout=patience_s / LOOKS):
        moved = len(run.story.events) + len(run.turns.schedule)
        if moved != seen:
            seen, computed_s, slept = moved, time.process_time(), 0
            continue
        slept += all(w.sleeps for w in run.workers if not w.baton_awaited)
        computes = time.process_time() - computed_s > COMPUTES * patience_s
        if computes or slept >= LOOKS:
            waited_s = COMPUTES * patience_s if computes else patience_s
            run.failure = diagnosis.stuck(run.workers, run.tracer.follows, waited_s)
            return


def _unwind(run: Run) -> None:
    """End all threads, one at a time, but for one that is stuck in C."""
    stuck = run.failure is not None and run.failure.kind == "stuck"
    run.stopping = True
    for worker in run.workers if run.begun else ():
        if worker.baton.locked():
            worker.baton.release()
        tries = TRIES_IF_STUCK if stuck else TRIES
        while not worker.gone.acquire(timeout=UNWIND_S) and tries:
            tries -= 1
            primitives.unwind_again(worker.ident)
