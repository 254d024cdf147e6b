"""What `import lessons` does, on a Python that is too old, too."""

import ast
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

from lessons.course import COURSE
from tests.support import DEADLINE_S, ROOT

PACKAGE = ROOT / "lessons" / "__init__.py"
COMMANDS = [
    "lessons",
    "lessons.races",
    "lessons.game",
    "lessons.compare",
    *(f"lessons.{step.exercise.parent.name}.demo" for step in COURSE),
]
OLD = sorted(Path.home().glob(".pyenv/versions/3.10.*/bin/python"))


@pytest.mark.parametrize("version", [(3, 8, 18), (3, 10, 13)])
def test_an_old_python_is_told_what_is_needed(
    version: tuple[int, int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "version_info", version)
    monkeypatch.setattr(sys, "version", "3.9.18 (main) [GCC]")
    with pytest.raises(SystemExit, match=r"needs Python 3\.11 .* is 3\.9\.18$"):
        runpy.run_path(str(PACKAGE))


def test_an_old_python_can_read_it() -> None:
    ast.parse(PACKAGE.read_text("utf-8"), feature_version=(3, 7))


@pytest.mark.skipif(not OLD, reason="no Python 3.10 is here")
@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_says_it_in_one_line(command: str) -> None:
    old = [str(OLD[-1]), "-m", command]
    ran = subprocess.run(
        old, cwd=ROOT, capture_output=True, text=True, timeout=DEADLINE_S
    )
    assert (ran.returncode, ran.stdout) == (1, "")
    (said,) = ran.stderr.splitlines()
    assert said.startswith("The course needs Python 3.11 or newer; this is 3.10.")
