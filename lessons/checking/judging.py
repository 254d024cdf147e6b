"""Judges one answer: runs the checks of a step in a separate process.

One thread enters; a timer's thread ends a child that is over its time.
"""

import contextlib
import json
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import IO, Any, Protocol, Self

from lessons.checking.answer import Answer
from lessons.checking.diagnosis import Diagnosis
from lessons.checking.limit import BUSY, STUCK
from lessons.checking.process_tree import OWN_GROUP, ProcessTree
from lessons.checking.timing import SCALE
from lessons.course import ROOT, Step
from lessons.files import temporary_folder

TOTAL_S = 240.0 * SCALE  # all checks of a step: both of step 14, at their limits
LATE_S = 5.0 * SCALE  # for the child to begin, and to end itself when the time is up
MAX_LINE_BYTES = 1_000_000  # from the child: who writes there on purpose fills nothing
OUTPUT_CHARS = 2000  # of what the learner's code prints

Tell = Callable[[str, str], None]  # "begin" or "passed", and which check


class Child(Protocol):
    """The process in which an answer is judged: a Popen, or what does the same."""

    pid: int
    stdin: IO[bytes] | None
    stdout: IO[bytes] | None
    returncode: int | None

    def __enter__(self) -> Self:
        """Return itself."""

    def __exit__(self, *_: Any) -> None:
        """Close the pipes and wait for the end."""

    def kill(self) -> None:
        """End it."""


