"""What is handed out holds no answers, and all steps can be judged with it."""

import argparse
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from types import SimpleNamespace

import pytest

from lessons.classroom import handout
from lessons.course import COURSE, ROOT
from tests.support import DEADLINE_S
from tests.wrong_answers import pieces

PARSER = argparse.ArgumentParser()
handout.add_arguments(PARSER)


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("handout") / "course.zip"
    assert handout.run(PARSER.parse_args([str(path)])) == 0
    return path


@pytest.fixture(scope="module")
def files(packed: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(packed) as file:
        found = {name: file.read(name) for name in file.namelist()}
    assert all(name.startswith("course/") for name in found)
    return {name.removeprefix("course/"): data for name, data in found.items()}


def test_it_holds_no_answer(files: dict[str, bytes]) -> None:
    texts = {data.decode("utf-8", "replace") for data in files.values()}
    for step in COURSE:
        assert step.solution.read_text("utf-8") not in texts
        assert texts.isdisjoint(piece.text for piece in pieces(step.number))
    assert not any(
        "solution" in n or "wrong_answers" in n for n in files if "/step" in n
    )
    assert not any("_mended" in name for name in files)


def test_the_exercises_are_as_they_were_given(files: dict[str, bytes]) -> None:
    for step in COURSE:
        name = step.exercise.relative_to(ROOT).as_posix()
        assert files[name] == step.original.read_bytes()


def test_an_answer_in_your_copy_is_not_handed_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer, original = tmp_path / "exercise.py", tmp_path / "original.py"
    answer.write_text("mine", encoding="utf-8")
    original.write_text("YOUR TURN", encoding="utf-8")
    step = SimpleNamespace(exercise=answer, original=original)
    monkeypatch.setattr(handout, "COURSE", [step])
    monkeypatch.setattr(handout, "ROOT", tmp_path)
    monkeypatch.setattr(handout, "given", lambda: [answer])
    handout.write(tmp_path / "course.zip")
    with zipfile.ZipFile(tmp_path / "course.zip") as file:
        assert file.read("course/exercise.py") == b"YOUR TURN"


def test_an_archive_of_git_leaves_out_the_same(files: dict[str, bytes]) -> None:
    if not shutil.which("git"):
        pytest.skip("git is not installed")
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--", "chat", "lessons", "tests"],
        cwd=ROOT,
        capture_output=True,
    )
    if listed.returncode or not listed.stdout:
        pytest.skip("not a git checkout")
    told = subprocess.run(  # of each file, and of the folders that it is in
        ["git", "check-attr", "-z", "--stdin", "export-ignore"],
        cwd=ROOT,
        input=b"\0".join(_with_folders(listed.stdout.split(b"\0")[:-1])),
        capture_output=True,
        check=True,
    ).stdout.decode()
    words = told.split("\0")
    ignored = {n for n, v in zip(words[0::3], words[2::3], strict=False) if v == "set"}
    kept = {
        name
        for name in listed.stdout.decode().split("\0")[:-1]
        if not any(name == each or name.startswith(f"{each}/") for each in ignored)
    }
    assert ignored
    tracked = {name for name in files if "/" in name}
    assert kept - tracked == set()
    assert [name for name in tracked if name not in kept and _is_tracked(name)] == []


def _with_folders(names: list[bytes]) -> list[bytes]:
    folders = {b"/".join(name.split(b"/")[:n]) for name in names for n in (1, 2, 3)}
    return sorted({*names, *folders})


def _is_tracked(name: str) -> bool:
    done = subprocess.run(["git", "ls-files", "--error-unmatch", name], cwd=ROOT)
    return done.returncode == 0


@pytest.mark.parametrize("name", ["course.tar", "nowhere/course.zip"])
def test_a_wrong_name_is_told(name: str, tmp_path: Path) -> None:
    assert handout.run(PARSER.parse_args([str(tmp_path / name)])) != 0


JUDGES_ALL = """
import sys
from pathlib import Path
from lessons.checking import judge
from lessons.course import COURSE
assert not COURSE[0].solution.exists()
for step in COURSE:
    verdict = judge(step, Path(sys.argv[1], f"{step.name}.py"))
    print(step.number, verdict.status, verdict.diagnosis or "")
"""


@pytest.mark.slow
def test_all_steps_can_be_judged_with_it(packed: Path, tmp_path: Path) -> None:
    shutil.unpack_archive(packed, tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", JUDGES_ALL, str(COURSE[0].solution.parent)],
        cwd=tmp_path / "course",
        capture_output=True,
        text=True,
        timeout=10 * DEADLINE_S,
    )
    assert done.stderr == ""
    passed = [f"{step.number} passed " for step in COURSE]
    assert done.stdout.splitlines() == passed


@pytest.mark.slow
def test_the_tests_in_it_that_read_the_texts_pass(packed: Path, tmp_path: Path) -> None:
    """Whoever has unpacked it types the README's command, which runs the tests."""
    shutil.unpack_archive(packed, tmp_path)
    names = ("test_links", "test_readme", "test_prose", "chat/test_design_page")
    texts = [f"tests/{name}.py" for name in names]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", *texts],
        cwd=tmp_path / "course",
        capture_output=True,
        text=True,
        timeout=10 * DEADLINE_S,
    )
    assert done.returncode == 0, done.stdout[-2000:]


@pytest.mark.slow
def test_without_solutions_it_says_so(packed: Path, tmp_path: Path) -> None:
    shutil.unpack_archive(packed, tmp_path)
    done = subprocess.run(
        [sys.executable, "-m", "lessons", "solution", "1", "--give-up"],
        cwd=tmp_path / "course",
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
    )
    assert done.returncode == 1
    assert done.stderr == "this copy of the course has no solutions: ask your teacher\n"
