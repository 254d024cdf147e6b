"""The conformance suite of the room, run on an answer.

`first_failure` starts pytest in a separate process, with suite_hooks.py as a plugin:
the hooks run there.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from lessons.checking import SCALE
from lessons.checking.timing import is_busy
from lessons.course import ROOT
from lessons.step12_select import suite_hooks

LIMIT_S = 30.0 * SCALE  # then no more tests are begun; they take one or two
_LAST_S = 10.0 * SCALE  # for the last one; then it is ended
LATEST_S = LIMIT_S + _LAST_S
PARTS = ("1_framing", "2_joining", "3_commands", "4_order")  # those that do not wait
CLAIMS = "framing,joining,names,commands,advice,order,faults"
_MODULE = "select_answer"
_INTERRUPTED = 2  # the exit status of pytest when the time was up
# What a test says if it has waited in vain, be it for the first line of the server.
_LATE = "TimeoutError|not in time|invalid literal for int"
# So long do its clients wait, as parts of the minute that they have otherwise.
_SOON, _LATER = SCALE / 12, SCALE / 2


def first_failure(answer: Path) -> tuple[str, str] | None:
    """Return the first test that fails and what it says; None if none does.

    None, too, if there was not time for all: the wire checks have been passed.  If
    something came too late on a busy machine, all of it is run again with more time.
    """
    end_at = time.time() + LIMIT_S
    failure = _failure_of_a_run(answer, _SOON, end_at)
    if failure and re.search(_LATE, failure[1]) and is_busy():
        return _failure_of_a_run(answer, _LATER, end_at)
    return failure


def _failure_of_a_run(
    answer: Path, scale: float, end_at: float
) -> tuple[str, str] | None:
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", suite_hooks.__name__]
    command += ["-p", "no:cacheprovider", "--server", _MODULE, "--claims", CLAIMS]
    # Without tests/conftest.py, whose imports take a tenth of a second.
    command.append("--confcutdir=tests/conformance")
    command += [f"tests/conformance/test_{part}.py" for part in PARTS]
    with tempfile.TemporaryDirectory() as folder:
        shutil.copyfile(answer, Path(folder, f"{_MODULE}.py"))
        path = os.pathsep.join([folder, str(ROOT), os.environ.get("PYTHONPATH", "")])
        environment = os.environ | {"PYTHONPATH": path, "TIME_SCALE": str(scale)}
        environment[suite_hooks.ENDS] = str(end_at)
        environment["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"  # it starts sooner
        try:
            done = subprocess.run(
                command,
                cwd=ROOT,
                env=environment,
                capture_output=True,
                text=True,
                timeout=end_at + _LAST_S - time.time(),
            )
        except subprocess.TimeoutExpired:
            return None  # what it leaves running ends with the check
    for line in done.stdout.splitlines():
        if suite_hooks.MARK in line:
            test, message = json.loads(line.partition(suite_hooks.MARK)[2])
            return test, message
    if done.returncode not in (0, _INTERRUPTED):
        raise RuntimeError(f"pytest: {(done.stdout + done.stderr)[-300:]}")
    return None
