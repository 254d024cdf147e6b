"""Judges the answers of a class: many at once, and what fails once more, alone.

The main thread collects the rows and keeps them; each of the pool's threads judges one
answer at a time, in separate processes.

A machine that is busy can make a right answer fail.  So no failure is believed until
the answer has failed again while nothing else is judged, and a fault of the check or of
the machine is never kept.
"""

import hashlib
import itertools
import json
import os
import queue
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lessons.checking.timing import SCALE, is_busy
from lessons.classroom.encodings import as_utf8
from lessons.classroom.grades import REACHES, Row, Store
from lessons.classroom.sandbox import CourseCopy, Nursery, digest, environment
from lessons.classroom.submissions import MAX_BYTES, Learner
from lessons.classroom.suspicion import suspicions
from lessons.course import ROOT, Step
from lessons.files import temporary_folder

STORE = ".lessons-grades.json"
GRACE_S = 10.0 * SCALE  # for the supervisor, over the time of the answer
# A wait without a limit does not hear ctrl-c on Windows, nor elsewhere if it is pressed
# just before the wait begins.
HEAR_S = 0.1
SUPERVISE = "lessons.classroom.supervise"
DOUBTFUL = ("failed", "crashed", "hung", "fault")  # until it is so again, alone

Told = dict[str, Any]  # what is told of one answer: status, diagnosis and so on
Say = Callable[[str], None]


@dataclass(frozen=True)
class Job:
    """One answer to be judged."""

    learner: Learner
    step: Step
    answer: Path | None


@dataclass(frozen=True)
class Judged:
    """What became of a job: its row, and the key under which to keep that if new."""

    row: Row
    key: str = ""
    is_sure: bool = True  # or it is to be judged again, alone


class Grading:
    """One run of `grade`; `say` is told how far it is."""

    def __init__(
        self,
        folder: Path,
        class_: Sequence[Learner],
        steps: Sequence[Step],
        timeout_s: float,
        workers: int,
        say: Say = lambda text: None,
    ) -> None:
        self._timeout_s = timeout_s
        self._workers = workers
        self._say = say
        self._store = Store(folder / STORE)
        self._nursery = Nursery()
        self._courses: queue.SimpleQueue[CourseCopy] = queue.SimpleQueue()  # free
        self._copies = itertools.count()
        self._digest = digest()
        self._jobs = [
            Job(learner, step, learner.answer(step))
            for learner in class_
            for step in steps
        ]

    def forget(self, class_: Sequence[Learner]) -> None:
        """Judge all answers of these learners again."""
        self._store.forget(learner.name for learner in class_)

    def judge_all(self) -> tuple[list[Row], bool]:
        """Return the rows in the order of learners and steps, and whether it is all."""
        rows: dict[Job, Row] = {}
        is_complete = False
        with (
            temporary_folder() as folder,
            self._nursery,
            ThreadPoolExecutor(self._workers) as pool,
        ):
            self._folder = folder
            try:
                futures = {pool.submit(self._judge, job): job for job in self._jobs}
                doubtful = []
                for judged, job in self._as_they_come(futures):
                    rows[job] = judged.row  # first: ctrl-c may come between the two
                    if judged.is_sure:
                        self._keep(judged)
                    else:
                        doubtful.append(job)
                for number, job in enumerate(doubtful, 1):
                    self._say(f"checking again, alone: {number} of {len(doubtful)}")
                    judged = self._judge(job)
                    rows[job] = judged.row
                    self._keep(judged)
                is_complete = True
            except KeyboardInterrupt:
                pool.shutdown(wait=False, cancel_futures=True)
                self._nursery.end_all()
        return [rows[job] for job in self._jobs if job in rows], is_complete

    def _as_they_come(
        self, futures: dict["Future[Judged]", Job]
    ) -> Iterator[tuple[Judged, Job]]:
        pace = Pace(len(futures))
        waiting = set(futures)
        while waiting:
            done, waiting = wait(waiting, HEAR_S, FIRST_COMPLETED)
            for future in done:
                judged = future.result()
                self._say(pace.passed(is_new=bool(judged.key)))
                yield judged, futures[future]

    def _keep(self, judged: Judged) -> None:
        if not judged.key or judged.row.status == "fault":  # it may pass another time
            return
        try:
            self._store.put(judged.key, judged.row)
        except OSError as error:
            print(f"\nCannot save the rows: {error.strerror}", file=sys.stderr)

    # ---- the pool's threads, and the main thread once they have nothing to do

    def _judge(self, job: Job) -> Judged:
        if job.answer is None:
            return Judged(_row(job, {"status": "missing"}))
        try:
            data = read(job.answer)
        except OSError as error:
            why = f"The file cannot be read: {error.strerror}"
            return Judged(_row(job, {"status": "missing", "diagnosis": why}))
        wanted = f"{job.learner.name}/{job.step.slug}/{self._timeout_s:g}/"
        key = wanted + hashlib.sha256(self._digest.encode() + data).hexdigest()
        if kept := self._store.get(key):
            return Judged(_row(job, vars(kept)))
        course = self._free_course()
        try:
            told = self._told(job, as_utf8(data), course)
            is_sure = _is_sure(told)
            is_alone = self._workers == 1
            if not is_sure and is_alone and not self._nursery.has_ended_all:
                told, is_sure = self._told(job, as_utf8(data), course), True
        finally:
            self._courses.put(course)
        return Judged(_row(job, told), key, is_sure)

    def _free_course(self) -> CourseCopy:
        try:
            return self._courses.get_nowait()
        except queue.Empty:  # there are never more than threads in the pool
            return CourseCopy(self._folder / str(next(self._copies)))

    def _told(self, job: Job, data: bytes, course: CourseCopy) -> Told:
        if len(data) > MAX_BYTES:
            return _refused("The file is too large to be read", "") | {"sure": True}
        with temporary_folder() as folder:
            answer = folder / "exercise.py"
            answer.write_bytes(data)
            told = self._supervised(job.step, answer, course)
        if course.was_spoilt():
            return told | _refused("It changes files of the course", "")
        if told["status"] == "passed" and (reached := _reached(job.step, data)):
            line, what = reached[0]
            text = _line(data, line)
            look = f"exercise.py, line {line}: {text}"
            return told | _refused(REACHES + what, look) | {"sure": True}
        return told

    def _supervised(self, step: Step, answer: Path, course: CourseCopy) -> Told:
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
        said, late, was_swarm = b"", False, False
        try:
            limit_s = self._timeout_s + GRACE_S
            said, _ = process.communicate(json.dumps(order).encode() + b"\n", limit_s)
        except subprocess.TimeoutExpired:
            late = True
        finally:
            was_swarm = self._nursery.end(process)
        if was_swarm:
            why = "It starts more and more processes"
            return {"status": "crashed", "diagnosis": why, "sure": True}
        if late:  # on a busy machine the judge itself may have begun too late
            status = "fault" if is_busy() else "hung"
            return {"status": status, "diagnosis": "It could not be stopped in time"}
        found = said.decode().partition(word)[2]
        if not found:
            return {"status": "crashed", "diagnosis": "It ends the process above it"}
        told: Told = json.loads(found)
        return told


