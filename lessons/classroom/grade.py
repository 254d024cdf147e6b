"""`python -m lessons grade DIR`: judges the answers of a whole class.

The options, what is told before and after, and the files that are written.
"""

import argparse
import contextlib
import difflib
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from chat.wire.text import clean
from lessons.checking import packages
from lessons.classroom.copies import equal_ones, is_telling, shape
from lessons.classroom.encodings import as_utf8
from lessons.classroom.feedback import write_feedback
from lessons.classroom.grades import Row, write_csv, write_json, write_wide
from lessons.classroom.grading import Grading, read
from lessons.classroom.picture import fitting, picture
from lessons.classroom.sandbox import unlimited
from lessons.classroom.submissions import Learner, learners
from lessons.course import COURSE, Step
from lessons.files import temporary_folder

TIMEOUT_S = 60.0


class CannotGrade(Exception):
    """Nothing is graded; the text says why."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what `grade` takes."""
    add = parser.add_argument
    add("folder", type=Path, metavar="DIR", help="one folder or zip for each learner")
    add(
        "--steps",
        type=_steps,
        default=list(COURSE),
        help="grade only these steps, such as 3 or 1-6 or 1,4-6",
    )
    add(
        "--only",
        action="append",
        default=[],
        metavar="NAME",
        help="grade only this learner; may be given several times",
    )
    add(
        "--again",
        action="append",
        nargs="?",
        const="",
        default=[],
        metavar="NAME",
        help="grade NAME, or everyone, again",
    )
    add("--all", action="store_true", help="show all diagnoses, not only the first ten")
    add(
        "--csv",
        type=Path,
        metavar="FILE",
        help="write a table with a row for each answer",
    )
    add(
        "--wide",
        type=Path,
        metavar="FILE",
        help="write a table with a row for each learner",
    )
    add(
        "--json",
        type=Path,
        metavar="FILE",
        help="write the table in a form for programs",
    )
    add(
        "--feedback",
        type=Path,
        metavar="FOLDER",
        help="write a page for each learner, to hand back",
    )
    add(
        "--timeout",
        type=_seconds,
        default=TIMEOUT_S,
        metavar="S",
        help="seconds for one answer (default %(default)g)",
    )
    add(
        "--jobs",
        type=_jobs,
        default=(os.cpu_count() or 1) + 1,  # they wait more than they work
        metavar="N",
        help="answers judged at once (default: one more than there are processors)",
    )
    add(
        "--unsafe",
        action="store_true",
        help="grade even if an answer could harm this account or machine",
    )


def _steps(text: str) -> list[Step]:
    chosen = set()
    for part in text.split(","):
        first, _, last = part.partition("-")
        chosen |= set(range(int(first), int(last or first) + 1))
    if wrong := chosen - {step.number for step in COURSE}:
        raise argparse.ArgumentTypeError(f"there is no step {min(wrong)}")
    return [step for step in COURSE if step.number in chosen]


def _seconds(text: str) -> float:
    if not 0 < (seconds := float(text)) <= 3600:
        raise argparse.ArgumentTypeError("more than 0, at most 3600")
    return seconds


def _jobs(text: str) -> int:
    if not 1 <= (jobs := int(text)) <= 64:
        raise argparse.ArgumentTypeError("1 to 64")
    return jobs


def run(options: argparse.Namespace) -> int:
    """Judge all, print the class, and return the exit status."""
    if absent := packages.missing():  # or everyone's answer would be wrong, and kept
        print(
            f"Nothing was graded: not installed here: {', '.join(absent)}. To install:",
            *packages.install(),
            sep="\n    ",
            file=sys.stderr,
        )
        return 1
    try:
        with temporary_folder() as folder:
            return _run(options, folder)
    except CannotGrade as error:
        print(error, file=sys.stderr)
        return 1


def _run(options: argparse.Namespace, folder: Path) -> int:
    class_, lines = _class(options.folder, folder)
    chosen = _named(options.only, class_) if options.only else class_
    again = class_ if "" in options.again else _named(options.again, class_)
    _see_limits(options.unsafe)
    _see_targets(options)
    for learner in chosen:
        lines += learner.not_judged(options.steps)
    grading = Grading(
        options.folder, chosen, options.steps, options.timeout, options.jobs, _say
    )
    grading.forget(again)
    rows, is_complete = grading.judge_all()
    _say("")
    looks = list(_equal_answers(class_, chosen, options.steps))
    _print(rows, lines, looks, options.all)
    try:
        _write(rows, options)
    except OSError as error:
        print(f"Cannot write {error.filename}: {error.strerror}", file=sys.stderr)
        return 1
    if not is_complete:
        print("Interrupted. The same command goes on from here.", file=sys.stderr)
    return 0 if is_complete else 130


