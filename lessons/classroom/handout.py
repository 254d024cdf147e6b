"""`python -m lessons handout FILE.zip`: the course as learners get it, without answers.

What is kept back are the solutions, the mended code of the game, and the tests that
know wrong answers.  All steps can be run and judged without them.  `.gitattributes`
names the same files, so that `git archive`, and a zip from GitHub, leave them out, too.
"""

import argparse
import fnmatch
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

from lessons.course import COURSE, ROOT

KEPT_BACK = (
    "lessons/solutions",
    "lessons/game/level_code/*_mended.py",
    "tests/lessons",
    "tests/wrong_answers",
    "tests/judges.py",
    "tests/nursery.py",
    "tests/test_judges.py",
    "tests/test_nursery.py",
    "tests/test_beside.py",
    "tests/test_github.py",
    "tests/test_layout.py",
)
_GIVEN = ("chat", "lessons", "tests")  # folders
_FILES = ("README.md", "LICENSE", "requirements.txt", ".pytest.ini", ".gitignore")
_LEFT = ("__pycache__", ".*_cache", "*.pyc", "exercise.py.*", ".hypothesis")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what `handout` takes."""
    parser.add_argument("file", type=Path, metavar="FILE.zip", help="the zip to write")


def run(options: argparse.Namespace) -> int:
    """Write the zip; return the exit status."""
    target: Path = options.file
    if target.suffix.lower() != ".zip":
        print(f"{target} must end in .zip", file=sys.stderr)
        return 2
    try:
        count = write(target)
    except OSError as error:
        print(f"Cannot write {target}: {error.strerror}", file=sys.stderr)
        return 1
    print(f"{target} was written: {count} files, without solutions and wrong answers.")
    print("Keep your own copy: `grade`, `cards --mended` and `solution` need it.")
    return 0


def write(target: Path) -> int:
    """Write the zip, in a folder named after it; return how many files are in it."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as file:
        paths = sorted(given())
        originals = {step.exercise: step.original for step in COURSE}
        for path in paths:
            name = f"{target.stem}/{path.relative_to(ROOT).as_posix()}"
            file.write(originals.get(path, path), name)  # yours may be filled in
    return len(paths)


def given() -> Iterator[Path]:
    """Yield the files that learners get."""
    for name in _FILES:
        if (ROOT / name).is_file():
            yield ROOT / name
    for name in _GIVEN:
        for path in (ROOT / name).rglob("*"):
            inside = path.relative_to(ROOT)
            if path.is_file() and not (is_kept_back(inside) or _is_left(inside)):
                yield path


def is_kept_back(path: Path) -> bool:
    """Tell whether learners do not get this path, which is relative to the course."""
    return any(
        fnmatch.fnmatch(parent.as_posix(), pattern)
        for parent in (path, *path.parents)
        for pattern in KEPT_BACK
    )


def _is_left(path: Path) -> bool:
    return any(fnmatch.fnmatch(part, left) for part in path.parts for left in _LEFT)
