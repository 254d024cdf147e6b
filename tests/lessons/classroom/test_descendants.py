"""All processes below one are found, and ended together."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from lessons.classroom import descendants
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
# What POSIX allows: all that follows the "=" is the header of one column.
STRICT_PS = """#!/bin/sh
case "$*" in *=,*) echo " ,ppid="; exec {ps} -A -o pid= ;; esac
exec {ps} "$@"
"""


@pytest.mark.skipif(sys.platform == "win32", reason="a job ends all there")
@pytest.mark.parametrize("source", ["proc", pytest.param("ps", marks=pytest.mark.slow)])
def test_it_finds_and_ends_what_has_left_the_group(
    source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if source == "ps":  # as on macOS
        if not (ps := shutil.which("ps")):
            pytest.skip("needs ps")
        monkeypatch.setattr(descendants, "_TASKS", tmp_path / "none")
        strict = tmp_path / "ps"
        strict.write_text(STRICT_PS.format(ps=ps))
        strict.chmod(0o755)
        path = os.pathsep.join([str(tmp_path), os.environ["PATH"]])
        monkeypatch.setenv("PATH", path)
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


@pytest.mark.skipif(sys.platform != "linux", reason="/proc")
def test_a_process_that_ends_while_it_is_looked_at_has_no_children(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Path.glob sees that the folder is there, and then opens it: too late."""

    def glob(self: Path, pattern: str) -> list[Path]:
        raise FileNotFoundError(2, "No such file or directory", str(self))

    monkeypatch.setattr(Path, "glob", glob)
    assert below(os.getpid()) == []
