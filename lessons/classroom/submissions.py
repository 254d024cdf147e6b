"""Which learners there are in a folder, and where their answers lie.

Reads the file system, unpacks what was handed in as a zip, and follows no link out of
the folder.  What looks like an answer and is not judged is told, one line for each:
nobody should be graded "missing" because of a name.
"""

import json
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from lessons.classroom.archives import PACKED, SKIPPED, CannotOpen, unpack
from lessons.course import COURSE, ROOT, Step

PROGRESS = ".lessons-progress.json"
MAX_BYTES = 1_000_000  # of one file
DEEPEST = 6  # folders
MOST_FILES = 5_000  # that are looked at for one learner
MOST_ZIPS = 20  # that are opened for one learner
_OF_THE_COURSE = ("lessons/solutions", "lessons/originals", "tests/wrong_answers")
_KEPT_BY_RESET = re.compile(r"exercise\.py\.\w+-\d+")
_NUMBER = re.compile(r"step[ _-]?0*(\d{1,2})(?!\d)", re.IGNORECASE)


@dataclass(frozen=True)
class Learner:
    """What one has handed in: a copy of the repository, or only exercise files."""

    name: str
    folders: tuple[Path, ...]  # their own, and what their zips hold
    unpacking: tuple[str, ...] = ()  # lines about the zips

    def answer(self, step: Step) -> Path | None:
        """Return the file with the answer to `step`, None if there is none.

        Looked for are `stepNN_.../exercise.py`, as in the repository, then
        `stepNN_....py` and `stepNN.py`, in folders and in zips.
        """
        return next(iter(self._answers(step)), None)

    def _answers(self, step: Step) -> list[Path]:
        """Return all files that have one of the names, the best first."""
        named = (
            f"lessons/{step.name}/exercise.py",
            f"{step.name}/exercise.py",
            f"{step.name}.py",
            f"step{step.number:02}.py",
        )
        found = []
        for folder, relative in self._files:
            for rank, name in enumerate(named):
                if f"/{relative}".endswith(f"/{name}"):
                    depth = relative.count("/")
                    found.append((rank, depth, folder / relative))
                    break
        return [path for _, _, path in sorted(found, key=lambda each: each[:2])]

    def progress(self, step: Step) -> dict[str, Any] | None:
        """Return what the learner's progress file says of `step`; None without one."""
        found = [(f, r) for f, r in self._files if f"/{r}".endswith(f"/{PROGRESS}")]
        for folder, relative in sorted(found, key=lambda each: each[1].count("/")):
            return _record(folder / relative, step)
        return None

    def not_judged(self, steps: Sequence[Step]) -> list[str]:
        """Return a line for each file that looks like an answer and is not taken."""
        taken = {self.answer(step): step for step in COURSE}
        lines = list(self.unpacking)
        for folder, relative in self._files:
            if folder / relative not in taken:
                lines += self._why_not(folder, relative, steps)
        if not any(taken.keys() - {None}) and not lines:
            lines = self._something_else()
        return [f"{self.name}: {line}" for line in lines]

    def _why_not(
        self, folder: Path, relative: str, steps: Sequence[Step]
    ) -> Iterator[str]:
        path = Path(relative)
        if path.suffix.lower() == ".ipynb":
            yield f"{path.name} is a notebook; its code must be in a file exercise.py"
            return
        if path.suffix.lower() in PACKED and path.suffix.lower() != ".zip":
            yield f"{path.name} is not opened: hand in a folder or a zip"
            return
        if not _looks_like_an_answer(path) or _is_given(path):
            return
        step = _step_of(path)
        if step is None:
            yield (f"{relative}: which step? It must be in a folder named after a step")
        elif step in steps:
            answers = self._answers(step)
            judged = answers[0].name if answers else "exercise.py"
            same = answers and _same(answers[0], folder / relative)
            if not same:
                other = "is" if answers else "would be"
                yield (
                    f"step {step.number}: {relative} is not graded, {judged} {other}"
                )

    def _something_else(self) -> list[str]:
        """Say what there is where no answer was found."""
        names = [Path(r).name for _, r in self._files if r.lower().endswith(".py")]
        if not names:
            return []
        more = f" and {len(names) - 3} more" if len(names) > 3 else ""
        return [f"no answer was found; there is {', '.join(names[:3])}{more}"]

    @cached_property
    def _files(self) -> list[tuple[Path, str]]:
        """Return all files that may matter: the folder, and the path in it."""
        return [
            (folder, relative) for folder in self.folders for relative in _walk(folder)
        ]


