"""A learner with the small course, who types commands and reads what comes."""

import io
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.lessons.runner import small
from tests.support import DEADLINE_S, ROOT


@dataclass
class Said:
    """What a command gave back."""

    status: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()


class Learner:
    """Runs commands in this process, or in one of their own."""

    def __init__(self, home: Path, capfd: Any, monkeypatch: Any) -> None:
        self.home = home
        self.steps = small.make(home)
        self.progress_file = small.progress_file(home)
        self._capfd = capfd
        self._monkeypatch = monkeypatch

    def types(self, *arguments: object, stdin: str = "") -> Said:
        """Run a command in this process."""
        self._monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        self._capfd.readouterr()
        try:
            status = small.run(self.home, list(map(str, arguments)))
        except SystemExit as error:
            status = error.code
        return Said(status, *self._capfd.readouterr())

    def command(self, *arguments: object) -> list[str]:
        module = "tests.lessons.runner.small"
        return [sys.executable, "-m", module, str(self.home), *map(str, arguments)]

    def runs(self, *arguments: object, stdin: str = "", **env: str) -> Said:
        """Run a command in a process of its own, through pipes."""
        done = subprocess.run(
            self.command(*arguments),
            input=stdin.encode(),
            capture_output=True,
            cwd=ROOT,
            env=os.environ | env,
            timeout=DEADLINE_S,
        )
        texts = (
            stream.decode("utf-8", "replace") for stream in (done.stdout, done.stderr)
        )
        return Said(done.returncode, *texts)

    def writes(self, code: str, number: int = 1) -> None:
        """Save an exercise."""
        self.steps[number - 1].exercise.write_text(code, encoding="utf-8")

    def known(self, slug: str = "first") -> dict[str, Any]:
        """Return what the progress file says of a step."""
        content = json.loads(self.progress_file.read_text("utf-8"))
        return content["steps"].get(slug, {})


@pytest.fixture
def learner(tmp_path: Path, capfd: Any, monkeypatch: Any) -> Learner:
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr(sys, "orig_argv", ["python3"])
    return Learner(tmp_path, capfd, monkeypatch)
