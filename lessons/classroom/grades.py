"""The table of a class: its rows, the file that keeps them, CSV and JSON.

One thread enters.
"""

import csv
import dataclasses
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lessons.files import write_whole

_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # with which a spreadsheet's formula begins


@dataclass(frozen=True)
class Row:
    """How one learner did in one step."""

    learner: str
    step: int
    status: str  # passed, failed, not done, hung, crashed, fault, missing
    diagnosis: str
    look: str  # the line of the learner's file
    ms: int
    hints: int  # as the learner's progress file tells
    solution_seen: bool


class Store:
    """The rows so far, in a file: a run that was interrupted is gone on with.

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


def write_csv(rows: Iterable[Row], path: Path) -> None:
    """Write the table for a spreadsheet, which must take no name for a formula."""
    # With a byte order mark: without it Excel takes UTF-8 for something else.
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(field.name for field in dataclasses.fields(Row))
        for row in rows:
            writer.writerow(map(_safe, dataclasses.astuple(row)))


def _safe(value: object) -> object:
    text = str(value)
    return "'" + text if isinstance(value, str) and text.startswith(_FORMULA) else value


def write_json(rows: Iterable[Row], path: Path) -> None:
    """Write the table for a program."""
    table = [dataclasses.asdict(row) for row in rows]
    text = json.dumps(table, indent=1, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8", errors="backslashreplace")
