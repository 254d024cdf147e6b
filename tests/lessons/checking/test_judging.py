"""Every answer gets a verdict, whatever it does to the process that judges it.

What sleeps here is an answer that hangs or is slow: no test waits by time.
"""

import os
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from lessons.checking import Status, Verdict, judge, judging
from lessons.course import Step
from tests.marks import rest_is_slow
from tests.support import DEADLINE_S, SCALE, until

IS_LINUX = sys.platform == "linux"
RIGHT = "def five():\n    return 5\n"


@dataclass(frozen=True)
class FakeStep(Step):
    @property
    def check_module(self) -> str:
        return "tests.lessons.checking.fake_checks"


STEP = FakeStep(1, "fake", "Fake", "", "")
SOON_MS = DEADLINE_S * 1000  # what hangs here would do so for an hour


@pytest.fixture
def answer(tmp_path: Path) -> Path:
    return tmp_path / "exercise.py"


def judged(answer: Path, source: str, **popen: object) -> Verdict:
    answer.write_text(source, encoding="utf-8")
    return judge(STEP, answer, **popen)


def said(verdict: Verdict) -> tuple[Status, str]:
    """Return the status and the title of the diagnosis, of which there must be one."""
    assert verdict.diagnosis
    return verdict.status, verdict.diagnosis.title


def test_a_right_answer_passes_and_each_check_is_told(answer: Path) -> None:
    told: list[tuple[str, str]] = []
    answer.write_text(RIGHT)
    verdict = judge(STEP, answer, lambda kind, check: told.append((kind, check)))
    assert (verdict.status, verdict.diagnosis) == (Status.PASSED, None)
    assert verdict.passed == ["It can be loaded", "It gives five"]
    assert told == [
        (kind, check) for check in verdict.passed for kind in ("begin", "passed")
    ]
    assert verdict.ms > 0


def test_a_wrong_answer_gets_the_diagnosis_of_its_check(answer: Path) -> None:
    verdict = judged(answer, "def five():\n    return 6  # or so\n")
    assert said(verdict) == (Status.FAILED, "It gives another number")
    assert verdict.diagnosis.parts() == [
        ("Seen", "6"),
        ("Expected", "5"),
        ("Why", "Five is what was asked for."),
        ("Look at", "exercise.py, line 2: return 6  # or so"),
    ]
    assert verdict.passed == ["It can be loaded"]
    assert verdict.current == "It gives five"


def test_an_open_gap_is_not_done(answer: Path) -> None:
    verdict = judged(
        answer, 'def five():\n    raise NotImplementedError("YOUR TURN")\n'
    )
    assert verdict.status is Status.NOT_DONE
    assert verdict.diagnosis
    assert "line 2" in verdict.diagnosis.look


FAILS = [
    ("def five()\n    return 5", "SyntaxError when the file is read", "line 1"),
    ("x = 1\nx.y", "AttributeError when the file is read", "line 2"),
    ("def five():\n    return 1 / 0", "ZeroDivisionError in your code", "line 2"),
    ("def five():\n    exit()", "SystemExit in your code", "line 2"),
]
ALSO_FAILS = [
    ("\0", "SyntaxError when the file is read", "line 1"),
    ("raise SystemExit", "SystemExit when the file is read", "line 1"),
    ("def five():\n    return five()", "RecursionError in your code", "line 2"),
]


@pytest.mark.parametrize(
    ("source", "title", "look"),
    [*FAILS, *(pytest.param(*case, marks=pytest.mark.slow) for case in ALSO_FAILS)],
)
def test_what_fails_in_python_is_said_without_a_traceback(
    answer: Path, source: str, title: str, look: str
) -> None:
    verdict = judged(answer, source)
    assert said(verdict) == (Status.CRASHED, title)
    assert look in verdict.diagnosis.look
    assert "Traceback" not in verdict.diagnosis.seen + verdict.output


def test_a_fault_of_the_check_is_not_the_learners(answer: Path) -> None:
    verdict = judged(answer, RIGHT + "BREAK_THE_CHECK = True\n")
    assert said(verdict) == (Status.FAULT, "The check itself failed")
    assert "fake_checks.py:" in verdict.diagnosis.seen


