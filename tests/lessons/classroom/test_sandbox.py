"""What a stranger's code is given: packages, and limits that leave it room."""

import os
import site
import subprocess
import sys
from pathlib import Path

import pytest

from lessons.classroom import sandbox
from lessons.classroom.sandbox import Nursery, environment, limits, unlimited
from lessons.course import COURSE
from tests.support import DEADLINE_S, ROOT


def paths(env: dict[str, str]) -> list[str]:
    """Return where a process with that environment looks for modules."""
    base = getattr(sys, "_base_executable", sys.executable)  # not a venv's
    done = subprocess.run(
        [base, "-c", "import sys; print(*sys.path, sep='\\n')"],
        env=env,
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
    )
    return done.stdout.splitlines()


def test_what_the_teacher_has_installed_for_themselves_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONUSERBASE", str(tmp_path / "base"))
    monkeypatch.setattr(site, "USER_BASE", None)
    monkeypatch.setattr(site, "USER_SITE", None)
    packages = site.getusersitepackages()
    Path(packages).mkdir(parents=True)
    monkeypatch.setattr(site, "ENABLE_USER_SITE", True)
    assert packages in paths(environment(tmp_path, tmp_path))
    monkeypatch.setattr(site, "ENABLE_USER_SITE", False)
    assert packages not in paths(environment(tmp_path, tmp_path))


def test_what_another_python_is_writing_is_not_copied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is gone in a moment, and a copy of it may fail: then nobody was graded."""
    whole = "__pycache__/room.cpython-311.pyc"
    for name in ("chat", "lessons", "tests"):
        (tmp_path / name / "__pycache__").mkdir(parents=True)
        (tmp_path / name / whole).touch()
        (tmp_path / name / f"{whole}.140234").touch()
    monkeypatch.setattr(sandbox, "ROOT", tmp_path)
    copied = sandbox.CourseCopy(tmp_path / "copy").root
    found = [str(p.relative_to(copied)) for p in copied.rglob("*") if p.is_file()]
    assert sorted(found) == [
        str(Path(name, whole)) for name in ("chat", "lessons", "tests")
    ]


def test_no_copy_of_the_course_knows_an_answer(tmp_path: Path) -> None:
    """It would lie beside each stranger's code, and copying it takes its time."""
    copied = sandbox.CourseCopy(tmp_path / "copy").root
    text = COURSE[0].solution.read_text("utf-8")
    held = [path for path in copied.rglob("*.py") if path.read_text("utf-8") == text]
    assert held == []
    assert not (copied / "tests" / "wrong_answers").exists()
    assert (copied / COURSE[0].folder.relative_to(ROOT)).exists()


@pytest.mark.skipif(sys.platform == "win32", reason="no limits")
@pytest.mark.parametrize("proc", ["/proc", "/no/such/folder"])
def test_the_limits_let_an_answer_start_processes(
    proc: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not Path(proc).exists():
        monkeypatch.setattr(sandbox, "PROC", Path(proc))
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "import resource as r; print(r.getrlimit(r.RLIMIT_NPROC))",
        ],
        preexec_fn=limits(10),
        capture_output=True,
        text=True,
    )
    import resource

    before = str(resource.getrlimit(resource.RLIMIT_NPROC))
    assert (done.stdout.strip() == before) == (not Path(proc).exists())


@pytest.mark.skipif(sys.platform == "win32", reason="it has no limits")
def test_root_and_a_limit_that_cannot_be_set_are_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert unlimited() == []
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    (line,) = unlimited()
    assert line.startswith("you are root")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(sandbox, "limits", lambda cpu_s: None)  # it sets none
    assert "this system sets no limit on its memory" in unlimited()


@pytest.mark.slow
def test_hypothesis_writes_into_the_folder_of_the_answer(tmp_path: Path) -> None:
    """In the course's copy its files would look like a change of the course."""
    course, folder = tmp_path / "course", tmp_path / "folder"
    for each in (course, folder):
        each.mkdir()
    program = (
        "from hypothesis import given, strategies as st\n"
        "@given(st.integers())\n"
        "def test(number):\n"
        "    assert number < 9\n"
        "try:\n"
        "    test()\n"
        "except AssertionError:\n"
        "    pass\n"
    )
    subprocess.run(
        [sys.executable, "-c", program],
        cwd=course,
        env=environment(course, folder),
        check=True,
        capture_output=True,
    )
    assert list(course.iterdir()) == []
    assert list(folder.iterdir()) != []


def test_what_is_started_after_the_end_of_all_is_ended_too() -> None:
    """A thread may have been about to start it when ctrl-c came."""
    nursery = Nursery()
    nursery.end_all()
    process = nursery.start([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        assert process.wait(DEADLINE_S) != 0
    finally:
        nursery.end(process)
        process.stdin.close()
