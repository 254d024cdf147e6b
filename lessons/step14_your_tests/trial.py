"""Runs a learner's tests on one server after the other, in a process of its own.

A line of standard input asks for a run, one of standard output reports it; both are
JSON.  pytest is started once, which is most of what a run costs.
"""

import faulthandler
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lessons.step14_your_tests.conftest import ADDRESS, DEADLINE

PLUGIN = "lessons.step14_your_tests.conftest"


def main() -> None:
    """Do what standard input asks for until it ends."""
    channel, stuck = os.dup(1), os.dup(2)  # pytest has its own in their places
    os.dup2(2, 1)  # what tests print is not ours
    watch = Sleeps()
    for line in sys.stdin:
        request = json.loads(line)
        watch.begin(request["path"])

        def begin(limit_s: float = request["limit_s"]) -> None:
            faulthandler.dump_traceback_later(limit_s, exit=True, file=stuck)

        begin()
        report = run(request, begin) | {"slept": watch.line}
        faulthandler.cancel_dump_traceback_later()
        os.write(channel, (json.dumps(report) + "\n").encode())


def run(request: dict[str, Any], begin: Callable[[], None]) -> dict[str, Any]:
    """Run the tests once; return what has happened.

    `begin` is called before each test.
    """
    path = request["path"]
    os.environ[ADDRESS] = request["address"]
    os.environ[DEADLINE] = str(request["deadline_s"])
    _forget(path)  # each run begins anew, as with a pytest of its own
    seen = Seen(path, request["backwards"], begin)
    options = ["-p", PLUGIN, "-p", "no:terminal", "-p", "no:cacheprovider"]
    options += ["--noconftest", "--import-mode=importlib", "-c", os.devnull]
    # Without a limit it looks at all folders above, and some may not be looked at.
    options += ["--rootdir", str(Path(path).parent)]
    options += ["--confcutdir", str(Path(path).parent)]
    options += ["-x"] * (not request["to_the_end"])
    pytest.main([*options, path], plugins=[seen])
    return {"tests": seen.tests, "failed": seen.failed, "broken": seen.broken}


def _forget(path: str) -> None:
    for name, module in list(sys.modules.items()):
        if getattr(module, "__file__", None) == path:
            del sys.modules[name]


class Seen:
    """A plugin of pytest that notes what happens."""

    def __init__(self, path: str, backwards: bool, begin: Callable[[], None]) -> None:
        self._path = path
        self._backwards = backwards
        self._begin = begin
        self.tests = 0
        self.failed: list[tuple[str, str, int]] = []  # test, message, line
        self.broken = ""  # why there are no tests

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Turn the order round if that is asked for."""
        self.tests = len(items)
        if self._backwards:
            items.reverse()

    def pytest_runtest_logstart(self) -> None:
        """Give each test its own time."""
        self._begin()

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Note why the file cannot be read."""
        if report.failed:
            self.broken = str(report.longrepr).strip().splitlines()[-1]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note a test that fails, also in what comes before and after it."""
        if report.failed:
            name = report.nodeid.rpartition("::")[2]
            self.failed.append((name, *self._told(report)))

    def _told(self, report: pytest.TestReport) -> tuple[str, int]:
        """Return what a failure says, and its line in the learner's file."""
        crash = getattr(report.longrepr, "reprcrash", None)
        message = crash.message if crash else str(report.longrepr)
        trace = getattr(report.longrepr, "reprtraceback", None)
        places = [entry.reprfileloc for entry in trace.reprentries] if trace else []
        lines = [p.lineno for p in places if p and self._is_here(p.path)]
        return message[:500], lines[-1] if lines else 0

    def _is_here(self, path: str) -> bool:
        return Path(path).name == Path(self._path).name


class Sleeps:
    """Stands in the place of `time.sleep`: the learner's file shall not call it."""

    def __init__(self) -> None:
        self.line = 0  # of the first call
        self._path = ""
        self._sleep = time.sleep
        time.sleep = self.sleep

    def begin(self, path: str) -> None:
        """Watch the file at `path`."""
        self.line, self._path = 0, path

    def sleep(self, seconds: Any) -> None:
        """Sleep, but not for a test."""
        frame = sys._getframe(1)
        if frame.f_code.co_filename != self._path:
            self._sleep(seconds)
        elif not self.line:
            self.line = frame.f_lineno


if __name__ == "__main__":
    main()