def test_code_that_the_race_checker_cannot_follow_is_told_apart(answer: Path) -> None:
    verdict = judged(answer, RIGHT + "CANNOT_BE_FOLLOWED = True\n")
    assert said(verdict) == (Status.CRASHED, "The race checker cannot follow your code")
    assert verdict.diagnosis.seen == "it is different each time"


def test_a_python_that_the_race_checker_does_not_know_is_named(
    answer: Path,
) -> None:
    verdict = judged(answer, RIGHT + "UNKNOWN_PYTHON = True\n")
    assert said(verdict) == (
        Status.FAULT,
        "The race checker does not know this Python",
    )
    assert verdict.diagnosis.seen == "it missed a deadlock"


def test_a_missing_file_is_missing(answer: Path) -> None:
    assert judge(STEP, answer).status is Status.MISSING


# ---- those that try to get away


ENDS_EARLY = [
    'import os\nos.write(1, b\'["verdict", ["passed", null]]\\n\')\nos._exit(0)',
    'print(\'["verdict", ["passed", null]]\')\nimport os\nos._exit(0)',
    "import os\nos._exit(0)",
    "import os\ndef five():\n    os._exit(0)",
    "import os, signal\nos.kill(os.getpid(), signal.SIGTERM)",
]


@pytest.mark.parametrize("source", rest_is_slow(ENDS_EARLY))
def test_an_early_end_is_no_pass(answer: Path, source: str) -> None:
    verdict = judged(answer, source)
    assert said(verdict) == (Status.CRASHED, "Your code ends the whole program")


@pytest.mark.parametrize(
    ("source", "look"),
    [
        pytest.param(
            "def five():\n    while True:\n        pass",
            "line ",
            marks=pytest.mark.slow,
        ),
        (
            "import threading\nlock = threading.Lock()\ndef five():\n"
            "    lock.acquire()\n    lock.acquire()",
            "line 5",
        ),
        pytest.param("while True:\n    pass", "line ", marks=pytest.mark.slow),
        pytest.param(  # it never lets go
            "def five():\n    return (9 ** 9 ** 9) and 5",
            "line 2",
            marks=pytest.mark.slow,
        ),
    ],
)
def test_a_hang_is_said_with_its_line(answer: Path, source: str, look: str) -> None:
    verdict = judged(answer, source, env={**os.environ, "TIME_SCALE": "0.05"})
    assert verdict.status is Status.HUNG
    assert verdict.diagnosis
    assert look in verdict.diagnosis.look
    assert verdict.current in verdict.diagnosis.seen


def test_a_check_that_hangs_is_not_blamed_on_the_answer(answer: Path) -> None:
    env = {**os.environ, "TIME_SCALE": "0.05"}
    verdict = judged(answer, RIGHT + "HANG_THE_CHECK = True\n", env=env)
    assert said(verdict) == (Status.FAULT, "There was no verdict in time")
    assert verdict.diagnosis.look == ""


def test_an_end_without_a_reason_in_the_answer_is_not_blamed_on_it(
    answer: Path,
) -> None:
    verdict = judged(answer, RIGHT + "END_THE_CHECK = True\n")
    assert said(verdict) == (
        Status.CRASHED,
        "The check was ended before it had a verdict",
    )
    assert "status 9" in verdict.diagnosis.seen


# Which of the two it is at the time of the test must not matter.
AT_REST = (
    "import time\nfrom lessons.checking import limit\nlimit.is_busy = lambda: False\n"
)
BUSY = AT_REST.replace("False", "True")
FOR_A_MOMENT = AT_REST.replace(
    "lambda: False", "iter([False, False] + [True] * 999).__next__"
)
# Slow work, for twice the limit: most of the time it is kept from its turn.
WORKS = """
def five():
    for _ in range(30):
        end_s = time.thread_time() + 0.005
        while time.thread_time() < end_s:
            pass
        time.sleep(0.045)
    return 5
"""


