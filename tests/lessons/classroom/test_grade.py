"""A class with every kind of learner is graded, and nobody stops it."""

import csv
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from lessons.classroom.grade import STORE
from lessons.classroom.suspicion import suspicions
from lessons.course import COURSE
from tests.support import DEADLINE_S, ROOT, until

CHEATS = sorted((Path(__file__).parent / "cheats").glob("*.py"))
SOLVED = COURSE[0].solution.read_text("utf-8")
MUSEUM = ROOT / "tests" / "wrong_answers" / "step01"
OUTSIDE = Path("/tmp/written-by-an-answer")
LEFT = b"left behind by an answer"


def grade(folder: Path, *options: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "lessons", "grade", str(folder), *options],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=20 * DEADLINE_S,
    )


def rows(path: Path) -> dict[tuple[str, int], dict[str, object]]:
    return {(row["learner"], row["step"]): row for row in json.loads(path.read_text())}


@pytest.fixture
def class_(tmp_path: Path) -> Path:
    folder = tmp_path / "class"
    folder.mkdir()
    return folder


def hand_in(class_: Path, learner: str, source: str, name: str = "step01.py") -> Path:
    path = class_ / learner / name
    path.parent.mkdir(parents=True)
    path.write_text(source, encoding="utf-8")
    return path


# ---- honest learners


def test_each_kind_of_answer_gets_its_row(class_: Path, tmp_path: Path) -> None:
    step = COURSE[0]
    hand_in(class_, "anna", SOLVED, f"{step.folder.name}/exercise.py")
    hand_in(class_, "carl", SOLVED, f"repo/lessons/{step.name}/exercise.py")
    wrong = (MUSEUM / "every_interface.py").read_text("utf-8")
    for name in ('=cmd("x")', 'bob, the "b"', "Ünï 名前\u202e", "-1+1"):
        hand_in(class_, name, wrong)
    hand_in(class_, "dora", step.original.read_text("utf-8"))
    hand_in(class_, "emil", "def broken(:\n")
    (class_ / "nobody").mkdir()
    (class_ / "a file").write_text("not a learner")
    table, numbers = tmp_path / "t.csv", tmp_path / "t.json"
    done = grade(class_, "--steps", "1", "--csv", str(table), "--json", str(numbers))
    assert (done.returncode, done.stderr) == (0, "")

    found = {name: row["status"] for (name, _), row in rows(numbers).items()}
    assert found == {
        "anna": "passed",
        "carl": "passed",
        '=cmd("x")': "failed",
        'bob, the "b"': "failed",
        "Ünï 名前\u202e": "failed",
        "-1+1": "failed",
        "dora": "not done",
        "emil": "crashed",
        "nobody": "missing",
    }
    with table.open(encoding="utf-8-sig", newline="") as file:
        written = list(csv.reader(file))
    assert len(written) == 10
    assert [row[0] for row in written if row[0][:1] in "=-+@"] == []
    assert '\'=cmd("x")' in [row[0] for row in written]

    assert "step  1: 4 of 7: It listens on every network interface" in done.stdout
    assert "passed, of 9" in done.stdout
    assert "\u202e" not in done.stdout


def test_it_goes_on_where_it_was_and_gives_the_same_table(
    class_: Path, tmp_path: Path
) -> None:
    hand_in(class_, "anna", SOLVED)
    bob = hand_in(class_, "bob", "1 / 0\n")
    first, second = tmp_path / "1.json", tmp_path / "2.json"
    grade(class_, "--steps", "1", "--json", str(first))
    store = class_ / STORE
    written_ns = store.stat().st_mtime_ns
    grade(class_, "--steps", "1", "--json", str(second))
    assert first.read_bytes() == second.read_bytes()
    assert store.stat().st_mtime_ns == written_ns

    bob.write_text(SOLVED)
    store.write_text(store.read_text()[:-1] + ', "broken": 3}')
    grade(class_, "--steps", "1", "--json", str(second))
    assert rows(second)["bob", 1]["status"] == "passed"
    assert rows(second)["anna", 1] == rows(first)["anna", 1]


