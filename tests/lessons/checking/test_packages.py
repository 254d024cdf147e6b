"""Without the packages that the checks stand on, what to do is said."""

import os
import sys
from pathlib import Path

import pytest

from lessons.checking import Status, judge, packages
from lessons.course import step
from tests.support import ROOT

ABSENT = "raise ModuleNotFoundError(f'No module named {__name__!r}', name=__name__)\n"


@pytest.mark.parametrize(
    ("number", "package"),
    [
        (2, "hypothesis"),
        pytest.param(8, "hypothesis", marks=pytest.mark.slow),
        (14, "pytest"),
    ],
)
def test_a_check_says_which_package_is_missing(
    number: int, package: str, tmp_path: Path
) -> None:
    (tmp_path / f"{package}.py").write_text(ABSENT)
    environment = os.environ | {"PYTHONPATH": str(tmp_path)}
    verdict = judge(step(number), step(number).solution, env=environment)
    assert verdict.status is Status.FAULT
    assert verdict.diagnosis == packages.not_installed(package)
    assert packages.INSTALL in verdict.diagnosis.expected


def test_an_answer_that_imports_what_is_missing_is_told_its_own_line(
    tmp_path: Path,
) -> None:
    answer = tmp_path / "exercise.py"
    answer.write_text("import no_such_package\n" + step(8).solution.read_text())
    verdict = judge(step(8), answer)
    assert verdict.diagnosis
    assert "no_such_package" in verdict.diagnosis.seen
    assert verdict.diagnosis.look.startswith("exercise.py, line 1")


def test_they_are_those_of_the_requirements() -> None:
    required = (ROOT / "requirements.txt").read_text()
    assert all(f"\n{name}>=" in f"\n{required}" for name in packages.NEEDED)


@pytest.mark.parametrize(
    ("prefix", "activated", "shown"),
    [
        (sys.base_prefix, "", "py"),
        ("{here}/.venv", "{here}/.venv", "python"),
        ("{here}/.venv", "", ".venv/Scripts/python"),
        ("{here}/.venv", "{here}/other", ".venv/Scripts/python"),
        ("{here}/my venv", "", '"my venv/Scripts/python"'),
    ],
)
def test_on_windows_py_may_be_another_python(
    prefix: str,
    activated: str,
    shown: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(sys, "prefix", prefix.format(here=tmp_path))
    monkeypatch.setattr(sys, "orig_argv", [str(tmp_path / "python")])
    monkeypatch.setenv("VIRTUAL_ENV", activated.format(here=tmp_path))
    monkeypatch.setattr(packages, "ROOT", tmp_path)
    first = packages.install()[0].replace("\\", "/")
    does = "-m venv .venv" if shown == "py" else packages.INSTALL
    assert first == f"{shown} {does}"


# ---- a Python into which nobody may install


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of a course without a virtual environment."""
    monkeypatch.setattr(sys, "prefix", sys.base_prefix)
    monkeypatch.setattr(packages, "ROOT", tmp_path)
    monkeypatch.setattr(sys, "orig_argv", ["python3.12", "-m", "lessons"])
    return tmp_path


GO_ON = [
    f"{packages.OWN_PYTHON} {packages.INSTALL}",
    f"{packages.OWN_PYTHON} -m lessons",
]


def test_outside_a_virtual_environment_one_is_made(bare: Path) -> None:
    assert packages.install() == ["python3.12 -m venv .venv", *GO_ON]


def test_one_that_is_there_is_used(bare: Path) -> None:
    python = bare / packages.OWN_PYTHON
    python.parent.mkdir(parents=True)
    python.touch()
    assert packages.install() == GO_ON


@pytest.mark.skipif(sys.platform == "win32", reason="shown as py")
def test_a_path_below_this_folder_is_short(
    bare: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process of a check is started with a full path; the learner types less."""
    monkeypatch.chdir(bare)
    monkeypatch.setattr(sys, "orig_argv", [str(bare / ".venv" / "bin" / "python")])
    assert packages.python() == ".venv/bin/python"
