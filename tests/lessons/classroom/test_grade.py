"""A class with every kind of learner is graded, and nobody stops it."""

import _thread
import argparse
import csv
import json
import os
import signal
import subprocess
import sys
import threading
from concurrent import futures
from pathlib import Path

import pytest

from lessons.checking import packages
from lessons.classroom import grade as grade_module
from lessons.classroom import grading, sandbox
from lessons.classroom.grade import add_arguments, run
from lessons.classroom.grades import Row
from lessons.classroom.grading import STORE, Grading
from lessons.classroom.submissions import learners
from lessons.classroom.suspicion import suspicions
from lessons.course import COURSE
from tests.support import DEADLINE_S, ROOT, until
from tests.wrong_answers import piece

SOLVED = COURSE[0].solution.read_text("utf-8")
BROKEN = "def broken(:\n"  # judged at once: no server is started for it
ONE_BY_ONE = ("--steps", "1", "--jobs", "1")  # so there is one copy of the course


# Where tests run as root, or on a system without limits.
UNSAFE = ["--unsafe"] if sandbox.unlimited() else []


def grade(folder: Path, *options: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "lessons", "grade", str(folder), *UNSAFE, *options],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=4 * DEADLINE_S,
    )


def rows(path: Path) -> dict[tuple[str, int], dict[str, object]]:
    found = json.loads(path.read_text("utf-8"))
    return {(row["learner"], row["step"]): row for row in found}


def graded(class_: Path, timeout_s: float = 60.0) -> list[Row]:
    """Return the rows of step 1, judged in this process."""
    found, _ = learners(class_, class_)
    return Grading(class_, found, COURSE[:1], timeout_s, 1).judge_all()[0]


# What a table has to quote; no name of a file on Windows has it.
QUOTE = '"' if os.name == "posix" else "'"


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
    first = COURSE[0]
    hand_in(class_, "anna", SOLVED, f"{first.folder.name}/exercise.py")
    wrong = piece(1, "every_interface").text
    hand_in(class_, "carl", wrong, f"repo/lessons/{first.name}/exercise.py")
    hand_in(class_, "dora", first.original.read_text("utf-8"))
    formula, quoted = f"=cmd({QUOTE}x{QUOTE})", f"bob, the {QUOTE}b{QUOTE}"
    hand_in(class_, formula, BROKEN)
    for name in (quoted, "-1+1", "Ünï 名前\u202e"):
        (class_ / name).mkdir()
    (class_ / "a file").write_text("not a learner")
    table, numbers = tmp_path / "t.csv", tmp_path / "t.json"
    done = grade(class_, "--steps", "1", "--csv", str(table), "--json", str(numbers))
    assert (done.returncode, done.stderr) == (0, "")

    found = {name: row["status"] for (name, _), row in rows(numbers).items()}
    assert found == {
        "anna": "passed",
        "carl": "failed",
        "dora": "not done",
        formula: "crashed",
        quoted: "missing",
        "-1+1": "missing",
        "Ünï 名前\u202e": "missing",
    }
    with table.open(encoding="utf-8-sig", newline="") as file:
        written = list(csv.reader(file))
    assert len(written) == 8
    assert [row[0] for row in written if row[0][:1] in "=-+@"] == []
    assert f"'{formula}" in [row[0] for row in written]

    assert (
        "step  1: 1 of 3: The server listens on every network interface" in done.stdout
    )
    assert "passed, of 7" in done.stdout
    assert "\u202e" not in done.stdout


@pytest.mark.slow
def test_it_goes_on_where_it_was_and_gives_the_same_table(
    class_: Path, tmp_path: Path
) -> None:
    hand_in(class_, "anna", BROKEN)
    bob = hand_in(class_, "bob", "1 / 0\n")
    first, second = tmp_path / "1.json", tmp_path / "2.json"
    grade(class_, *ONE_BY_ONE, "--json", str(first))
    store = class_ / STORE
    written_ns = store.stat().st_mtime_ns
    grade(class_, *ONE_BY_ONE, "--json", str(second))
    assert first.read_bytes() == second.read_bytes()
    assert store.stat().st_mtime_ns == written_ns

    bob.write_text(SOLVED)
    store.write_text(store.read_text()[:-1] + ', "broken": 3}')
    grade(class_, *ONE_BY_ONE, "--json", str(second))
    assert rows(second)["bob", 1]["status"] == "passed"
    assert rows(second)["anna", 1] == rows(first)["anna", 1]


