"""The nursery: its children are like processes of their own."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from lessons.checking import Status, Verdict, judge
from lessons.course import step
from tests.nursery import HAS_FORK, Nursery
from tests.support import DEADLINE_S, ROOT, until
from tests.wrong_answers import bases

pytestmark = [
    pytest.mark.slow,  # the tests of the room and the course use it all the time
    pytest.mark.skipif(not HAS_FORK, reason="the system has no fork"),
]


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    found = Nursery(dict(os.environ))
    yield found
    found.close()


def judged(nursery: Nursery, folder: Path, source: str, **how: object) -> Verdict:
    file = folder / "exercise.py"
    file.write_text(source, encoding="utf-8")
    return judge(step(8), file, start=nursery.start, **how)


def test_an_answer_does_not_change_what_the_next_one_finds(
    nursery: Nursery, tmp_path: Path
) -> None:
    right = bases(8)["solution"]
    spoils = "from lessons.step08_lock import check\ncheck.CHECKS.clear()\n" + right
    assert not judged(nursery, tmp_path, spoils).passed
    assert judged(nursery, tmp_path, right).status is Status.PASSED


def test_the_status_of_an_answer_that_ends_its_process_is_told(
    nursery: Nursery, tmp_path: Path
) -> None:
    ends = judged(nursery, tmp_path, "import os\nos._exit(7)\n")
    assert ends.status is Status.CRASHED
    assert ends.diagnosis
    assert "with status 7" in ends.diagnosis.seen
    killed = judged(nursery, tmp_path, "import os\nos.kill(os.getpid(), 9)\n")
    assert killed.diagnosis
    assert "with status -9" in killed.diagnosis.seen


def test_an_answer_that_hangs_is_ended(nursery: Nursery, tmp_path: Path) -> None:
    verdict = judged(nursery, tmp_path, "import time\ntime.sleep(60)\n", total_s=0.3)
    assert verdict.status is Status.HUNG


def test_what_an_answer_prints_is_kept_apart(nursery: Nursery, tmp_path: Path) -> None:
    verdict = judged(nursery, tmp_path, "print('here')\n" + bases(8)["solution"])
    assert (verdict.status, verdict.output) == (Status.PASSED, "here\n")


@pytest.mark.slow
def test_each_child_has_random_numbers_of_its_own(
    nursery: Nursery, tmp_path: Path
) -> None:
    prints = "import random\nprint(random.random())\n" + bases(8)["solution"]
    assert judged(nursery, tmp_path, prints).output != (
        judged(nursery, tmp_path, prints).output
    )


TESTS = """
import os, threading
from pathlib import Path
from lessons.checking import judge
from lessons.course import step
from tests.nursery import Nursery

nursery = Nursery(dict(os.environ))
def started(child):
    print(nursery._process.pid, child.pid, flush=True)
judge(step(8), Path({file!r}), start=nursery.start, started=started)
"""


@pytest.mark.slow
def test_nothing_outlives_the_tests(tmp_path: Path) -> None:
    file = tmp_path / "exercise.py"
    file.write_text("while True: pass\n", encoding="utf-8")
    script = TESTS.format(file=str(file))
    with subprocess.Popen(
        [sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as tests:
        assert tests.stdout
        pids = [int(pid) for pid in tests.stdout.readline().split()]
        assert len(pids) == 2
        assert all(map(_lives, pids))
        tests.kill()
        tests.wait(DEADLINE_S)
    until(lambda: not any(map(_lives, pids)), "a process stayed behind")


def _lives(pid: int) -> bool:
    """Tell whether a process still runs; a dead one may wait to be buried."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, 0)
        if sys.platform == "linux":
            return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2][1] != "Z"
        return True
    return False
