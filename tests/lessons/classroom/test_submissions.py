"""What was handed in is found, or it is told why not."""

import zipfile
from pathlib import Path

import pytest

from lessons.classroom.submissions import Learner, learners
from lessons.course import COURSE, LESSONS

FIRST = COURSE[0]
EXERCISE = f"{FIRST.name}/exercise.py"


def hand_in(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"# {name}\n")


def pack(path: Path, *names: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as file:
        for name in names:
            file.writestr(name, f"# {name}\n")


@pytest.fixture
def class_(tmp_path: Path) -> Path:
    folder = tmp_path / "class"
    folder.mkdir()
    return folder


@pytest.fixture
def into(tmp_path: Path) -> Path:
    folder = tmp_path / "into"
    folder.mkdir()
    return folder


def only(class_: Path, into: Path) -> Learner:
    (learner,), lines = learners(class_, into)
    assert lines == []
    return learner


@pytest.mark.parametrize(
    "place",
    [
        "step01.py",
        f"{FIRST.name}.py",
        EXERCISE,
        f"lessons/{EXERCISE}",
        f"my work/repo/lessons/{EXERCISE}",
        f"downloads/anna/repo-main/lessons/{EXERCISE}",
    ],
)
def test_an_answer_is_found(place: str, class_: Path, into: Path) -> None:
    hand_in(class_ / "anna", place)
    anna = only(class_, into)
    assert anna.answer(FIRST) == class_ / "anna" / place
    assert anna.answer(COURSE[1]) is None
    assert anna.not_judged(COURSE) == []


@pytest.mark.parametrize(
    ("name", "line"),
    [
        (
            f"{FIRST.name}/exercise(1).py",
            f"step 1: {FIRST.name}/exercise(1).py is not graded, exercise.py would be",
        ),
        (
            f"{FIRST.name}/Exercise.py",
            f"step 1: {FIRST.name}/Exercise.py is not graded, exercise.py would be",
        ),
        ("Step1.py", "step 1: Step1.py is not graded, exercise.py would be"),
        (
            "exercise.py.txt",
            "exercise.py.txt: which step? It must be in a folder named after a step",
        ),
        (
            "work.ipynb",
            "work.ipynb is a notebook; its code must be in a file exercise.py",
        ),
        ("work.rar", "work.rar is not opened: hand in a folder or a zip"),
        ("server.py", "no answer was found; there is server.py"),
    ],
)
def test_what_is_not_found_is_told(
    name: str, line: str, class_: Path, into: Path
) -> None:
    hand_in(class_ / "anna", name)
    anna = only(class_, into)
    assert anna.answer(FIRST) is None
    assert anna.not_judged(COURSE) == [f"anna: {line}"]


def test_it_says_which_of_two_files_is_judged(class_: Path, into: Path) -> None:
    again = f"{FIRST.name}/exercise (1).py"
    hand_in(class_ / "anna", EXERCISE, again)
    anna = only(class_, into)
    assert anna.not_judged(COURSE) == [
        f"anna: step 1: {again} is not graded, exercise.py is"
    ]
    assert anna.not_judged(COURSE[1:]) == []  # of steps that nobody asked for
    (class_ / "anna" / again).write_bytes((class_ / "anna" / EXERCISE).read_bytes())
    assert only(class_, into).not_judged(COURSE) == []


def test_a_copy_of_the_course_has_nothing_else(class_: Path, into: Path) -> None:
    """Its solutions, levels and wrong answers are called much like answers."""
    paths = [p for p in LESSONS.parent.rglob("*.py") if p.name != "exercise.py"]
    hand_in(class_ / "anna", *(str(p.relative_to(LESSONS.parent)) for p in paths))
    anna = only(class_, into)
    assert [anna.answer(step) for step in COURSE] == [None] * len(COURSE)
    hand_in(class_ / "anna", f"lessons/{EXERCISE}", f"lessons/{EXERCISE}.bak-1")
    assert only(class_, into).not_judged(COURSE) == []


def test_a_zip_beside_the_folders_is_a_learner(class_: Path, into: Path) -> None:
    hand_in(class_ / "bob", "step01.py")
    pack(class_ / "anna.zip", f"anna/lessons/{EXERCISE}")
    pack(class_ / "bob.zip", "step01.py")
    (class_ / "carl.zip").write_text("no zip")
    (anna, bob, carl), lines = learners(class_, into)
    assert [anna.name, bob.name, carl.name] == ["anna", "bob", "carl"]
    assert anna.answer(FIRST) is not None
    assert bob.answer(FIRST) == class_ / "bob" / "step01.py"
    assert lines == ["bob.zip is not opened: there is a folder bob"]
    assert carl.not_judged(COURSE) == [
        "carl: carl.zip is not opened: it is damaged, or is not a zip"
    ]


def test_a_zip_in_the_folder_is_opened(class_: Path, into: Path) -> None:
    pack(class_ / "anna" / "work" / "a.zip", f"anna/lessons/{EXERCISE}", "../x.py")
    anna = only(class_, into)
    assert anna.answer(FIRST) is not None
    assert anna.not_judged(COURSE) == [
        "anna: a.zip: x.py is not unpacked: its path leads out of the zip"
    ]


def test_a_file_outside_a_learners_folder_is_listed(class_: Path, into: Path) -> None:
    hand_in(class_, "__MACOSX/anna/step01.py", ".git/step01.py", "anna/step01.py")
    hand_in(class_, "step01.py", "list.txt")
    found, lines = learners(class_, into)
    assert [learner.name for learner in found] == ["anna"]
    assert lines == [
        "step01.py does not belong to a learner: each has a folder or a zip"
    ]


def test_without_a_progress_file_nothing_is_known(class_: Path, into: Path) -> None:
    hand_in(class_ / "anna", "step01.py")
    assert only(class_, into).progress(FIRST) is None
    (class_ / "anna" / ".lessons-progress.json").write_text('{"steps": {}}')
    assert only(class_, into).progress(FIRST) == {}
