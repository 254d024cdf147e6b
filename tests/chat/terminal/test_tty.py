"""The helpers that the client and the console share."""

import subprocess
import sys

from tests.support import DEADLINE_S, ROOT


def test_discarded_output_goes_nowhere() -> None:
    script = (
        "from chat.terminal.tty import discard_output\n"
        "print('seen', flush=True)\n"
        "discard_output()\n"
        "print('not seen', flush=True)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
        check=True,
    )
    assert done.stdout == "seen\n"