# It waits for another process, which works for longer than the limit.
LETS_ANOTHER_WORK = """
import subprocess, sys
def five():
    code = "import time\\nwhile time.process_time() < 0.9: pass"
    subprocess.run([sys.executable, "-c", code], check=True)
    return 5
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("source", "status"),
    [
        pytest.param(
            BUSY + LETS_ANOTHER_WORK,
            Status.PASSED,
            marks=pytest.mark.skipif(not IS_LINUX, reason="only Linux knows who rests"),
        ),
        (AT_REST + WORKS, Status.HUNG),
        (BUSY + WORKS, Status.PASSED),
        (FOR_A_MOMENT + WORKS, Status.PASSED),
        (BUSY + "def five():\n    while True:\n        pass\n", Status.HUNG),
        (BUSY + "def five():\n    time.sleep(3600)\n", Status.HUNG),
    ],
)
def test_on_a_busy_machine_there_is_more_time(
    answer: Path, source: str, status: Status
) -> None:
    verdict = judged(answer, source, env={**os.environ, "TIME_SCALE": "0.05"})
    assert verdict.status is status
    assert verdict.ms < SOON_MS


@pytest.mark.parametrize(
    ("source", "status", "title"),
    [
        (BUSY + "time.sleep(3600)", Status.HUNG, "Your code does not come to an end"),
        pytest.param(
            AT_REST + "while True:\n    pass",
            Status.HUNG,
            "Your code does not come to an end",
            marks=pytest.mark.slow,
        ),
        pytest.param(
            BUSY + "while True:\n    pass",
            Status.FAULT,
            "There was no verdict in time",
            marks=pytest.mark.slow,
        ),
    ],
    ids=["waits", "works", "would work"],
)
def test_all_of_it_has_a_limit(
    answer: Path, source: str, status: Status, title: str
) -> None:
    answer.write_text(source)
    verdict = judge(STEP, answer, total_s=SCALE)
    assert said(verdict) == (status, title)
    assert verdict.ms < SOON_MS


def test_no_check_begins_after_the_end(answer: Path) -> None:
    answer.write_text(RIGHT)
    verdict = judge(STEP, answer, total_s=0.0)
    assert said(verdict) == (Status.FAULT, "There was no verdict in time")


def test_a_child_that_does_not_end_itself_is_ended(
    answer: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(judging, "LATE_S", 0.5)
    source = "import faulthandler, time\n"
    source += "faulthandler.dump_traceback_later = lambda *_, **__: None\n"
    answer.write_text(source + "time.sleep(3600)")
    verdict = judge(STEP, answer, total_s=0.1)
    assert said(verdict) == (Status.FAULT, "There was no verdict in time")


def test_what_it_leaves_behind_ends_with_it(answer: Path) -> None:
    loose = "import threading, time\nthreading.Thread(target=time.sleep, args=(3600,))"
    verdict = judged(answer, f"{loose}.start()\n{RIGHT}")
    assert verdict.status is Status.PASSED
    assert verdict.ms < SOON_MS


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
def test_a_process_that_it_forked_keeps_nobody_waiting(answer: Path) -> None:
    """It has all that the judged process has open, and would keep that open."""
    forks = "import os, time\nif not os.fork():\n    time.sleep(3600)\n"
    verdict = judged(answer, forks + RIGHT)
    assert verdict.status is Status.PASSED
    assert verdict.ms < SOON_MS


@pytest.mark.skipif(sys.platform != "linux", reason="/proc")
def test_a_process_that_it_started_ends_with_it(answer: Path, tmp_path: Path) -> None:
    note = tmp_path / "pid"
    source = f"""
import os, pathlib, subprocess, sys
waiting = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(3600)"])
pathlib.Path({str(note)!r}).write_text(str(waiting.pid))
def five():
    os._exit(0)
"""
    assert judged(answer, source).status is Status.CRASHED
    until(lambda: not is_running(int(note.read_text())), "the end of what it started")


def is_running(pid: int) -> bool:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2]
    except OSError:
        return False
    return fields.split()[0] != "Z"  # nobody may have asked yet how it ended


def test_what_it_prints_is_kept_and_not_taken_for_news(answer: Path) -> None:
    verdict = judged(answer, f"print('h\\u00e9llo')\nprint('x' * 9000)\n{RIGHT}")
    assert verdict.status is Status.PASSED
    assert verdict.output.startswith("héllo\nxxx")
    assert len(verdict.output) <= 2000


def test_an_interrupt_ends_the_child(answer: Path) -> None:
    def interrupt(kind: str, check: str) -> None:
        raise KeyboardInterrupt

    answer.write_text("import time\ntime.sleep(3600)")
    with pytest.raises(KeyboardInterrupt):
        judge(STEP, answer, interrupt)
