"""Runs parts of the suite in processes of their own, beside the rest.

Most tests wait more than they work, and one process uses little more than half of two
cores.  So where the whole suite is asked for, pytest runs a part of it, and starts
another pytest for each of the other parts, with the same options.  These write their
reports to files, and the first one shows them as if they were its own: one count, one
list of failures, one exit status.

It steps aside where you name a file or folder, and where an option wants all tests in
one process, such as a debugger, or an end at the first failure.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lessons.course import ROOT

REPORTS = "TESTS_BESIDE"  # where another process puts its reports; set only there
ALONE = "judged right only when alone"  # the property of a test, and a heading
LIMIT_S = 3600.0
STOP = signal.SIGINT if os.name == "posix" else signal.SIGTERM
STOP_S = 10.0
ENDED_WELL = (
    pytest.ExitCode.OK,
    pytest.ExitCode.TESTS_FAILED,
    pytest.ExitCode.NO_TESTS_COLLECTED,
)
NOT_SPLIT = ("collectonly", "usepdb", "trace", "maxfail", "stepwise", "lf", "setupplan")

# The parts take about as long as each other; what none of them has is the first one's.
PARTS = (
    (
        "tests/chat/terminal",
        "tests/lessons/runner",
        "tests/lessons/races",
        "tests/lessons/game",
    ),
    (
        "tests/chat/client",
        "tests/chat/wire",
        "tests/lessons/checking",
        "tests/lessons/given",
        "tests/lessons/test_*.py",
    ),
    ("tests/lessons/classroom", "tests/lessons/compare", "tests/conformance"),
)


def is_wanted(config: pytest.Config) -> bool:
    """Tell whether this is a run of everything that may be split."""
    return (
        config.args_source is pytest.Config.ArgsSource.TESTPATHS
        and REPORTS not in os.environ
        and not any(config.getoption(name, False) for name in NOT_SPLIT)
    )


class Other:
    """Another process, and what is known of its tests."""

    def __init__(self, arguments: tuple[str, ...], paths: list[Path]) -> None:
        self._folder = tempfile.TemporaryDirectory()
        self._reports = Path(self._folder.name, "reports")
        self._reports.touch()
        self._printed = Path(self._folder.name, "printed")
        self._seen = 0  # bytes of the reports
        with self._printed.open("wb") as printed:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "pytest", *arguments, *paths],
                cwd=ROOT,
                env=os.environ | {REPORTS: str(self._reports)},
                stdin=subprocess.DEVNULL,
                stdout=printed,
                stderr=printed,
            )

    def new_reports(self) -> list[dict[str, Any]]:
        """Return what it has found since the last call."""
        with self._reports.open("rb") as file:
            file.seek(self._seen)
            data = file.read()  # at once: meanwhile the rest of a line may be written
        whole = data[: data.rfind(b"\n") + 1]
        self._seen += len(whole)
        return [json.loads(line) for line in whole.splitlines()]

    def wait(self) -> None:
        """Wait for its end; fail if it could not run its tests."""
        if self._process.wait(LIMIT_S) not in ENDED_WELL:
            raise pytest.UsageError(self._printed.read_text("utf-8"))

    def close(self) -> None:
        """Leave nothing of it behind, also where the run was broken off."""
        if self._process.poll() is None:
            self._process.send_signal(STOP)  # it ends what it has started itself
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(STOP_S)
            self._process.kill()
            self._process.wait()
        self._folder.cleanup()


class First:
    """The plugin of the process that the user started."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        parts = [[p for pattern in part for p in ROOT.glob(pattern)] for part in PARTS]
        self._theirs = {path for paths in parts for path in paths}
        arguments = tuple(map(str, config.invocation_params.args))
        # A handout has no tests of the course, and without a path all would be run.
        self._others = [Other(arguments, sorted(paths)) for paths in parts if paths]

    def pytest_ignore_collect(self, collection_path: Path) -> bool | None:
        """Leave to the others what is theirs."""
        return True if collection_path in self._theirs else None

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logfinish(self) -> None:
        """Show what the others have found meanwhile."""
        self._show()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtestloop(self, session: pytest.Session) -> Iterator[None]:
        """Run our own tests, and then wait for the others."""
        self._session = session
        result = yield
        for other in self._others:
            other.wait()
            self._show()
        return result

    def _show(self) -> None:
        for data in [data for other in self._others for data in other.new_reports()]:
            if "collected" in data:
                # Or it would show more than 100 %.
                self._session.testscollected += data["collected"]
                continue
            if isinstance(data["longrepr"], list):  # of a skipped test
                data["longrepr"] = tuple(data["longrepr"])
            report = self._config.hook.pytest_report_from_serializable(
                config=self._config, data=data
            )
            self._config.hook.pytest_runtest_logreport(report=report)

    def pytest_unconfigure(self) -> None:
        """End the others."""
        for other in self._others:
            other.close()


class Reporting:
    """The plugin of another process."""

    def __init__(self, config: pytest.Config, file: str) -> None:
        self._config = config
        self._file = open(file, "a", encoding="utf-8", buffering=1)  # noqa: SIM115

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Say how many tests there are."""
        self._write({"collected": len(session.items)})

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Hand over a report."""
        data = self._config.hook.pytest_report_to_serializable(
            config=self._config, report=report
        )
        self._write(data)

    def _write(self, data: dict[str, Any]) -> None:
        self._file.write(json.dumps(data) + "\n")

    def pytest_unconfigure(self) -> None:
        """Close the file."""
        self._file.close()
