"""Tries one test file on many servers at once.

Each of a few threads has a process that runs the tests (trial.py), and starts one
server after the other for it, each in a process of its own.
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
from lessons.compare.servers import Server, running
from lessons.course import ROOT

AT_ONCE = 4  # they wait more than they work
TOTAL_S = 50.0 * SCALE  # all runs of a check; they take one to three
LIMIT_S = 8.0 * SCALE  # one test; a line that does not come fails it much sooner


@dataclass(frozen=True)
class Run:
    """A run that is asked for."""

    server: Server
    deadline_s: float  # for one line
    backwards: bool = False
    to_the_end: bool = False  # not until the first test fails


@dataclass(frozen=True)
class Report:
    """What has come of a run."""

    run: Run
    tests: int = 0
    failed: Sequence[tuple[str, str, int]] = ()  # test, message, line
    slept: int = 0  # the line that does, or 0
    broken: str = ""  # why there are no tests
    hung: bool = False
    hung_at: int = 0  # the line
    left_out: bool = False  # there was no time for it


def tried(path: Path, runs: Sequence[Run]) -> list[Report]:
    """Return the reports of all `runs`, in their order.

    When one has hung, or the time is up, the rest is left out.
    """
    end_s = time.monotonic() + TOTAL_S
    stuck = threading.Event()

    def do(run: Run) -> Report:
        if stuck.is_set() or time.monotonic() > end_s:
            return Report(run, left_out=True)
        runner = _idle.pop() if _idle else Runner()
        try:
            with running(run.server) as server:
                left_s = end_s - time.monotonic() + LIMIT_S
                report = runner.report(path, run, server.address, left_s)
        finally:
            _idle.append(runner)
        if report.hung:
            stuck.set()
        return report

    with ThreadPoolExecutor(AT_ONCE) as threads:
        return list(threads.map(do, runs))


class Runner:
    """A process that runs the tests, and is started anew when they hang."""

    def __init__(self) -> None:
        self.process: subprocess.Popen[str] | None = None

    def report(
        self, path: Path, run: Run, address: tuple[str, int], left_s: float = TOTAL_S
    ) -> Report:
        """Run the tests on the server at `address`; after `left_s` it is left out."""
        request = {
            "path": str(path),
            "address": f"{address[0]}:{address[1]}",
            "limit_s": LIMIT_S,
            "deadline_s": run.deadline_s,
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
        return Report(run, hung=True, hung_at=self._where(path))

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

    def _where(self, path: Path) -> int:
        """Return the line at which the process hung, from what faulthandler wrote."""
        assert self.process
        _, stuck = self.process.communicate()
        self.process = None
        found = re.findall(rf'File "{re.escape(str(path))}", line (\d+)', stuck)
        return int(found[0]) if found else 0


def _read(run: Run, answer: dict[str, Any]) -> Report:
    failed = [tuple(one) for one in answer.pop("failed")]
    return Report(run, failed=failed, **answer)


_TRIAL = "lessons.step14_your_tests.trial"
_idle: list[Runner] = []  # for the next runs; each ends with its standard input
