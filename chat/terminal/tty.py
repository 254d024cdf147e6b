"""What both the client and the server's console ask of a terminal or a pipe."""

import contextlib
import os
import sys


def is_in_foreground() -> bool:
    """Tell whether the terminal's keys are for this program; so where it has none."""
    if sys.platform != "win32":
        with contextlib.suppress(OSError):  # it is gone
            return os.tcgetpgrp(0) == os.getpgrp()
    return True


def discard_output() -> None:
    """Write to nowhere from now on: nobody reads, and Python will flush at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
