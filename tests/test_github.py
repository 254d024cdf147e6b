"""The pages for those who work on the project, in .github/: what they name exists."""

import re
from pathlib import Path

import pytest

import chat
from lessons.course import COURSE
from lessons.runner.main import COMMANDS
from tests.support import ROOT
from tests.wrong_answers import piece

GITHUB = ROOT / ".github"
PAGES = sorted(GITHUB.rglob("*.md"))
CONTRIBUTING = (GITHUB / "CONTRIBUTING.md").read_text("utf-8")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_file_that_is_named_exists(page: Path) -> None:
    text = page.read_text("utf-8")
    named = re.findall(r"\b((?:chat|lessons|tests)/[\w/]*[\w.]+\b/?)", text)
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_every_command_of_the_course_exists() -> None:
    named = re.findall(r"python3? -m lessons (\w+)", CONTRIBUTING)
    assert named
    assert set(named) <= set(COMMANDS)


def test_every_wrong_answer_exists() -> None:
    named = re.findall(r"\bstep(\d\d)[- ](\w+)`", CONTRIBUTING)
    assert named
    assert all(piece(int(step), name) for step, name in named)


def test_the_command_for_a_new_step_asks_for_the_next_one() -> None:
    assert f'-k "step{len(COURSE) + 1} or ' in CONTRIBUTING


def test_the_newest_version_of_the_changelog_is_that_of_the_room() -> None:
    changelog = (GITHUB / "CHANGELOG.md").read_text("utf-8")
    assert re.findall(r"^## (\S+)", changelog, re.MULTILINE)[0] == chat.__version__


def test_the_workflow_runs_what_is_to_be_run() -> None:
    workflow = (GITHUB / "workflows" / "ci.yml").read_text("utf-8")
    readme = (ROOT / "README.md").read_text("utf-8")
    assert "- run: .ci/run\n" in workflow
    commands = re.findall(
        r"^python3 (-m chat\.\w+|-m venv .* -m pytest)$", readme, re.MULTILINE
    )
    assert {command.split()[1] for command in commands} >= {"chat.server", "venv"}
    for command in commands:
        assert f"python {command.replace('/bin/', '/$BIN/')}" in workflow
