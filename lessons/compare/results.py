"""What was measured so far, its statistics, and the CSV file.

Pure but for `write_csv`.
"""

import csv
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from lessons.compare.works import Outcome, Target, Work

COLUMNS = [
    "round", "work", "server", "value", "unit", "p50", "clients", "senders",
    "in_flight", "generator_busy", "server_busy", "late_ms", "failure",
]  # fmt: skip


@dataclass(frozen=True)
class Spread:
    """The median of some values, with the smallest and the largest."""

    median: float
    low: float
    high: float


@dataclass(frozen=True)
class Measured:
    """One cell in one round: an outcome, or why there is none."""

    round: int
    work: Work
    server: str
    outcome: Outcome | None
    failure: str = ""


@dataclass
class Results:
    """All measurements, in the order in which they were made."""

    measured: list[Measured] = field(default_factory=list)

    def of(self, work: str, server: str) -> list[Measured]:
        """Return what one server did in one work, round by round."""
        return [m for m in self.measured if (m.work.key, m.server) == (work, server)]

    def values(self, work: str, server: str) -> dict[int, float]:
        """Return the values of one cell, by round."""
        return {m.round: m.outcome.value for m in self.of(work, server) if m.outcome}

    def ratio(self, target: Target) -> Spread | None:
        """Return how `chat.server` compares, or None if that is unknown.

        It is the ratio of the medians, with the smallest and the largest ratio of one
        round.  More is better.
        """
        ours = self.values(target.work, "chat")
        theirs = self.values(target.against_work or target.work, target.against)
        if not ours or not theirs:
            return None
        less = any(m.work.less_is_better for m in self.of(target.work, "chat"))
        top, bottom = (theirs, ours) if less else (ours, theirs)
        whole = median(top.values()) / median(bottom.values())
        rounds = [top[r] / bottom[r] for r in top if r in bottom] or [whole]
        return Spread(whole, min(rounds), max(rounds))


def spread(values: list[float]) -> Spread:
    """Return the spread of at least one value."""
    return Spread(median(values), min(values), max(values))


def write_csv(results: Results, path: Path) -> None:
    """Write one row for each cell and round."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(_row(measured) for measured in results.measured)


def _row(measured: Measured) -> dict[str, object]:
    work, outcome = measured.work, measured.outcome
    row: dict[str, object] = {
        "round": measured.round,
        "work": work.key,
        "server": measured.server,
        "unit": work.unit,
        "clients": work.clients,
        "senders": work.senders,
        "in_flight": work.in_flight,
        "failure": measured.failure,
    }
    if outcome is not None:
        row |= {
            "value": f"{outcome.value:.6g}",
            "p50": _optional(outcome.p50),
            "generator_busy": _optional(outcome.generator_busy),
            "server_busy": _optional(outcome.server_busy),
            "late_ms": _optional(outcome.late_ms),
        }
    return row


def _optional(value: float | None) -> str:
    return "" if value is None else f"{value:.4g}"
