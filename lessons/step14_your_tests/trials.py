"""Tries one test file on many servers at once.

Each of two threads has a process that runs the tests (trial.py) on one server after
the other.  `chat.server` is a separate process; all others are rooms that trial.py
opens.
"""

import json
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lessons.checking import SCALE
from lessons.checking.timing import is_busy
from lessons.compare.servers import Server, running
from lessons.course import ROOT
from lessons.step14_your_tests.servers import PRODUCT

AT_ONCE = 2  # they compute more than they wait
TOTAL_S = 50.0 * SCALE  # all runs of a check; they take one
LEAST_S = TOTAL_S / 5  # for a run that begins just before
MOST_TIMES = 3  # the check may run all twice
LOOKS = round(100 * SCALE)  # at one test: 5 s, and more on a busy machine
HUNG = 86  # the exit status of trial.py when a test hangs; it has written where
LOOKS_AT_A_PROCESS = 6 * LOOKS  # a line that does not come may be awaited ten times


@dataclass(frozen=True)
class Run:
    """A run that is asked for."""

    server: Server
    backwards: bool = False
    to_the_end: bool = False  # not until the first test fails


@dataclass(frozen=True)
class Report:
    """What has come of a run."""

    run: Run
    tests: Sequence[str] = ()  # all that pytest has found
    failed: Sequence[tuple[str, str, int]] = ()  # test, message, line
    skipped: Sequence[str] = ()  # tests, also those that may fail
    visits: int = 0  # connections to a room that was opened for the run
    slept: int = 0  # the line that does, or 0
    broken: str = ""  # why there are no tests
    left_whole: str = ""  # why the whole file is skipped
    hung: bool = False
    hung_at: int = 0  # the line
    died: bool = False  # a test ended the process
    left_out: bool = False  # there was no time for it


def tried(path: Path, runs: Sequence[Run]) -> list[Report]:
    """Return the reports of all `runs`, in their order.

    When one has hung or died, or the time is up, the rest is left out.
    """
    deadline = Deadline(TOTAL_S)
    stuck = threading.Event()

    def do(run: Run) -> Report:
        if stuck.is_set() or deadline.left_s() <= 0:
            return Report(run, left_out=True)
        runner = _idle.pop() if _idle else Runner()
        try:
            with served(run.server) as address:
                left_s = max(deadline.left_s(), LEAST_S)
                report = runner.report(path, run, address, left_s)
        finally:
            _idle.append(runner)
        if report.hung or report.died:
            stuck.set()
        return report

    with ThreadPoolExecutor(AT_ONCE) as threads:
        return list(threads.map(do, runs))


class Deadline:
    """The time for all runs: once more as much, and so on, while the machine is busy.

    The two threads that ask for it share it.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._lock = threading.Lock()  # guards _end_at, _times
        self._end_at = time.monotonic() + seconds
        self._times = 1

    def left_s(self) -> float:
        """Return how many seconds are left; none, or less, if the time is up."""
        with self._lock:
            is_up = time.monotonic() >= self._end_at
            if is_up and self._times < MOST_TIMES and is_busy():
                self._end_at = time.monotonic() + self._seconds
                self._times += 1
            return self._end_at - time.monotonic()


@contextmanager
def served(server: Server) -> Iterator[str]:
    """Start a server; yield its address, or "" for a room that the runner opens."""
    if server.module != PRODUCT.module:
        yield ""
        return
    with running(server) as process:
        host, port = process.address
        yield f"{host}:{port}"


class Runner:
    """A process that runs the tests, and is started again when they hang."""

    def __init__(self) -> None:
        self.process: subprocess.Popen[str] | None = None

    def report(
        self, path: Path, run: Run, address: str = "", left_s: float = TOTAL_S
    ) -> Report:
        """Run the tests on the server at `address`, or in a room that is opened for it.

        After `left_s` it is left out.
        """
        request = {
            "path": str(path),
            "address": address,
            "module": run.server.module,
            "looks": LOOKS_AT_A_PROCESS if address else LOOKS,
            "backwards": run.backwards,
            "to_the_end": run.to_the_end,
        }
        with self._limited(left_s) as late:
            process = self.process
            assert process
            assert process.stdin
            assert process.stdout
            process.stdin.write(json.dumps(request) + "\n")
            process.stdin.flush()
            answer = process.stdout.readline()
        if answer:
            return _read(run, json.loads(answer))
        if late.is_set():
            self.close()
            self.process = None
            return Report(run, left_out=True)
        return self._ended(path, run)

    def close(self) -> None:
        """End the process, which would else live as long as this one."""
        if self.process:
            with self.process as process:
                process.kill()

    @contextmanager
    def _limited(self, limit_s: float) -> Iterator[threading.Event]:
        """Start the process if need be, and kill it when the time is up: set the event.

        A test that hangs ends it sooner; many slow ones do not.
        """
        process = self.process = self.process or self._start()
        late = threading.Event()

        def end() -> None:
            late.set()
            process.kill()

        timer = threading.Timer(limit_s, end)
        timer.start()
        try:
            yield late
        finally:
            timer.cancel()

    def _start(self) -> "subprocess.Popen[str]":
        pipe = subprocess.PIPE
        command = [sys.executable, "-X", "utf8", "-m", _TRIAL]
        return subprocess.Popen(
            command,
            cwd=ROOT,
            env=os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},  # starts sooner
            stdin=pipe,
            stdout=pipe,
            stderr=pipe,
            text=True,
        )

    def _ended(self, path: Path, run: Run) -> Report:
        """Say why the process has ended: a test hung, or ended it."""
        assert self.process
        _, stuck = self.process.communicate()
        status, self.process = self.process.returncode, None
        if status != HUNG:
            return Report(run, died=True)
        found = re.findall(rf'File "{re.escape(str(path))}", line (\d+)', stuck)
        return Report(run, hung=True, hung_at=int(found[0]) if found else 0)


def _read(run: Run, answer: dict[str, Any]) -> Report:
    failed = [tuple(one) for one in answer.pop("failed")]
    return Report(run, failed=failed, **answer)


_TRIAL = "lessons.step14_your_tests.trial"
_idle: list[Runner] = []  # for the next runs; each ends with its standard input
