"""All processes below one are found, and ended together."""

import subprocess
import sys

import pytest

from lessons.classroom.descendants import below, end_all
from tests.support import DEADLINE_S, until

CHILD = "input()"
PARENT = f"""
import subprocess, sys
own = [sys.executable, "-I", "-S", "-c", {CHILD!r}]
started = [subprocess.Popen(own, stdin=subprocess.PIPE, start_new_session=True)
           for _ in range(2)]
print([each.pid for each in started], flush=True)
input()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="a job ends all there")
def test_it_finds_and_ends_what_has_left_the_group() -> None:
    command = [sys.executable, "-I", "-S", "-c", PARENT]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        pids = process.stdout.readline().strip()
        assert str(sorted(below(process.pid))) == pids
        end_all([process.pid])
        assert process.wait(DEADLINE_S) < 0
        until(lambda: not below(process.pid), "their end", DEADLINE_S)