def _looks_like_an_answer(path: Path) -> bool:
    if _KEPT_BY_RESET.fullmatch(path.name):
        return False
    name = path.name.lower()
    is_code = name.endswith((".py", ".py.txt", ".pyw"))
    is_named = name.startswith("exercise") or bool(_NUMBER.match(name))
    return is_code and is_named


def _is_given(path: Path) -> bool:
    """Tell whether the course itself has a file there, as in a copy of all of it."""
    parts = path.parts
    below = parts[parts.index("lessons") :] if "lessons" in parts else ("nowhere",)
    return ROOT.joinpath(*below).exists()


def _step_of(path: Path) -> Step | None:
    """Return the step that a file's name, or that of its folder, speaks of."""
    for part in (path.name, *reversed(path.parent.parts)):
        if found := _NUMBER.search(part):
            number = int(found[1])
            return COURSE[number - 1] if 1 <= number <= len(COURSE) else None
    return None


def _same(one: Path, other: Path) -> bool:
    try:
        return one.read_bytes() == other.read_bytes()
    except OSError:
        return False


def _walk(folder: Path) -> list[str]:
    """Return the paths of the files in a folder, as many and as deep as is sensible."""
    found: list[str] = []
    waiting = [(folder, "", 0)]
    for place, prefix, depth in waiting:  # it grows in the loop: the near ones first
        try:
            entries = sorted(os.scandir(place), key=lambda entry: entry.name)
        except OSError:
            continue
        for entry in entries:
            name = prefix + entry.name
            if entry.is_dir(follow_symlinks=False):
                if depth < DEEPEST and not _is_foreign(name):
                    waiting.append((place / entry.name, f"{name}/", depth + 1))
            elif _is_own(place / entry.name, folder):
                found.append(name)
        if len(found) > MOST_FILES:
            break
    return found[:MOST_FILES]


def _is_foreign(name: str) -> bool:
    """Tell whether a folder is not the learner's work."""
    last = name.rpartition("/")[2]
    of_the_course = f"/{name}".endswith(tuple(f"/{each}" for each in _OF_THE_COURSE))
    return last.startswith(".") or last in (*SKIPPED, "venv") or of_the_course


def _is_own(path: Path, folder: Path) -> bool:
    try:
        inside = path.resolve().is_relative_to(folder.resolve())
        return inside and path.is_file()
    except OSError:
        return False


def _record(path: Path, step: Step) -> dict[str, Any] | None:
    try:
        if path.stat().st_size <= MAX_BYTES:
            record = json.loads(path.read_bytes())["steps"].get(step.slug, {})
            return record if isinstance(record, dict) else None
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        pass
    except RecursionError:
        pass
    return None


# ---- the class


def learners(folder: Path, into: Path) -> tuple[list[Learner], list[str]]:
    """Return the learners in the order of their names, and a line for each other file.

    There is one for each folder and each zip in `folder`; zips are unpacked in `into`.
    """
    found, lines = [], []
    entries = [path for path in sorted(folder.iterdir()) if path.name[0] != "."]
    names = {path.name for path in entries if path.is_dir()} - set(SKIPPED)
    for path in entries:
        if path.name in names:
            found.append(_of_folder(path, into))
        elif path.suffix.lower() == ".zip" and path.is_file():
            if path.stem in names:
                lines.append(
                    f"{path.name} is not opened: there is a folder {path.stem}"
                )
            else:
                unpacked, said = _unpacked(path, into)
                found.append(Learner(path.stem, tuple(unpacked), tuple(said)))
        elif path.suffix.lower() in (".py", ".ipynb", *PACKED):
            lines.append(
                f"{path.name} does not belong to a learner: each has a folder or a zip"
            )
    return sorted(found, key=lambda learner: learner.name), lines


def _of_folder(folder: Path, into: Path) -> Learner:
    folders, said = [folder], []
    zips = [name for name in _walk(folder) if name.lower().endswith(".zip")]
    for name in zips[:MOST_ZIPS]:
        unpacked, lines = _unpacked(folder / name, into)
        folders += unpacked
        said += lines
    if len(zips) > MOST_ZIPS:
        said.append(f"{len(zips) - MOST_ZIPS} zips are not opened: there are too many")
    return Learner(folder.name, tuple(folders), tuple(said))


def _unpacked(archive: Path, into: Path) -> tuple[list[Path], list[str]]:
    """Return the folder with what a zip holds, and the lines about it."""
    target = into / str(len(list(into.iterdir())))
    target.mkdir()
    try:
        lines = unpack(archive, target)
    except CannotOpen as error:
        return [], [f"{archive.name} is not opened: {error}"]
    return [target], [f"{archive.name}: {line}" for line in lines]
