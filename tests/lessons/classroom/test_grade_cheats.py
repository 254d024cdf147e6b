"""A class in which everyone cheats but one is graded, and nothing of theirs runs on."""

import itertools
import os
import sys
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from lessons.course import step
from tests.lessons.classroom.test_grade import SOLVED, grade, hand_in, rows
from tests.marks import share
from tests.support import ROOT, SCALE

CHEATS = share(sorted((Path(__file__).parent / "cheats").glob("*.py")))
STEPS = (1, 7)  # in a server's process; in the checks' own, and soon judged
ENDLESS = {("hangs", 7), ("hides_from_its_end", 7)}  # up to the limit of time
OUTSIDE = Path("/tmp/written-by-an-answer")
LEFT = b"left behind by an answer"

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, object]]:
    """Return the rows of two classes in which everyone but zoe cheats.

    What does not end by itself is in one with little time: nobody waits for it longer
    than it takes to see that it is ended.
    """
    endless, others = (tmp_path_factory.mktemp(name) for name in ("endless", "others"))
    for cheat, number in itertools.product(CHEATS, STEPS):
        is_endless = (cheat.stem, number) in ENDLESS
        hand_in_cheat(endless if is_endless else others, cheat, number)
    hand_in(others, "zoe", SOLVED)
    OUTSIDE.unlink(missing_ok=True)
    with ThreadPoolExecutor() as pool:
        short = pool.submit(graded_class, endless, 6 * SCALE, 2)
        # On a busy machine a check waits four times as long for a server as at rest.
        found = dict(graded_class(others, 40 * SCALE, 3))
        found |= short.result()
    emptied = [p for p in (ROOT / "lessons").glob("step*/check.py") if is_empty(p)]
    assert emptied == []
    return found


def hand_in_cheat(folder: Path, cheat: Path, number: int) -> None:
    path = folder / cheat.stem / f"step{number:02}.py"
    path.parent.mkdir(exist_ok=True)
    source = step(number).solution.read_text("utf-8")
    path.write_text(f"{cheat.read_text('utf-8')}\n\n{source}")


def graded_class(
    folder: Path, timeout_s: float, jobs: int
) -> Iterable[tuple[str, dict[str, object]]]:
    if not any(folder.iterdir()):  # it has no cheat of this run's share
        return []
    numbers = folder / "t.json"
    options = f"--steps 1,7 --jobs {jobs} --timeout {timeout_s} --json {numbers}"
    done = grade(folder, *options.split())
    told = f"{done.stdout}\n{done.stderr}"  # in full: it fails seldom
    assert (done.returncode, done.stderr) == (0, ""), told
    judged = [(key, r) for key, r in rows(numbers).items() if r["status"] != "missing"]
    return [(f"{name} {number}", row) for (name, number), row in judged]


def is_empty(check: Path) -> bool:
    return check.read_text("utf-8").strip() == "CHECKS = ()"  # so does a cheat edit it


@pytest.mark.parametrize("number", STEPS)
@pytest.mark.parametrize("cheat", [cheat.stem for cheat in CHEATS])
def test_a_cheat_is_not_passed(
    cheat: str, number: int, graded: dict[str, dict[str, object]]
) -> None:
    row = graded[f"{cheat} {number}"]
    assert row["status"] in ("failed", "crashed", "hung"), row
    assert row["diagnosis"]


@pytest.mark.skipif(sys.platform != "linux", reason="RLIMIT_AS")
def test_the_memory_has_a_limit(graded: dict[str, dict[str, object]]) -> None:
    if "fills_the_memory 7" not in graded:
        pytest.skip("in the share of another Python")
    diagnosis = graded["fills_the_memory 7"]["diagnosis"]
    assert diagnosis == "MemoryError when the file is read"


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
