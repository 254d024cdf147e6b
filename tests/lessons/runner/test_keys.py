"""Keys from a pipe.  Those of a terminal are seen in test_terminal.py."""

import subprocess
import sys

from tests.support import DEADLINE_S, ROOT


def test_a_line_of_a_pipe_is_its_first_letter() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from lessons.runner.keys import *; print(*keys())"],
        cwd=ROOT,
        input=b"q\n  Next\r\n\xff\nlast",
        capture_output=True,
        timeout=DEADLINE_S,
        check=True,
    )
    assert done.stdout.split() == [b"q", b"N", b"l"]
