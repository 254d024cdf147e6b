"""What the learner has done: one JSON file, by the slug of the step.

Any number of commands may run at once: each change is read, made and written by
one of them alone.  A file that is missing, broken or not writable stops nothing.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from lessons.course import Step
from lessons.files import alone_with, free_name, patiently, write_whole

VERSION = 1


@dataclass(frozen=True)
class Record:
    """The progress in one step."""

    answers: str = ""  # the letters that were predicted, one for each question
    ran: bool = False  # the demo
    read: bool = False  # the lesson's text
    hints: int = 0  # how many were shown
    gave_up: bool = False  # the solution was shown before the check passed
    done: bool = False


class Progress:
    """The file, and what it said when it was last read."""

    def __init__(self, path: Path, warn: Callable[[str], None]) -> None:
        self._path = path
        self._warn = warn
        self._can_write = True
        self._steps = self._read()

    @property
    def is_new(self) -> bool:
        """Whether no step has been begun."""
        return not self._steps

    def of(self, step: Step) -> Record:
        """Return the progress in `step`; values that make no sense count as missing."""
        known = self._steps.get(step.slug)
        known = known if isinstance(known, dict) else {}
        return Record(
            **{
                field.name: known[field.name]
                for field in fields(Record)
                if type(known.get(field.name)) is field.type
            }
        )

    def note(self, step: Step, **news: object) -> None:
        """Write the new progress in `step`; keep all else in the file."""
        with alone_with(self._path):
            if self._can_write:  # or what is new is known here alone
                self._steps = self._read() or self._steps
            known = self._steps.get(step.slug)
            before = known if isinstance(known, dict) else {}
            if before | news != before:
                self._steps[step.slug] = before | news
                self._write()

    def _read(self) -> dict[str, Any]:
        try:
            content = json.loads(patiently(self._path.read_bytes))
            if content["version"] == VERSION and isinstance(content["steps"], dict):
                return content["steps"]
            self._put_aside("belongs to another version of the course")
        except FileNotFoundError:
            pass
        except OSError as error:
            self._go_without(f"cannot be read ({error.strerror})")
        except (ValueError, LookupError, TypeError, RecursionError):
            self._put_aside("is damaged")
        return {}

    def _put_aside(self, why: str) -> None:
        """Keep the file under another name, and begin a new one."""
        aside = free_name(self._path, "old")
        try:
            self._path.replace(aside)
        except OSError:
            self._go_without(why)
            return
        self._warn(
            f"{self._path.name} {why}; it is kept as {aside.name}. `check --all` "
            "finds out again which steps are done."
        )

    def _go_without(self, why: str) -> None:
        if self._can_write:
            self._warn(f"{self._path.name} {why}; this command goes on without it.")
        self._can_write = False

    def _write(self) -> None:
        if self._can_write:
            content = {"version": VERSION, "steps": self._steps}
            try:
                write_whole(self._path, json.dumps(content, indent=1).encode() + b"\n")
            except OSError as error:
                self._go_without(f"cannot be written ({error.strerror})")
