"""The table of a class: its rows, the file that keeps them, CSV and JSON.

One thread enters.
"""

import csv
import dataclasses
import json
import locale
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lessons.files import write_whole

_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # with which a spreadsheet's formula begins
# Where an answer passes, but reaches for the checker, its processes or files.
REACHES = "It passes, but uses what it does not need: "


@dataclass(frozen=True)
class Row:
    """How one learner did in one step."""

    learner: str
    step: int
    status: str  # passed, failed, not done, hung, crashed, fault, missing
    diagnosis: str
    look: str  # the line of the learner's file
    ms: int
    hints: int | None  # as the learner's progress file tells; None without one
    solution_seen: bool | None
    seen: str = ""  # the other parts of the diagnosis
    expected: str = ""
    why: str = ""

    @property
    def reaches(self) -> bool:
        """Whether the checks pass, but somebody should look at it."""
        return self.diagnosis.startswith(REACHES)


COLUMNS = tuple(field.name for field in dataclasses.fields(Row))[:8]  # of the CSV


class Store:
    """The rows so far, in a file, so that an interrupted run can be continued.

    A row counts as long as the answer and the course are what they were.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._rows: dict[str, dict[str, Any]] = {}
        try:
            rows = json.loads(path.read_bytes())
            self._rows = {key: rows[key] for key in rows if isinstance(rows[key], dict)}
        except (OSError, ValueError, TypeError, RecursionError):
            pass

    def get(self, key: str) -> Row | None:
        """Return the row that is kept under `key`."""
        try:
            return Row(**self._rows[key])
        except (LookupError, TypeError):
            return None

    def put(self, key: str, row: Row) -> None:
        """Keep a row; OSError is possible."""
        self._rows[key] = dataclasses.asdict(row)
        write_whole(self._path, json.dumps(self._rows, indent=1).encode())

    def forget(self, learners: Iterable[str]) -> None:
        """Let go of what is kept of these; the file changes with the next row."""
        names = set(learners)
        kept = self._rows.items()
        self._rows = {k: row for k, row in kept if row.get("learner") not in names}


def write_csv(rows: Iterable[Row], path: Path) -> None:
    """Write the table for a spreadsheet, which must take no name for a formula."""
    _write_table(path, [COLUMNS, *map(_long, rows)], ",")


def _long(row: Row) -> list[object]:
    values = [getattr(row, name) for name in COLUMNS]
    return ["" if value is None else value for value in values]


def write_wide(rows: Sequence[Row], path: Path) -> None:
    """Write a learner a row and a step a column, with totals, for this user's Excel."""
    steps = sorted({row.step for row in rows})
    names = list(dict.fromkeys(row.learner for row in rows))
    of = {(row.learner, row.step): row for row in rows}
    totals = ("passed", "hints", "solutions seen", "seconds")
    table: list[list[object]] = [["learner", *steps, *totals]]
    for name in names:
        own = [of[name, step] for step in steps if (name, step) in of]
        status = [_word(of[name, s]) if (name, s) in of else "" for s in steps]
        table.append([name, *status, *_totals(own)])
    passed = [sum(r.status == "passed" for r in rows if r.step == s) for s in steps]
    table.append([f"passed, of {len(names)}", *passed, *_totals(rows)])
    _write_table(path, table, separator())


def _word(row: Row) -> str:
    return "uses too much" if row.reaches else row.status


def _totals(rows: Sequence[Row]) -> list[object]:
    hints = [row.hints for row in rows if row.hints is not None]
    seen = [row.solution_seen for row in rows if row.solution_seen is not None]
    return [
        sum(row.status == "passed" for row in rows),
        sum(hints) if hints else "",
        sum(seen) if seen else "",
        round(sum(row.ms for row in rows) / 1000),
    ]


def separator() -> str:
    """Return what separates columns where this user lives.

    Excel takes a semicolon wherever the comma is in the numbers.
    """
    before = locale.setlocale(locale.LC_NUMERIC)
    try:
        locale.setlocale(locale.LC_NUMERIC, "")
        return ";" if locale.localeconv()["decimal_point"] == "," else ","
    except locale.Error:
        return ","
    finally:
        locale.setlocale(locale.LC_NUMERIC, before)


def _write_table(path: Path, table: Iterable[Sequence[object]], separator: str) -> None:
    # With a byte order mark: without it Excel takes UTF-8 for something else.
    with path.open("w", encoding="utf-8-sig", newline="", errors="replace") as file:
        writer = csv.writer(file, delimiter=separator)
        writer.writerows(map(_safe, table))


def _safe(values: Sequence[object]) -> list[object]:
    return [
        f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
        for value in values
    ]


def write_json(rows: Iterable[Row], path: Path) -> None:
    """Write the table for a program."""
    table = [dataclasses.asdict(row) for row in rows]
    text = json.dumps(table, indent=1, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8", errors="backslashreplace")
