"""The hooks of pytest with which `suite` runs the conformance suite.

pytest imports this file as a plugin, in a separate process.  It imports nothing of
the course, so that the process starts sooner.
"""

import json
import os
import time
from typing import Any

MARK = "\x00failed "
ENDS = "SUITE_ENDS_AT"  # by time.time(), which is the same in all processes
_end_at = float(os.environ.get(ENDS, "inf"))


def pytest_runtest_setup(item: Any) -> None:
    """Stop in time on a slow machine, so that no server is left behind."""
    if time.time() > _end_at:
        item.session.shouldstop = "the time is up"


def pytest_runtest_logreport(report: Any) -> None:
    """Tell of a failure in a form that can be read back."""
    if report.failed:
        crash = getattr(report.longrepr, "reprcrash", None)
        message = crash.message if crash else str(report.longrepr)
        test = report.nodeid.rpartition("::")[2].partition("[")[0]
        print(f"\n{MARK}{json.dumps([test, message[:500]])}")
