"""Where one thread of a run stands between two turns."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lessons.races import diagnosis
from lessons.races.steps import Place
from lessons.races.workers import Worker

if TYPE_CHECKING:
    from lessons.races.tracing import Tracer


@dataclass(frozen=True)
class Standing:
    """One thread between two turns."""

    thread: int  # 1 is the first
    name: str
    can_run: bool
    ended: bool
    at: Place | None  # the step that it does next, or waits in
    waits: str  # "for self.lock, held by conn-1"; empty if it does not
    operations: list[str]  # of the line that it is at, to be opened


def standing(worker: Worker, tracer: "Tracer") -> Standing:
    """Return where a thread stands, as long as it does."""
    held_up = worker.waiting is not None and not worker.ready
    return Standing(
        worker.number + 1,
        worker.name,
        worker.ready or (worker.deadline_s is not None and not worker.done),
        worker.done,
        worker.at,
        diagnosis.awaited(worker) if held_up else "",
        tracer.operations_on(worker.at) if worker.at else [],
    )
