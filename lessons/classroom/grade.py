"""`python -m lessons grade DIR`: judges the answers of a whole class.

The main thread collects the rows and writes; each of the pool's threads judges one
answer at a time, in processes of its own.
"""

import argparse
import hashlib
import itertools
import json
import os
import queue
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lessons.checking import packages
from lessons.checking.timing import SCALE, is_busy
from lessons.classroom.grades import Row, Store, write_csv, write_json
from lessons.classroom.picture import picture
from lessons.classroom.sandbox import CourseCopy, Nursery, digest, environment
from lessons.classroom.submissions import MAX_BYTES, Learner, learners
from lessons.classroom.suspicion import suspicions
from lessons.course import COURSE, ROOT, Step
from lessons.files import temporary_folder

STORE = ".lessons-grades.json"
TIMEOUT_S = 60.0
GRACE_S = 10.0 * SCALE  # for the supervisor, over the time of the answer
SUPERVISE = "lessons.classroom.supervise"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what `grade` takes."""
    add = parser.add_argument
    add("folder", type=Path, metavar="DIR", help="one folder for each learner")
    add("--steps", type=_steps, default=list(COURSE), help="such as 3 or 1-6 or 1,4-6")
    add("--csv", type=Path, metavar="FILE", help="write the table for a spreadsheet")
    add("--json", type=Path, metavar="FILE", help="write the table for a program")
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
        default=os.cpu_count() or 1,
        metavar="N",
        help="answers judged at once (default: one for each processor)",
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
            f"Nobody was judged, as there is no {' and no '.join(absent)} here. "
            "To install:",
            *packages.install(),
            sep="\n    ",
            file=sys.stderr,
        )
        return 1
    try:
        class_ = learners(options.folder)
    except OSError as error:
        print(f"Cannot read {options.folder}: {error.strerror}", file=sys.stderr)
        return 1
    if not class_:
        print(f"{options.folder} has no folders in it: one for each learner is wanted")
        return 1
    rows, complete = Grading(options, class_).judge_all()
    print(picture(rows))
    try:
        for path, write in ((options.csv, write_csv), (options.json, write_json)):
            if path:
                write(rows, path)
    except OSError as error:
        print(f"Cannot write {error.filename}: {error.strerror}", file=sys.stderr)
        return 1
    if not complete:
        print("Interrupted; the same command goes on from here.", file=sys.stderr)
    return 0 if complete else 130


@dataclass(frozen=True)
class Job:
    """One answer to be judged."""

    learner: Learner
    step: Step
    answer: Path | None


class Grading:
    """One run of `grade`."""

    def __init__(self, options: argparse.Namespace, class_: list[Learner]) -> None:
        self._timeout_s: float = options.timeout
        self._workers: int = options.jobs
        self._store = Store(options.folder / STORE)
        self._nursery = Nursery()
        self._courses: queue.SimpleQueue[CourseCopy] = queue.SimpleQueue()  # free
        self._copies = itertools.count()
        self._digest = digest()
        self._jobs = [
            Job(learner, step, learner.answer(step))
            for learner in class_
            for step in options.steps
        ]

    def judge_all(self) -> tuple[list[Row], bool]:
        """Return the rows in the order of learners and steps, and whether it is all."""
        rows: dict[Job, Row] = {}
        with (
            temporary_folder() as folder,
            ThreadPoolExecutor(self._workers) as pool,
        ):
            self._folder = folder
            futures = {pool.submit(self._judge, job): job for job in self._jobs}
            try:
                for key, row, job in self._as_they_come(futures):
                    rows[job] = row  # first: ctrl-c may come between the two
                    if key:
                        self._keep(key, row)
            except KeyboardInterrupt:
                pool.shutdown(wait=False, cancel_futures=True)
                self._nursery.end_all()
        found = [rows[job] for job in self._jobs if job in rows]
        return found, len(found) == len(self._jobs)

    def _as_they_come(
        self, futures: dict["Future[tuple[str, Row]]", Job]
    ) -> Iterator[tuple[str, Row, Job]]:
        for count, future in enumerate(as_completed(futures), 1):
            key, row = future.result()
            if sys.stderr.isatty():
                left = "" if count < len(futures) else "\n"
                print(f"\r{count}/{len(futures)} judged", end=left, file=sys.stderr)
            yield key, row, futures[future]

    def _keep(self, key: str, row: Row) -> None:
        try:
            self._store.put(key, row)
        except OSError as error:
            print(f"\nCannot keep the rows: {error.strerror}", file=sys.stderr)

    # ---- the pool's threads

    def _judge(self, job: Job) -> tuple[str, Row]:
        """Return the row, with the key under which to keep it if it is a new one."""
        if job.answer is None:
            return "", self._row(job, {"status": "missing"})
        try:
            data = _read(job.answer)
        except OSError as error:
            why = f"The file cannot be read: {error.strerror}"
            return "", self._row(job, {"status": "missing", "diagnosis": why})
        wanted = f"{job.learner.name}/{job.step.slug}/{self._timeout_s:g}/"
        key = wanted + hashlib.sha256(self._digest.encode() + data).hexdigest()
        if kept := self._store.get(key):
            return "", self._row(job, vars(kept))
        course = self._free_course()
        try:
            told = self._told(job, data, course)
        finally:
            self._courses.put(course)
        keep_as = "" if told["status"] == "fault" else key  # it may pass another time
        return keep_as, self._row(job, told)

    def _free_course(self) -> CourseCopy:
        try:
            return self._courses.get_nowait()
        except queue.Empty:  # there are never more than threads in the pool
            return CourseCopy(self._folder / str(next(self._copies)))

    def _told(self, job: Job, data: bytes, course: CourseCopy) -> dict[str, Any]:
        if len(data) > MAX_BYTES:
            return {"status": "failed", "diagnosis": "The file is too large to be read"}
        with temporary_folder() as folder:
            answer = folder / "exercise.py"
            answer.write_bytes(data)
            told = self._supervised(job.step, answer, course)
        if course.was_spoilt():
            return told | _refused("It changes the files of the course", "")
        if told["status"] == "passed" and (reached := _reached(job.step, data)):
            line, what = reached[0]
            return told | _refused(
                f"It passes, but reaches for what it does not need: {what}",
                f"exercise.py, line {line}",
            )
        return told

    def _supervised(
        self, step: Step, answer: Path, course: CourseCopy
    ) -> dict[str, Any]:
        word = os.urandom(8).hex()
        order = {
            "word": word,
            "step": step.number,
            "answer": str(answer),
            "folder": str(answer.parent),
            "course": str(course.root),
            "total_s": self._timeout_s,
        }
        process = self._nursery.start(
            [sys.executable, "-m", SUPERVISE],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=ROOT,
            env=environment(ROOT, answer.parent),
        )
        try:
            limit_s = self._timeout_s + GRACE_S
            said, _ = process.communicate(json.dumps(order).encode() + b"\n", limit_s)
        except subprocess.TimeoutExpired:
            # On a busy machine the judge itself may have begun too late.
            status = "fault" if is_busy() else "hung"
            return {"status": status, "diagnosis": "It could not be ended in time"}
        finally:
            self._nursery.end(process)
        found = said.decode().partition(word)[2]
        if not found:
            return {"status": "crashed", "diagnosis": "It ends the process above it"}
        told: dict[str, Any] = json.loads(found)
        return told

    def _row(self, job: Job, told: dict[str, Any]) -> Row:
        progress = job.learner.progress(job.step)
        hints, seen = progress.get("hints"), progress.get("gave_up")
        return Row(
            job.learner.name,
            job.step.number,
            told["status"],
            told.get("diagnosis", ""),
            told.get("look", ""),
            told.get("ms", 0),
            hints if isinstance(hints, int) else 0,
            seen is True,
        )


def _read(answer: Path) -> bytes:
    with answer.open("rb") as file:
        return file.read(MAX_BYTES + 1)


def _refused(diagnosis: str, look: str) -> dict[str, Any]:
    return {"status": "failed", "diagnosis": diagnosis, "look": look}


def _reached(step: Step, data: bytes) -> list[tuple[int, str]]:
    allowed = "\n".join(
        path.read_text(encoding="utf-8") for path in (step.original, step.solution)
    )
    return suspicions(data, allowed)