@pytest.mark.skipif(os.name != "posix", reason="SIGINT")
def test_an_interrupt_keeps_what_is_judged(class_: Path) -> None:
    hand_in(class_, "anna", "1 / 0\n")
    hand_in(class_, "zoe", "while True:\n    pass\n")
    command = ["-m", "lessons", "grade", str(class_), "--steps", "1", "--jobs", "1"]
    with subprocess.Popen(
        [sys.executable, *command], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        until((class_ / STORE).exists, "the first row", 6 * DEADLINE_S)
        process.send_signal(signal.SIGINT)
        printed, _ = process.communicate(timeout=6 * DEADLINE_S)
    assert process.returncode == 130
    assert "anna" in printed
    assert "zoe" not in printed


def test_hints_and_a_solution_that_was_seen_are_told(
    class_: Path, tmp_path: Path
) -> None:
    hand_in(class_, "anna", SOLVED)
    known = {"version": 1, "steps": {COURSE[0].slug: {"hints": 2, "gave_up": True}}}
    (class_ / "anna" / ".lessons-progress.json").write_text(json.dumps(known))
    hand_in(class_, "bob", SOLVED)
    (class_ / "bob" / ".lessons-progress.json").write_text("[" * 10_000)
    numbers = tmp_path / "t.json"
    grade(class_, "--steps", "1", "--json", str(numbers))
    anna, bob = rows(numbers)["anna", 1], rows(numbers)["bob", 1]
    assert (anna["hints"], anna["solution_seen"]) == (2, True)
    assert (bob["hints"], bob["solution_seen"]) == (0, False)


def test_a_link_out_of_the_folder_is_no_answer(class_: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.py").write_text(SOLVED)
    (class_ / "anna").mkdir()
    (class_ / "anna" / "step01.py").symlink_to(tmp_path / "secret.py")
    numbers = tmp_path / "t.json"
    grade(class_, "--steps", "1", "--json", str(numbers))
    assert rows(numbers)["anna", 1]["status"] == "missing"


@pytest.mark.parametrize(
    ("options", "status", "said"),
    [
        (["nowhere"], 1, "Cannot read nowhere"),
        ([str(ROOT / "tests" / "chat"), "--steps", "99"], 2, "no step 99"),
        ([str(ROOT), "--timeout", "0"], 2, "timeout"),
    ],
)
def test_a_wrong_call_is_told_in_a_line(
    options: list[str], status: int, said: str
) -> None:
    done = grade(Path(options[0]), *options[1:])
    assert done.returncode == status
    assert said in done.stderr
    assert "Traceback" not in done.stderr


# ---- those who cheat


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, object]]:
    """Return the rows of a class in which everyone but anna cheats."""
    folder = tmp_path_factory.mktemp("cheats")
    for cheat in CHEATS:
        for step in COURSE[:2]:
            name = f"{cheat.stem}/step{step.number:02}.py"
            path = folder / name
            path.parent.mkdir(exist_ok=True)
            source = step.solution.read_text("utf-8")
            path.write_text(f"{cheat.read_text('utf-8')}\n\n{source}")
    (folder / "zoe").mkdir()
    (folder / "zoe" / "step01.py").write_text(SOLVED)
    numbers = folder / "t.json"
    OUTSIDE.unlink(missing_ok=True)
    done = grade(
        folder,
        "--steps",
        "1-2",
        "--timeout",
        "8",
        "--json",
        str(numbers),
        "--jobs",
        "4",
    )
    assert (done.returncode, done.stderr) == (0, "")
    emptied = [p for p in (ROOT / "lessons").glob("step*/check.py") if is_empty(p)]
    assert emptied == []
    return {f"{name} {step}": row for (name, step), row in rows(numbers).items()}


def is_empty(check: Path) -> bool:
    return check.read_text("utf-8").strip() == "CHECKS = ()"  # so does a cheat edit it


@pytest.mark.parametrize("step", [1, 2])
@pytest.mark.parametrize("cheat", [cheat.stem for cheat in CHEATS])
def test_a_cheat_is_not_passed(
    cheat: str, step: int, graded: dict[str, dict[str, object]]
) -> None:
    row = graded[f"{cheat} {step}"]
    assert row["status"] in ("failed", "crashed", "hung"), row
    assert row["diagnosis"]


def test_the_honest_one_among_them_is_passed(
    graded: dict[str, dict[str, object]],
) -> None:
    assert graded["zoe 1"]["status"] == "passed"


@pytest.mark.skipif(sys.platform != "linux", reason="/proc")
def test_nothing_of_theirs_runs_on(graded: dict[str, dict[str, object]]) -> None:
    assert graded
    running = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            running.append(path.read_bytes())
        except OSError:
            continue
    own = os.fsencode(sys.executable)  # other suites may run beside this one
    assert [line for line in running if LEFT in line and line.startswith(own)] == []


def test_what_the_exercise_needs_is_not_suspicious() -> None:
    for step in COURSE:
        solution = step.solution.read_text("utf-8")
        assert suspicions(solution, solution) == []
    assert suspicions("import os\nx.f_locals", "import socket") == [
        (1, "os"),
        (2, "f_locals"),
    ]
