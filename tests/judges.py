"""Judges many answers in a process of its own, while pytest runs the other tests.

Not in threads of pytest's: tests there count the threads and the open files.

`python -m tests.judges RESULTS` reads the answers from standard input, as JSON, and
writes each verdict to the file RESULTS as a line of JSON as soon as there is one.
"""

import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from lessons.checking import Status, Verdict, judge
from lessons.checking.diagnosis import Diagnosis
from lessons.course import ROOT, step
from tests.nursery import HAS_FORK, Nursery
from tests.support import until
from tests.wrong_answers import Answer

# The checks wait more than they work, so a few run at once; but those of steps 12 and
# 14 run several processes each.
AT_ONCE = 4
BUSY = (12, 14)
BUSY_AT_ONCE = 1
LIMIT_S = 1800  # for all of them


class Judges:
    """The verdicts of many answers, on their way; only the main thread enters."""

    def __init__(self, answers: Sequence[Answer]) -> None:
        self._folder = tempfile.TemporaryDirectory()
        self._results = Path(self._folder.name, "results")
        self._results.touch()
        self._errors = Path(self._folder.name, "errors")
        with self._errors.open("wb") as errors:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.judges", str(self._results)],
                cwd=ROOT,
                stdin=subprocess.PIPE,
                stdout=errors,
                stderr=errors,
            )
        told = [{"step": a.step, "name": a.name, "text": a.text} for a in answers]
        # It is left open: when pytest is gone, however it ended, the other process
        # reads the end of it, and ends with all that it has started.
        assert self._process.stdin
        self._process.stdin.write(json.dumps(told).encode() + b"\n")
        self._process.stdin.flush()
        self.only_when_alone: list[str] = []

    def verdict(self, answer: Answer, wanted: str | None) -> Verdict:
        """Return the verdict on an answer that should get this title, None: pass.

        If it gets another one, it is judged once more when nothing else is.  A check
        that is right only then depends on how busy the machine is, which is a fault
        of the check: the summary of the run names it.
        """
        until(lambda: answer.id in self._found(), f"no {answer.id}", LIMIT_S)
        verdict = _read(answer, self._found()[answer.id])
        if title(verdict) != wanted:
            self._process.wait(LIMIT_S)
            first, verdict = verdict, _judge(answer, Path(self._folder.name))
            if title(verdict) == wanted:
                self.only_when_alone.append(f"{answer.id}: {title(first)}")
        return verdict

    def _found(self) -> dict[str, Any]:
        """Return the results so far; fail if there will be no more."""
        has_ended = self._process.poll() is not None  # asked first: no line is missed
        lines = self._results.read_text("utf-8").splitlines()
        assert not (has_ended and self._process.returncode), self._errors.read_text()
        return dict(map(json.loads, lines))

    def close(self) -> None:
        """End what is still being judged, and leave nothing behind."""
        assert self._process.stdin
        self._process.stdin.close()
        self._process.kill()  # the nursery ends with it
        self._process.wait()
        self._folder.cleanup()


def title(verdict: Verdict) -> str | None:
    """Return what the diagnosis is called, if there is one."""
    return verdict.diagnosis.title if verdict.diagnosis else None


def _read(answer: Answer, told: dict[str, Any]) -> Verdict:
    diagnosis = told.pop("diagnosis")
    return Verdict(
        step(answer.step),
        Status(told.pop("status")),
        diagnosis and Diagnosis(**diagnosis),
        **told,
    )


def _judge(answer: Answer, folder: Path, **how: Any) -> Verdict:
    file = folder / f"{answer.id}.py"
    file.write_text(answer.text, encoding="utf-8")
    return judge(step(answer.step), file, **how)


# ---- in the process that judges


def main(results: Path) -> None:
    """Judge all answers of standard input."""
    answers = [Answer(**told) for told in json.loads(sys.stdin.readline())]
    threading.Thread(target=_end_with_the_tests, daemon=True).start()
    nursery = Nursery(dict(os.environ)) if HAS_FORK else None
    how = {"start": nursery.start} if nursery else {}
    lock = threading.Lock()  # guards the file
    with (
        tempfile.TemporaryDirectory() as folder,
        results.open("a", encoding="utf-8", buffering=1) as file,
        ThreadPoolExecutor(AT_ONCE) as pool,
        ThreadPoolExecutor(BUSY_AT_ONCE) as busy,
    ):

        def work(answer: Answer) -> None:
            verdict = _judge(answer, Path(folder), **how)
            told = {
                "status": verdict.status,
                "diagnosis": verdict.diagnosis and verdict.diagnosis.as_dict(),
                "passed": verdict.passed,
                "current": verdict.current,
                "output": verdict.output,
                "ms": verdict.ms,
            }
            with lock:
                file.write(json.dumps([answer.id, told]) + "\n")

        jobs = [
            (busy if answer.step in BUSY else pool).submit(work, answer)
            for answer in answers
        ]
    for job in jobs:
        job.result()
    if nursery:
        nursery.close()


def _end_with_the_tests() -> None:
    os.read(0, 1)  # not from sys.stdin: chat/terminal/tty.py says why
    os._exit(1)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