class Pace:
    """How far the judging is, and how long it will go on."""

    def __init__(self, total: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._total = total
        self._clock = clock
        self._begun_at = clock()
        self._done = self._new = 0

    def passed(self, is_new: bool) -> str:
        """Count one more; return what to say. What was kept takes no time."""
        self._done += 1
        self._new += is_new
        said = f"{self._done}/{self._total} graded"
        left = self._total - self._done
        if not self._new or not left:
            return said
        left_s = (self._clock() - self._begun_at) / self._new * left
        if left_s < 60:
            return f"{said}, less than a minute left"
        return f"{said}, about {left_s / 60:.0f} min left"


def _is_sure(told: Told) -> bool:
    """Tell whether a busy machine could make no difference."""
    return told["status"] not in DOUBTFUL or bool(told.get("sure"))


def _row(job: Job, told: Told) -> Row:
    progress = job.learner.progress(job.step)
    hints = seen = None
    if progress is not None:
        hints, seen = progress.get("hints", 0), progress.get("gave_up", False)
    return Row(
        job.learner.name,
        job.step.number,
        told["status"],
        told.get("diagnosis", ""),
        told.get("look", ""),
        told.get("ms", 0),
        hints if isinstance(hints, int) else None,
        seen if isinstance(seen, bool) else None,
        told.get("seen", ""),
        told.get("expected", ""),
        told.get("why", ""),
    )


def read(answer: Path) -> bytes:
    """Return an answer, or as much of it as shows that it is too large."""
    with answer.open("rb") as file:
        return file.read(MAX_BYTES + 1)


def _line(data: bytes, number: int) -> str:
    lines = data.decode("utf-8", "replace").splitlines()
    return lines[number - 1].strip() if 0 < number <= len(lines) else ""


def _refused(diagnosis: str, look: str) -> Told:
    return {"status": "failed", "diagnosis": diagnosis, "look": look}


def _reached(step: Step, data: bytes) -> list[tuple[int, str]]:
    allowed = "\n".join(
        path.read_text(encoding="utf-8")
        for path in (step.original, step.solution)
        if path.exists()
    )
    return suspicions(data, allowed)
