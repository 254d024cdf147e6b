"""An answer that names modules as they were once called is judged for what it does."""

import importlib
import subprocess
import sys
from pathlib import Path

import pytest

from lessons.checking import Status, judge
from lessons.course import step
from lessons.moved import MOVED, SPLIT
from tests.support import DEADLINE_S, ROOT
from tests.wrong_answers import bases

# What an exercise imports, as it is now and as it once was.
ONCE = {
    9: [
        ("chat.wire import commands", "chat import protocol as commands"),
        ("lessons.given import serving", "lessons.step09_commands import serving"),
    ],
    10: [
        ("chat.server.sockets import", "chat.postman import"),
        ("chat.wire import commands", "chat import protocol as commands"),
        ("lessons.given import serving", "lessons.step09_commands import serving"),
    ],
    13: [
        ("chat.client.connection import", "chat.connection import"),
        ("chat.terminal.screen import", "chat.terminal import"),
    ],
}


def as_it_was(number: int) -> str:
    """Return a solution with the imports that its exercise once had."""
    text = bases(number)["solution"]
    for new, old in ONCE[number]:
        assert new in text
        text = text.replace(new, old)
    return text


@pytest.mark.slow
@pytest.mark.parametrize("number", ONCE)
def test_an_old_answer_passes(number: int, tmp_path: Path) -> None:
    answer = tmp_path / "exercise.py"
    answer.write_text(as_it_was(number), encoding="utf-8")
    verdict = judge(step(number), answer)
    assert verdict.status is Status.PASSED, verdict


@pytest.mark.parametrize("old", sorted(MOVED | SPLIT))
def test_an_old_name_has_all_that_is_now_elsewhere(old: str) -> None:
    module = importlib.import_module(old)
    for name in (MOVED | SPLIT)[old]:
        for key in vars(importlib.import_module(name)):
            assert key.startswith("__") or hasattr(module, key)


def test_the_old_names_are_unknown_to_everyone_else() -> None:
    tried = subprocess.run(
        [sys.executable, "-c", "import lessons.course, chat.protocol"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
        check=False,
    )
    assert "No module named 'chat.protocol'" in tried.stderr
