"""Runs the tests of the course in a second process, beside those of the room.

Most tests wait more than they work, and one process uses little more than one core.
So where the whole suite is asked for, pytest looks for the room's tests alone, and
starts a second pytest for `tests/lessons`, with the same options.  That one writes its
reports to a file, and the first one shows them as if they were its own: one count, one
list of failures, one exit status.

It steps aside where you name a file or folder, and where a debugger or an option that
ends at the first failure wants all tests in one process.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from lessons.course import ROOT

COURSE = "tests/lessons"
REPORTS = "TESTS_BESIDE"  # the file for the reports; set in the second process
LIMIT_S = 3600.0
ENDED_WELL = (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED)
NOT_SPLIT = ("collectonly", "usepdb", "trace", "maxfail", "stepwise", "lf", "setupplan")


def is_wanted(config: pytest.Config) -> bool:
    """Tell whether this is a run of everything that may be split in two."""
    return (
        config.args_source is pytest.Config.ArgsSource.TESTPATHS
        and REPORTS not in os.environ
        and not any(config.getoption(name, False) for name in NOT_SPLIT)
    )


class First:
    """The plugin of the process that the user started."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._folder = tempfile.TemporaryDirectory()
        self._file = Path(self._folder.name, "reports")
        self._file.touch()
        self._errors = Path(self._folder.name, "errors")
        self._seen = 0  # bytes of the file
        with self._errors.open("wb") as errors:
            arguments = [*config.invocation_params.args, COURSE]
            self._second = subprocess.Popen(
                [sys.executable, "-m", "pytest", *map(str, arguments)],
                cwd=ROOT,
                env=os.environ | {REPORTS: str(self._file)},
                stdin=subprocess.DEVNULL,
                stdout=errors,
                stderr=errors,
            )

    def pytest_ignore_collect(self, collection_path: Path) -> bool | None:
        """Leave the course to the other process."""
        return True if collection_path == ROOT / COURSE else None

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logfinish(self) -> None:
        """Show what the other process has found meanwhile."""
        self._show()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtestloop(self, session: pytest.Session) -> Iterator[None]:
        """Run our own tests, and then wait for the others."""
        result = yield
        status = self._second.wait(LIMIT_S)
        self._show()
        if status not in (*ENDED_WELL, pytest.ExitCode.NO_TESTS_COLLECTED):
            raise pytest.UsageError(f"{COURSE}: {self._errors.read_text('utf-8')}")
        return result

    def _show(self) -> None:
        with self._file.open("rb") as file:
            file.seek(self._seen)
            for line in file:
                if not line.endswith(b"\n"):  # it is being written
                    break
                self._seen += len(line)
                report = self._config.hook.pytest_report_from_serializable(
                    config=self._config, data=json.loads(line)
                )
                self._config.hook.pytest_runtest_logreport(report=report)

    def pytest_unconfigure(self) -> None:
        """Leave nothing behind, also where the run was broken off."""
        if self._second.poll() is None:
            self._second.kill()
            self._second.wait()
        self._folder.cleanup()


class Second:
    """The plugin of the other process."""

    def __init__(self, config: pytest.Config, file: str) -> None:
        self._config = config
        self._file = open(file, "a", encoding="utf-8", buffering=1)  # noqa: SIM115

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Hand over a report."""
        data = self._config.hook.pytest_report_to_serializable(
            config=self._config, report=report
        )
        self._file.write(json.dumps(data) + "\n")

    def pytest_unconfigure(self) -> None:
        """Close the file."""
        self._file.close()
