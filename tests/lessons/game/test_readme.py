"""Every command and transcript of the game's README is run here."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.marks import rest_is_slow
from tests.support import DEADLINE_S, ROOT

HERE = ROOT / "lessons" / "game"
README = (HERE / "README.md").read_text(encoding="utf-8")
CHECKER = (ROOT / "lessons" / "races" / "README.md").read_text(encoding="utf-8")


def blocks(readme: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", readme, re.DOTALL | re.MULTILINE)


ROOM = blocks(CHECKER, "python")[0]
(PLAY,) = blocks(README, "python")
(SCREEN,) = blocks(README, "text")
(COMMAND,) = "".join(blocks(README, "sh")).splitlines()


def run(
    words: list[str], folder: Path, keys: str = ""
) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, *words],
        cwd=folder,
        input=keys,
        env={**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "80"},
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
        check=False,
    )


def test_the_game_shows_what_the_readme_shows(tmp_path: Path) -> None:
    python, *words = COMMAND.split()
    assert python == "python3"
    ran = run(words, tmp_path, "12")
    assert ran.returncode == 0
    assert ran.stdout.endswith(f"\n\n{SCREEN}\n")


def test_any_scenario_can_be_played(tmp_path: Path) -> None:
    (tmp_path / "test_room.py").write_text(ROOM)
    (tmp_path / "play.py").write_text(PLAY)
    ran = run(["play.py"], tmp_path, "1221")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "->     self.users[name] = conn" in ran.stdout
    assert "You broke it with 2 switches" not in ran.stdout
    ran = run(["play.py"], tmp_path, "122211")
    assert "You broke it with 2 switches, the fewest possible." in ran.stdout


@pytest.mark.parametrize("words", rest_is_slow(["seven", "", "7 a.py b.py"]))
def test_it_says_how_it_is_used(words: str) -> None:
    ran = run(["-m", "lessons.game", *words.split()], ROOT)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr.startswith("usage: python -m lessons.game [-h] STEP [FILE]\n")


def test_its_help_names_the_steps_that_have_a_game() -> None:
    ran = run(["-m", "lessons.game", "--help"], ROOT)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "of the course: 7, 8, 11\n" in ran.stdout


def test_every_file_of_the_package_is_in_the_table() -> None:
    table = "\n".join(line for line in README.splitlines() if line.startswith("|"))
    own = {"__init__.py", "__main__.py"}
    files = {path.name for path in HERE.glob("*.py")} - own
    assert set(re.findall(r"`(\w+\.py)`", table)) == files


def test_the_readme_fits_88_columns_but_for_its_tables() -> None:
    lines = [line for line in README.splitlines() if not line.startswith("|")]
    assert max(map(len, lines)) <= 88