class Status(StrEnum):
    """How an answer did."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_DONE = "not done"
    HUNG = "hung"
    CRASHED = "crashed"
    FAULT = "fault"  # of the check or the machine: it says nothing about the answer
    MISSING = "missing"


@dataclass
class Verdict:
    """The result of one answer."""

    step: Step
    status: Status = Status.CRASHED
    diagnosis: Diagnosis | None = None
    passed: list[str] = field(default_factory=list)  # the checks
    current: str = ""  # the check at which it ended
    output: str = ""  # what the learner's code printed
    ms: int = 0


def judge(
    step: Step,
    path: Path | None = None,
    tell: Tell = lambda kind, check: None,
    total_s: float = TOTAL_S,
    started: Callable[[Child], None] = lambda process: None,
    start: Callable[..., Child] = subprocess.Popen,
    **popen: Any,
) -> Verdict:
    """Run the checks of `step` on its exercise, or on another file.

    Blocks for `total_s` at most, and a little longer if the child does not end itself
    by then.  `tell` hears of each check as it begins and passes.
    `started` is handed the child, which may be killed when nobody wants the verdict
    any more.  `start` starts it, as Popen does, with `popen` for its settings.
    """
    verdict, path = Verdict(step), path or step.exercise
    if not path.is_file():
        verdict.status, verdict.diagnosis = Status.MISSING, _missing(path)
        return verdict
    begun_at = time.monotonic()
    with temporary_folder() as folder:
        dump, output = folder / "dump", folder / "output"
        with output.open("wb") as printed:
            command = [sys.executable, "-X", "utf8", "-c", _CHILD]
            settings = _HOW | {"stderr": printed, "cwd": ROOT} | popen
            process = start(
                [*command, step.check_module, str(path), str(dump), str(total_s)],
                **settings,
            )
            # Without a group it is in one of the caller's, who then ends all of it.
            tree = ProcessTree(process.pid) if settings["process_group"] == 0 else None
            try:
                started(process)
                told = _listen(verdict, process, tell, total_s)
            finally:
                if tree:
                    tree.end()
        verdict.ms = round((time.monotonic() - begun_at) * 1000)
        if not told:
            _explain_silence(verdict, Answer(path), dump, process.returncode or 0)
        verdict.output = _text(output)[:OUTPUT_CHARS]
    return verdict


_CHILD = "import sys; from lessons.checking import child; child.main(*sys.argv[1:])"
_HOW = OWN_GROUP | {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}


def _listen(verdict: Verdict, process: Child, tell: Tell, total_s: float) -> bool:
    """Take in what the child tells; return whether that was a verdict."""
    word = os.urandom(8).hex()
    late = threading.Timer(total_s + LATE_S, _give_up, (verdict, process))
    late.daemon = True  # ctrl-c may come before `finally` is there to cancel it
    late.start()
    told = False
    with process:  # waits for its end
        try:
            out = process.stdout
            assert process.stdin
            assert out
            with contextlib.suppress(OSError):  # it may have ended at once
                process.stdin.write(f"{word}\n".encode())
                process.stdin.close()
            for line in iter(lambda: out.readline(MAX_LINE_BYTES), b""):
                if not told and line.startswith(word.encode()):
                    kind, value = json.loads(line[len(word) :])
                    told = _take(verdict, kind, value, tell)
        except BaseException:
            process.kill()
            raise
        finally:
            late.cancel()
    return told


def _give_up(verdict: Verdict, process: Child) -> None:
    verdict.status = Status.HUNG
    process.kill()


def _take(verdict: Verdict, kind: str, value: Any, tell: Tell) -> bool:
    if kind == "verdict":
        verdict.status = Status(value[0])
        verdict.diagnosis = Diagnosis(**value[1]) if value[1] else None
        return True
    verdict.current = value
    if kind == "passed":
        verdict.passed.append(value)
    tell(kind, value)
    return False


def _explain_silence(
    verdict: Verdict, answer: Answer, dump: Path, returncode: int
) -> None:
    """Say why the child ended without a verdict: it was stuck, or its code ended it."""
    stuck = _text(dump)  # an answer may have written there, too
    if STUCK in stuck or BUSY in stuck or verdict.status is Status.HUNG:
        verdict.diagnosis = _hung(verdict, answer, stuck)
        verdict.status = Status.HUNG if verdict.diagnosis.look else Status.FAULT
        return
    seen = f"{verdict.current}: the process ended in the middle of this check, "
    seen += f"with status {returncode}"
    if look := answer.line_with("exit(", "kill(", "abort("):
        verdict.diagnosis = Diagnosis(
            "Your code ends the whole program",
            seen=seen,
            expected="Functions that return",
            why="A program that ends takes all its threads and connections with it.",
            look=look,
        )
        return
    verdict.diagnosis = Diagnosis(
        "The check was ended before it had a verdict",
        seen=seen,
        expected="Functions that return, and enough memory for them",
        why="Either your code ends the program, or the system has ended it. The "
        "system does so if a program takes too much memory, or if a "
        "function calls itself too often.",
    )


def _hung(verdict: Verdict, answer: Answer, stuck: str) -> Diagnosis:
    """Name the line that a thread is at, from what faulthandler wrote."""
    seen = (
        f"{verdict.current}: after {verdict.ms / 1000:.0f} s this check was still "
        "running"
    )
    lines = re.findall(rf'File "{re.escape(str(answer.path))}", line (\d+)', stuck)
    if lines:
        return Diagnosis(
            "Your code does not come to an end",
            seen=f"{seen}, and was stopped",
            expected="An end within milliseconds",
            why="Nothing that comes after an endless loop, or after a call that "
            "never returns, is ever done.",
            look=answer.line(int(lines[0])),
        )
    return Diagnosis(
        "There was no verdict in time",
        seen=f"{seen}. It is not known at which line",
        expected="A verdict",
        why="Either your code waits for something that never comes, or the machine "
        "was too busy, or the check has a bug. Try again before you look for a "
        "mistake.",
    )


def _missing(path: Path) -> Diagnosis:
    return Diagnosis(
        "The file is missing",
        seen=f"There is no {path.name} in {path.parent.name}",
        expected="The exercise, under its own name",
        why="There is nothing to judge.",
    )


def _text(path: Path) -> str:
    if not path.exists():
        return ""
    with path.open(encoding="utf-8", errors="replace") as file:
        return file.read(100_000)