@pytest.mark.skipif(os.name != "posix", reason="SIGINT")
def test_an_interrupt_keeps_what_is_judged(class_: Path) -> None:
    hand_in(class_, "anna", BROKEN)
    hand_in(class_, "zoe", "while True:\n    pass\n")
    command = ["-m", "lessons", "grade", str(class_), *UNSAFE, *ONE_BY_ONE]
    with subprocess.Popen(
        [sys.executable, *command], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        until((class_ / STORE).exists, "the first row", DEADLINE_S)
        process.send_signal(signal.SIGINT)
        printed, _ = process.communicate(timeout=DEADLINE_S)
    assert process.returncode == 130
    assert "anna" in printed
    assert "zoe" not in printed


def test_ctrl_c_is_heard_though_it_interrupts_no_wait(
    class_: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on Windows, and elsewhere if it is pressed just before the wait begins."""
    waits, ended, heard = threading.Event(), threading.Event(), []

    def wait(*given: object) -> object:
        waits.set()
        return futures.wait(*given)

    def judge(*_: object) -> None:
        waits.wait(DEADLINE_S)
        _thread.interrupt_main()  # wakes nobody
        heard.append(ended.wait(DEADLINE_S))

    monkeypatch.setattr(grading, "wait", wait)
    monkeypatch.setattr(Grading, "_judge", judge)
    monkeypatch.setattr(sandbox.Nursery, "end_all", lambda _: ended.set())
    hand_in(class_, "anna", SOLVED)
    found, _ = learners(class_, class_)
    assert Grading(class_, found, COURSE[:1], 60.0, 1).judge_all() == ([], False)
    assert heard == [True]


def test_on_a_slow_machine_the_judge_gives_up_before_the_grade_does() -> None:
    """Or grade would call an answer hung because its judge began late."""
    script = (
        "from lessons.checking.judging import LATE_S\n"
        "from lessons.classroom.grading import GRACE_S\n"
        "assert GRACE_S > LATE_S"
    )
    subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env=os.environ | {"TIME_SCALE": "6"},
        check=True,
    )


@pytest.mark.parametrize(("busy", "status"), [(True, "fault"), (False, "hung")])
def test_on_a_busy_machine_no_answer_hangs_because_its_judge_is_late(
    class_: Path, monkeypatch: pytest.MonkeyPatch, busy: bool, status: str
) -> None:
    monkeypatch.setattr(grading, "GRACE_S", 0.0)
    monkeypatch.setattr(grading, "is_busy", lambda: busy)
    hand_in(class_, "anna", SOLVED)
    found = graded(class_, timeout_s=0.001)
    assert [row.status for row in found] == [status]


@pytest.mark.slow  # test_grading.py keeps no fault either
def test_what_is_no_verdict_on_the_answer_is_not_kept(
    class_: Path, tmp_path: Path
) -> None:
    hand_in(class_, "anna", SOLVED)
    table = tmp_path / "t.json"
    done = grade(class_, *ONE_BY_ONE, "--timeout", "0.01", "--json", str(table))
    row = rows(table)["anna", 1]
    assert (row["status"], row["look"]) == ("fault", "")
    assert "of 1" not in done.stdout.partition("missing)")[2], "nobody was judged"
    assert not (class_ / STORE).exists()


@pytest.mark.slow
def test_a_file_is_read_as_python_reads_it(class_: Path, tmp_path: Path) -> None:
    table = tmp_path / "t.json"
    hand_in(class_, "anna", "\ufeff" + SOLVED)
    hand_in(class_, "bob", "\ufeff" + SOLVED + "import os\n")
    grade(class_, "--steps", "1", "--json", str(table))
    found = rows(table)
    assert found["anna", 1]["status"] == "passed"
    assert "uses what it does not need: os" in str(found["bob", 1]["diagnosis"])


@pytest.mark.slow
def test_hints_and_a_solution_that_was_seen_are_told(
    class_: Path, tmp_path: Path
) -> None:
    hand_in(class_, "anna", BROKEN)
    known = {"version": 1, "steps": {COURSE[0].slug: {"hints": 2, "gave_up": True}}}
    (class_ / "anna" / ".lessons-progress.json").write_text(json.dumps(known))
    hand_in(class_, "bob", BROKEN)
    (class_ / "bob" / ".lessons-progress.json").write_text("[" * 10_000)
    numbers = tmp_path / "t.json"
    grade(class_, *ONE_BY_ONE, "--json", str(numbers))
    anna, bob = rows(numbers)["anna", 1], rows(numbers)["bob", 1]
    assert (anna["hints"], anna["solution_seen"]) == (2, True)
    assert (bob["hints"], bob["solution_seen"]) == (None, None)  # not known


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


def test_without_the_packages_of_the_checks_nobody_is_judged(
    class_: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(packages, "NEEDED", ("pytest", "no_such_package"))
    hand_in(class_, "ann", SOLVED)
    assert run(argparse.Namespace(folder=class_)) == 1
    said, *commands = capsys.readouterr().err.splitlines()
    assert "not installed here: no_such_package." in said
    assert [line.strip() for line in commands] == packages.install()


def test_what_the_exercise_needs_is_not_suspicious() -> None:
    for each in COURSE:
        solution = each.solution.read_text("utf-8")
        assert suspicions(solution, solution) == []
    assert suspicions("import os\nx.f_locals", "import socket") == [
        (1, "os"),
        (2, "f_locals"),
    ]


# ---- before anybody is judged


def options(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    return parser.parse_args([*words, *UNSAFE])


class NobodyIsJudged(Exception):
    pass


@pytest.fixture
def nobody_is_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    def judge_all(_: Grading) -> None:
        raise NobodyIsJudged

    monkeypatch.setattr(Grading, "judge_all", judge_all)


@pytest.mark.usefixtures("nobody_is_judged")
@pytest.mark.parametrize("option", ["--csv", "--json", "--wide", "--feedback"])
def test_what_cannot_be_written_is_told_first(
    option: str, class_: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hand_in(class_, "ann", SOLVED)
    target = class_ / "ann" / "step01.py" / "no folder"
    assert run(options(str(class_), option, str(target))) == 1
    said = capsys.readouterr().err
    assert said.startswith(f"Nothing was graded: cannot write {target}")
    with pytest.raises(NobodyIsJudged):
        run(options(str(class_), option, str(tmp_path / "new")))
    assert not (tmp_path / "new").is_file(), "nothing is written yet"


@pytest.mark.usefixtures("nobody_is_judged")
def test_where_an_answer_could_do_harm_nobody_is_judged(
    class_: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    hand_in(class_, "ann", SOLVED)
    monkeypatch.setattr(grade_module, "unlimited", lambda: ["you are root"])
    given = options(str(class_))
    given.unsafe = False
    assert run(given) == 1
    said = capsys.readouterr().err
    assert said.startswith("Nothing was graded: you are root.")
    assert "--unsafe" in said
    given.unsafe = True
    with pytest.raises(NobodyIsJudged):
        run(given)


@pytest.mark.usefixtures("nobody_is_judged")
def test_a_name_that_nobody_has_is_told(
    class_: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hand_in(class_, "Anna", SOLVED)
    for option in ("--only", "--again"):
        assert run(options(str(class_), option, "ana")) == 1
        said = capsys.readouterr().err
        assert said == "There is no learner ana; did you mean Anna?\n"
        with pytest.raises(NobodyIsJudged):
            run(options(str(class_), option, "anna"))


@pytest.mark.slow
def test_one_learner_alone_is_judged(class_: Path, tmp_path: Path) -> None:
    hand_in(class_, "anna", BROKEN)
    hand_in(class_, "bob", BROKEN, "Step01.py")
    done = grade(class_, *ONE_BY_ONE, "--only", "bob", "--json", str(tmp_path / "t"))
    assert list(rows(tmp_path / "t")) == [("bob", 1)]
    assert "bob: step 1: Step01.py is not graded, exercise.py would be" in done.stdout
    assert done.stdout.endswith("\nA file was not graded: see above the table.\n")


def test_equal_answers_are_marked_and_not_failed(
    class_: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    found = [Row(name, 1, "passed", "", "", 1, None, None) for name in ("ann", "bob")]
    monkeypatch.setattr(Grading, "judge_all", lambda _: (found, True))
    hand_in(class_, "ann", SOLVED)
    hand_in(class_, "bob", "# my own\n" + SOLVED.replace("connection", "conn"))
    hand_in(class_, "eve", SOLVED.replace("while True", "while 1"))
    assert run(options(str(class_), "--steps", "1", "--only", "bob")) == 0
    said = capsys.readouterr().out
    line = "step 1: equal to the solution except for names and layout: ann and bob"
    assert f"To look at:\n{line}\n" in said
    assert "passed, of 2          2" in said
    assert run(options(str(class_), "--steps", "1", "--only", "eve")) == 0
    assert "To look at" not in capsys.readouterr().out
