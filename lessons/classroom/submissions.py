"""Which learners there are in a folder, and where their answers lie.

Reads the file system and nothing else; follows no link out of the folder.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lessons.course import Step

PROGRESS = ".lessons-progress.json"
MAX_BYTES = 1_000_000  # of one file


@dataclass(frozen=True)
class Learner:
    """One folder: a copy of the repository, or only exercise files."""

    name: str
    folder: Path

    def answer(self, step: Step) -> Path | None:
        """Return the file with the answer to `step`, None if there is none.

        Looked for are `stepNN_.../exercise.py`, as in the repository, then
        `stepNN_....py` and `stepNN.py`, at most two folders deep.
        """
        named = (
            f"lessons/{step.name}/exercise.py",
            f"{step.name}/exercise.py",
            f"{step.name}.py",
            f"step{step.number:02}.py",
        )
        for name in named:
            for start in ("", "*/", "*/*/"):
                for path in sorted(self.folder.glob(start + name)):
                    if self._is_own(path):
                        return path
        return None

    def progress(self, step: Step) -> dict[str, Any]:
        """Return what the learner's progress file says of `step`; {} without one."""
        for start in ("", "*/"):
            for path in sorted(self.folder.glob(start + PROGRESS)):
                if self._is_own(path):
                    return _record(path, step)
        return {}

    def _is_own(self, path: Path) -> bool:
        try:
            inside = path.resolve().is_relative_to(self.folder.resolve())
            return inside and path.is_file()
        except OSError:
            return False


def _record(path: Path, step: Step) -> dict[str, Any]:
    try:
        if path.stat().st_size <= MAX_BYTES:
            record = json.loads(path.read_bytes())["steps"][step.slug]
            return record if isinstance(record, dict) else {}
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        pass
    return {}


def learners(folder: Path) -> list[Learner]:
    """Return one learner for each folder in `folder`, in the order of their names."""
    folders = [path for path in folder.iterdir() if path.is_dir()]
    shown = [path for path in folders if not path.name.startswith(".")]
    return [Learner(path.name, path) for path in sorted(shown)]