def _class(folder: Path, into: Path) -> tuple[list[Learner], list[str]]:
    """Return the learners, and a line about each other file."""
    try:
        class_, lines = learners(folder, into)
    except OSError as error:
        raise CannotGrade(f"Cannot read {folder}: {error.strerror}") from None
    if not class_:
        wanted = "it should have a folder or a zip for each learner"
        raise CannotGrade("\n".join([f"{folder} has no learners: {wanted}", *lines]))
    return class_, lines


def _named(names: Sequence[str], class_: Sequence[Learner]) -> list[Learner]:
    """Return those learners, however their names' letters are written."""
    found = []
    known = {learner.name.casefold(): learner for learner in class_}
    exact = {learner.name: learner for learner in class_}
    for name in names:
        if learner := exact.get(name) or known.get(name.casefold()):
            found.append(learner)
            continue
        close = difflib.get_close_matches(name.casefold(), known, 1)
        advice = f"; did you mean {known[close[0]].name}?" if close else ""
        raise CannotGrade(f"There is no learner {name}{advice}")
    return found


def _see_limits(is_unsafe: bool) -> None:
    """Refuse where an answer could do harm, unless somebody wants it so."""
    if not is_unsafe and (reasons := unlimited()):
        raise CannotGrade(
            f"Nothing was graded: {'; '.join(reasons)}.\nGrade from an account "
            "without anything of value, or add --unsafe if you trust these answers."
        )


def _see_targets(options: argparse.Namespace) -> None:
    """Find out before grading which files could not be written afterwards."""
    for path in (options.csv, options.wide, options.json):
        if path:
            with _told(path):
                is_new = not path.exists()
                path.open("ab").close()
                if is_new:
                    path.unlink()
    if options.feedback:
        with _told(options.feedback):
            options.feedback.mkdir(parents=True, exist_ok=True)
            probe = options.feedback / f".{os.getpid()}"
            probe.open("wb").close()
            probe.unlink()


@contextlib.contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        why = f"Nothing was graded: cannot write {path}: {error.strerror}"
        raise CannotGrade(why) from None


def _say(text: str) -> None:
    """Show how far it is, where somebody looks on."""
    if sys.stderr.isatty():
        room = shutil.get_terminal_size().columns - 1
        print(f"\r{text[:room]:{min(room, 60)}}", end="\r", file=sys.stderr, flush=True)


def _equal_answers(
    class_: Sequence[Learner], chosen: Sequence[Learner], steps: Sequence[Step]
) -> Iterator[str]:
    """Yield a line for answers of the class that are equal to others."""
    for step in steps:
        if not step.solution.is_file():  # as in what was handed out
            continue
        original, solution = step.original.read_bytes(), step.solution.read_bytes()
        if is_telling(original, solution):
            answers = {one: one.answer(step) for one in class_}
            shapes = {one.name: _shape(a) for one, a in answers.items() if a}
            asked = {one.name for one in chosen}
            for names, line in equal_ones(shapes, shape(solution), shape(original)):
                if asked.intersection(names):
                    yield f"step {step.number}: {line}"


def _shape(answer: Path) -> str:
    try:
        return shape(as_utf8(read(answer)))
    except OSError:
        return ""


def _print(
    rows: Sequence[Row], lines: Sequence[str], looks: Sequence[str], everything: bool
) -> None:
    """Print the class; last, and so still on the screen, what to talk about."""
    if lines:
        print("Handed in, but not graded:")
        print(*(f"  {clean(line)}" for line in lines), sep="\n", end="\n\n")
    width = max(40, shutil.get_terminal_size().columns)
    print(picture(rows, [clean(look) for look in looks], width, everything))
    if lines:
        count = "A file was" if len(lines) == 1 else f"{len(lines)} files were"
        print(fitting(f"{count} not graded: see above the table.", width))


def _write(rows: Sequence[Row], options: argparse.Namespace) -> None:
    """Write the files that were asked for; OSError is possible."""
    targets: list[tuple[Path | None, Callable[[Sequence[Row], Path], None]]] = [
        (options.csv, write_csv),
        (options.wide, write_wide),
        (options.json, write_json),
        (options.feedback, write_feedback),
    ]
    for path, write in targets:
        if path:
            write(rows, path)
