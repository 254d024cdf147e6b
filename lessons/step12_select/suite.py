"""The conformance suite of the room, run on an answer.

`first_failure` starts pytest in a process of its own, with this file as a plugin: the
hooks run there.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from lessons.checking import SCALE
from lessons.course import ROOT

LIMIT_S = 30.0 * SCALE  # then no more tests are begun; they take one or two
LATEST_S = LIMIT_S + 10.0 * SCALE  # for the last one; then it is ended
PARTS = ("1_framing", "2_joining", "3_commands", "4_order")  # those that do not wait
CLAIMS = "framing,joining,names,commands,advice,order,faults"
_MODULE = "select_answer"
_MARK = "\x00failed "
_INTERRUPTED = 2  # the exit status of pytest when the time was up
_ENDS = "SUITE_ENDS_AT"  # by time.time(), which is the same in all processes
_SCALE = str(SCALE / 2)  # the deadline of its clients is then 5 s


def first_failure(answer: Path) -> tuple[str, str] | None:
    """Return the first test that fails and what it says; None if none does.

    None, too, if there was not time for all: the wire checks have been passed.
    """
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", __name__]
    command += ["-p", "no:cacheprovider", "--server", _MODULE, "--claims", CLAIMS]
    command += [f"tests/conformance/test_{part}.py" for part in PARTS]
    with tempfile.TemporaryDirectory() as folder:
        shutil.copyfile(answer, Path(folder, f"{_MODULE}.py"))
        path = os.pathsep.join([folder, str(ROOT), os.environ.get("PYTHONPATH", "")])
        environment = os.environ | {"PYTHONPATH": path, "TIME_SCALE": _SCALE}
        environment[_ENDS] = str(time.time() + LIMIT_S)
        environment["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"  # it starts sooner
        try:
            done = subprocess.run(
                command,
                cwd=ROOT,
                env=environment,
                capture_output=True,
                text=True,
                timeout=LATEST_S,
            )
        except subprocess.TimeoutExpired:
            return None  # what it leaves running ends with the check
    for line in done.stdout.splitlines():
        if _MARK in line:
            test, message = json.loads(line.partition(_MARK)[2])
            return test, message
    if done.returncode not in (0, _INTERRUPTED):
        raise RuntimeError(f"pytest: {(done.stdout + done.stderr)[-300:]}")
    return None


_end_s = float(os.environ.get(_ENDS, "inf"))


def pytest_runtest_setup(item: Any) -> None:
    """Stop in time on a slow machine, so that no server is left behind."""
    if time.time() > _end_s:
        item.session.shouldstop = "the time is up"


def pytest_runtest_logreport(report: Any) -> None:
    """Tell of a failure in a form that can be read back."""
    if report.failed:
        crash = getattr(report.longrepr, "reprcrash", None)
        message = crash.message if crash else str(report.longrepr)
        test = report.nodeid.rpartition("::")[2].partition("[")[0]
        print(f"\n{_MARK}{json.dumps([test, message[:500]])}")
