"""Every command of the course's own README is run here, and its table is so."""

import argparse
import re
import subprocess
import sys
from pathlib import Path

import pytest

from lessons.classroom.grade import add_arguments
from lessons.classroom.sandbox import unlimited
from lessons.course import COURSE, LESSONS
from tests.support import DEADLINE_S, ROOT
from tests.wrong_answers import piece

README = (LESSONS / "README.md").read_text(encoding="utf-8")


def blocks(opening: str) -> list[str]:
    pattern = rf"^{re.escape(opening)}\n(.*?)^```"
    return re.findall(pattern, README, re.DOTALL | re.MULTILINE)


COMMANDS = "".join(blocks("```sh")).splitlines()
INLINE = re.findall(r"`(python3 -m lessons[^`]*)`", README)
GRADE = [c for c in COMMANDS if " grade " in c]
XRAY = [c for c in COMMANDS if " xray " in c]
OFFLINE = [
    c for c in COMMANDS if " pip " in c or " venv " in c or c.startswith(".venv")
]


def run(command: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    words = command.split()
    assert words[0] == "python3"
    return subprocess.run(
        [sys.executable, *words[1:]],
        cwd=folder,
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=2 * DEADLINE_S,
    )


def test_there_is_a_test_for_every_command() -> None:
    assert {"python3 -m lessons", *GRADE, *XRAY, *OFFLINE} == set(COMMANDS)
    assert len(GRADE) == 1
    assert len(XRAY) == 3


def test_what_was_brought_on_a_stick_is_what_is_installed() -> None:
    """The commands themselves need a network, so only their words are compared."""
    download, make, install, go_on = OFFLINE
    assert "pip download -d packages -r requirements.txt" in download
    own = "-m pip install --no-index --find-links packages -r requirements.txt"
    assert make == "python3 -m venv .venv"
    assert install == f".venv/bin/python {own}"
    assert go_on == ".venv/bin/python -m lessons"


def test_the_steps_are_those_of_the_course() -> None:
    rows = re.findall(
        r"^\| \[(\d+) (.+?)\]\((.+?)/README\.md\).*\| (\d+) \|$", README, re.M
    )
    found = [(int(n), title, folder, int(m)) for n, title, folder, m in rows]
    assert found == [(s.number, s.title, s.name, s.minutes) for s in COURSE]


def test_each_step_has_its_words_for_the_teacher() -> None:
    told = re.findall(
        r"^\*\*(\d+) (.+?)\.\*\* \*They believe\* .+ \*Goes wrong:\* .+ "
        r"\*To end with:\* .+$",
        README,
        re.MULTILINE,
    )
    assert [(int(n), title) for n, title in told] == [
        (s.number, s.title) for s in COURSE
    ]


def test_every_word_behind_lessons_is_a_command() -> None:
    from lessons.runner.main import COMMANDS as KNOWN

    told = [c for c in [*COMMANDS, *INLINE] if c not in OFFLINE]
    used = {c.split()[3] for c in told if len(c.split()) > 3}
    table = re.findall(r"^\| (`.+?`) \|", README, re.MULTILINE)
    used |= {w.split()[0] for row in table for w in re.findall(r"`([^`]+)`", row)}
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    options = {word for word in used if word.startswith("-")}
    assert options
    assert options <= set(parser.format_help().replace(",", " ").split())
    assert used > options
    assert used - options <= set(KNOWN)


@pytest.mark.slow
def test_a_class_is_graded_as_shown(tmp_path: Path) -> None:
    step = COURSE[0]
    wrong = piece(1, "every_interface").text
    answers = {
        "anna/lessons/step01_one_client/exercise.py": step.solution.read_text("utf-8"),
        "bob/step01.py": wrong,
        "carla/step01.py": step.original.read_text("utf-8"),
        "dario/step01_one_client/exercise.py": wrong,
    }
    for name, text in answers.items():
        path = tmp_path / "class" / name
        path.parent.mkdir(parents=True)
        path.write_text(text, encoding="utf-8")
    unsafe = " --unsafe" if unlimited() else ""
    done = run(GRADE[0].replace("1-6", "1") + unsafe, tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    times = re.compile(r" +\d+ s$", re.MULTILINE)  # as wide as the time is long
    shown = blocks("<!-- grade -->\n```text")[0]
    assert times.sub(" . s", done.stdout) == times.sub(" . s", shown)
    assert (tmp_path / "class.csv").exists()


@pytest.mark.slow
def test_the_freeze_is_made_a_page_as_shown(tmp_path: Path) -> None:
    for command in XRAY:
        short = command.replace("--seconds 25", "--seconds 0.3")
        done = run(short, tmp_path)
        assert (done.returncode, done.stderr) == (0, "")
    assert "<svg" in (tmp_path / "freeze.html").read_text("utf-8")


@pytest.mark.parametrize("command", [c for c in INLINE if " cards " in c])
def test_cards_as_shown(command: str, tmp_path: Path) -> None:
    assert run(command, tmp_path).returncode == 0


def test_its_lines_fit() -> None:
    shown = [b for b in blocks("```text") for b in b.splitlines()]
    assert max(map(len, shown)) <= 80
