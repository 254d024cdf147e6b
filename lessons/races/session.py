"""Many runs of one scenario.

Only one session may be open in a process: it replaces what all threads see.
"""

import threading
from types import FrameType, TracebackType
from typing import Any

from lessons.races import tracing, workers
from lessons.races.failures import CannotRun
from lessons.races.scenario import Scenario
from lessons.races.scheduler import Chooser, Run
from lessons.races.steps import Operation

_open = threading.Lock()  # held while a session is open


class Session:
    """A scenario whose code is being traced; a context manager."""

    def __init__(self, scenario: Scenario[Any]) -> None:
        self.scenario = scenario
        self.files = scenario.named_files()
        self.tracer = tracing.tracer(self.files, scenario.glue(), _reached)

    def __enter__(self) -> "Session":
        if not _open.acquire(blocking=False):
            raise CannotRun("another exploration is going on in this process")
        try:
            self.files = scenario_files(self.scenario, self)
            self.tracer = tracing.tracer(self.files, self.scenario.glue(), _reached)
            self.tracer.start()
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
        self.tracer.stop()
        _open.release()

    def run(self, choose: Chooser, watching: bool = False) -> Run:
        """Run the scenario once, in the order that `choose` says."""
        return Run(self, choose, watching).execute()


def scenario_files(scenario: Scenario[Any], session: Session) -> frozenset[str]:
    """Return the files to follow; this makes a state to look at its class."""
    if scenario.code:
        return scenario.named_files()
    run = Run(session, lambda turn, options: 0, watching=False)
    return scenario.files_of(run.only_make())


def _reached(frame: FrameType, operation: Operation) -> None:
    worker = workers.current()
    if worker:
        worker.run.reached(worker, frame, operation)
