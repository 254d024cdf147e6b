"""Judges many answers in a process of its own, while pytest runs the other tests.

Not in threads of pytest's: tests there count the threads and the open files.

`python -m tests.judges RESULTS` reads the answers from standard input, as JSON, and
writes each verdict to the file RESULTS as a line of JSON as soon as there is one.
"""

import contextlib
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
from tests.wrong_answers import Answer

# The checks wait more than they work, so a few run at once; but those of steps 12 and
# 14 run several processes each.
AT_ONCE = 4
BUSY = (12, 14)
BUSY_AT_ONCE = 1
POLL_S = 0.05
LIMIT_S = 1800  # for all of them


class Judges:
    """The verdicts of many answers, on their way; only the main thread enters."""

    def __init__(self, answers: Sequence[Answer]) -> None:
        self._folder = tempfile.TemporaryDirectory()
        self._results = Path(self._folder.name, "results")
        self._results.touch()
        self._read = 0  # bytes of the results
        self._found: dict[str, Any] = {}  # by the answer's id
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
        verdict = _read(answer, self._await(answer.id))
        if title(verdict) != wanted:
            self._process.wait(LIMIT_S)
            first, verdict = verdict, _judge(answer, Path(self._folder.name))
            if title(verdict) == wanted:
                self.only_when_alone.append(f"{answer.id}: {title(first)}")
        return verdict

    def _await(self, answer_id: str) -> Any:
        """Return what was found of an answer; fail if there will be nothing."""
        has_ended = False
        while answer_id not in self._found:
            assert not has_ended, f"no {answer_id}: {self._errors.read_text()}"
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(POLL_S)
                has_ended = True  # and what it has found is in the file
            self._take_in()
        return self._found[answer_id]

    def _take_in(self) -> None:
        """Read what has been found since the last time."""
        with self._results.open("rb") as file:
            file.seek(self._read)
            lines = [line for line in file if line.endswith(b"\n")]  # the last may not
        self._read += sum(map(len, lines))
        self._found.update(map(json.loads, lines))

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
    diagnosis = told["diagnosis"] and Diagnosis(**told["diagnosis"])
    read = {"status": Status(told["status"]), "diagnosis": diagnosis}
    return Verdict(step(answer.step), **(told | read))


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
