"""Many runs of one scenario.

The thread that explores enters; the threads of a run enter `_reached` before each step.

Only one session can be open in a process, because a run replaces what all threads see.
A second one is refused and does not wait: if it is opened in a thread of the first, it
would wait forever.  What is the same for every run is found out only once: the files
to follow, their steps, and what has to be replaced.
"""

import contextlib
import itertools
import os
import sys
import threading
from collections.abc import Callable
from types import CodeType, FrameType, TracebackType
from typing import Any

from lessons.races import execution, primitives, selftest, tracing, workers
from lessons.races.bytecode import has_columns
from lessons.races.failures import CannotRun
from lessons.races.scenario import Scenario, modules_of
from lessons.races.scheduler import Run
from lessons.races.steps import Operation
from lessons.races.turns import Chooser, the_default

MOST_STEPS = 2_000  # in all the attempts for one purpose
_open = threading.Lock()  # held while a session is open


class Session:
    """A scenario whose code is being traced; a context manager."""

    def __init__(self, scenario: Scenario[Any]) -> None:
        self.scenario = scenario
        self._follow(scenario.named_files())

    def __enter__(self) -> "Session":
        if not _open.acquire(blocking=False):
            raise CannotRun("another exploration is going on in this process")
        try:
            selftest.on_first_use(_run_once)
            self._begin()
        except BaseException:
            _open.release()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._end()
        _open.release()

    def run(
        self,
        choose: Chooser,
        watching: bool = False,
        at_end: Callable[[Run], None] = lambda run: None,
    ) -> Run:
        """Run the scenario once, in the order that `choose` says.

        `at_end` is called while the threads are still where the run has left them.
        """
        run = Run(self.scenario, self.tracer, choose, watching)
        execution.execute(run, primitives.for_a_run(self._made_before), at_end)
        return run

    def _begin(self) -> None:
        if not self.scenario.code:
            files = self.scenario.files_of(self._a_state())
            if files != self.tracer.files:
                self._follow(files)
        self.tracer.start()
        self._undo = primitives.put_in_place(self._for_session)
        self._allowed = _stay_on_one_core()

    def _end(self) -> None:
        self.tracer.stop()
        _stay_on(self._allowed)
        primitives.put_back(self._undo)

    def _follow(self, files: frozenset[str]) -> None:
        self.tracer = tracing.tracer(files, self.scenario.glue(), _reached, _entered)
        modules = modules_of(files)
        self._for_session = list(primitives.for_a_session(modules))
        self._made_before = list(itertools.chain(*map(primitives.made_before, modules)))

    def _a_state(self) -> Any:
        """Make a state, only to look at its class."""
        run = Run(self.scenario, self.tracer, the_default)
        for_run = primitives.for_a_run(self._made_before)
        return execution.only_make(run, [*self._for_session, *for_run])


class Attempts:
    """More runs of a scenario that has failed, until they are used up."""

    def __init__(self, session: Session, most_runs: int, patience: int = 1) -> None:
        self._session = session
        self._runs_left, self._steps_left = most_runs, MOST_STEPS * patience

    @property
    def used_up(self) -> bool:
        """Tell whether no more attempts are to be made."""
        return self._runs_left <= 0 or self._steps_left <= 0

    def run(self, choose: Chooser, watching: bool = False) -> Run:
        """Run the scenario once more; raise CannotRun if it is stuck."""
        run = self._session.run(choose, watching)
        self._runs_left -= 1
        self._steps_left -= len(run.story.events)
        if run.failure and run.failure.kind == "stuck":  # each would take seconds
            raise CannotRun("an attempt is stuck")
        return run


def _run_once(scenario: Scenario[Any], choose: Chooser) -> Run:
    """Run a scenario while a session is being opened: the lock is held already."""
    session = Session(scenario)
    session._begin()
    try:
        return session.run(choose)
    finally:
        session._end()


def _stay_on_one_core() -> set[int]:
    """Keep this thread, and those that it starts, on one core; return where it was.

    They take turns, and to wake up another core for each turn takes longer than the
    turn itself.
    """
    if sys.platform != "linux":
        return set()
    allowed = os.sched_getaffinity(0)
    _stay_on({sorted(allowed)[os.getpid() % len(allowed)]})  # not all on the same one
    return allowed


def _stay_on(cores: set[int]) -> None:
    if sys.platform == "linux":
        with contextlib.suppress(OSError):  # a container may forbid it
            os.sched_setaffinity(0, cores)


def _entered(code: CodeType) -> None:
    worker = workers.current()
    if worker:
        if not has_columns(code):  # compiled by a Python with -X no_debug_ranges
            name = os.path.basename(code.co_filename)
            worker.run.refuse(
                f"{name} was compiled without the columns of its source; remove the "
                "folder __pycache__ beside it"
            )
        worker.followed = True


def _reached(frame: FrameType, operation: Operation) -> None:
    worker = workers.current()
    if worker:
        try:  # much faster than contextlib.suppress, and this runs at each step
            worker.run.reached(worker, frame, operation)
        except RecursionError:
            return  # too deep to stop here: the code will find out in a moment
