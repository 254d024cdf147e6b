"""What fails is judged again, alone, before anybody believes it."""

import sys
import threading
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lessons.classroom import grading, sandbox
from lessons.classroom.grading import Grading, Pace
from lessons.classroom.submissions import learners
from lessons.course import COURSE

STEPS = COURSE[:2]
PASSED, FAILED, FAULT = (
    {"status": status, "diagnosis": "why"} for status in ("passed", "failed", "fault")
)


class Judge:
    """Stands for the processes: gives each answer its verdicts, one after the other."""

    def __init__(self, verdicts: dict[str, list[dict[str, Any]]]) -> None:
        self.verdicts = verdicts
        self.calls: defaultdict[str, int] = defaultdict(int)
        self.at_once: defaultdict[str, list[int]] = defaultdict(list)
        self._lock = threading.Lock()  # guards _running
        self._running = 0

    def told(self, _: Grading, job: grading.Job, data: bytes, course: object) -> Any:
        name = f"{job.learner.name} {job.step.number}"
        with self._lock:
            self._running += 1
            self.at_once[name].append(self._running)
        told = self.verdicts.get(name, [PASSED])
        self.calls[name] += 1
        with self._lock:
            self._running -= 1
        return told[min(self.calls[name], len(told)) - 1]


@pytest.fixture
def class_(tmp_path: Path) -> Path:
    for name in ("ann", "bob"):
        for step in STEPS:
            path = tmp_path / "class" / name / f"step{step.number:02}.py"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"# {name}\n")
    return tmp_path / "class"


Run = Callable[..., dict[str, str]]


@pytest.fixture
def judged(class_: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setattr(grading, "digest", lambda: "the course as it is")
    monkeypatch.setattr(grading, "CourseCopy", lambda folder: folder)

    def run(judge: Judge, workers: int = 2, again: bool = False) -> dict[str, str]:
        monkeypatch.setattr(Grading, "_told", lambda *given: judge.told(*given))
        found, _ = learners(class_, tmp_path)
        one = Grading(class_, found, STEPS, 60.0, workers)
        if again:
            one.forget([each for each in found if each.name == "ann"])
        rows, is_complete = one.judge_all()
        assert is_complete
        return {f"{row.learner} {row.step}": row.status for row in rows}

    return run


@pytest.mark.parametrize("workers", [1, 2])
def test_a_failure_that_passes_alone_is_not_counted(judged: Run, workers: int) -> None:
    judge = Judge({"ann 2": [FAILED, PASSED], "bob 1": [FAILED, FAILED]})
    assert judged(judge, workers) == {
        "ann 1": "passed",
        "ann 2": "passed",
        "bob 1": "failed",
        "bob 2": "passed",
    }
    assert judge.calls == {"ann 1": 1, "ann 2": 2, "bob 1": 2, "bob 2": 1}
    assert judge.at_once["ann 2"][1] == judge.at_once["bob 1"][1] == 1


def test_what_was_twice_so_is_kept(judged: Run) -> None:
    judged(Judge({"bob 1": [FAILED, FAILED]}))
    nobody = Judge({})
    assert judged(nobody)["bob 1"] == "failed"
    assert nobody.calls == {}


def test_a_fault_is_never_kept(judged: Run) -> None:
    assert judged(Judge({"bob 1": [FAILED, FAULT], "bob 2": [FAULT, FAULT]})) == {
        "ann 1": "passed",
        "ann 2": "passed",
        "bob 1": "fault",
        "bob 2": "fault",
    }
    later = Judge({})
    assert set(judged(later).values()) == {"passed"}
    assert later.calls == {"bob 1": 1, "bob 2": 1}


def test_what_cannot_be_read_is_not_judged_twice(judged: Run) -> None:
    unread = {"status": "crashed", "diagnosis": "SyntaxError", "sure": True}
    judge = Judge({"ann 1": [unread]})
    assert judged(judge)["ann 1"] == "crashed"
    assert judge.calls["ann 1"] == 1


def test_one_learner_is_judged_again(judged: Run) -> None:
    judged(Judge({}))
    judge = Judge({})
    judged(judge, again=True)
    assert judge.calls == {"ann 1": 1, "ann 2": 1}


def test_the_time_left_counts_only_what_takes_time() -> None:
    now = [0.0]
    pace = Pace(10, lambda: now[0])
    assert pace.passed(is_new=False) == "1/10 graded"
    now[0] = 60.0
    assert pace.passed(is_new=True) == "2/10 graded, about 8 min left"
    now[0] = 63.0
    for _ in range(6):
        pace.passed(is_new=True)
    assert pace.passed(is_new=True) == "9/10 graded, less than a minute left"
    assert pace.passed(is_new=True) == "10/10 graded"


# ---- real processes

SWARM = """
import subprocess, sys, time

for _ in range({count}):  # and no more, whatever becomes of the limit
    program = "import time; time.sleep(20)"
    subprocess.Popen([sys.executable, "-I", "-S", "-c", program, "{mark}"],
                     start_new_session=True)
time.sleep(20)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="a job has a limit of its own")
def test_whoever_runs_it_a_swarm_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is counted: no limit of the system holds for root."""
    monkeypatch.setattr(sandbox, "MOST_PROCESSES", 6)
    monkeypatch.setattr(sandbox, "MORE_PROCESSES", 10_000)
    answer = tmp_path / "class" / "ann" / "step07.py"
    answer.parent.mkdir(parents=True)
    answer.write_text(SWARM.format(count=12, mark=tmp_path))
    found, _ = learners(tmp_path / "class", tmp_path)
    rows, _ = Grading(tmp_path / "class", found, COURSE[6:7], 30.0, 1).judge_all()
    assert [(row.status, row.diagnosis) for row in rows] == [
        ("crashed", "It starts more and more processes")
    ]
    running = Path("/proc").glob("[0-9]*/cmdline")
    assert [path for path in running if str(tmp_path) in _text(path)] == []


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode(errors="replace")
    except OSError:
        return ""
