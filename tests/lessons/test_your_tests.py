"""Step 14: its wrong rooms can be told from its right ones, each of them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from lessons.compare.servers import running
from lessons.course import step
from lessons.step14_your_tests import trials
from lessons.step14_your_tests.servers import SELECT, WRONG
from lessons.step14_your_tests.trials import Run, Runner, tried
from tests.support import DEADLINE_S, ROOT, SCALE, until
from tests.wrong_answers import piece

SOLUTION = step(14).solution
LINE_S = 0.5 * SCALE  # a line that a wrong room never sends is waited for so long
HANGS_S = 3.0 * SCALE  # for one test; pytest has to start in that time, too


@pytest.fixture
def runner() -> Iterator[Runner]:
    runner = Runner()
    yield runner
    runner.close()


@pytest.fixture
def idle(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    runners: list[Runner] = []
    monkeypatch.setattr(trials, "_idle", runners)
    yield
    for runner in runners:
        runner.close()


@pytest.mark.slow
@pytest.mark.usefixtures("idle")
def test_good_tests_catch_every_wrong_room() -> None:
    reports = tried(SOLUTION, [Run(server, LINE_S) for server in WRONG])
    assert [report.run.server.key for report in reports if not report.failed] == []
    assert [report for report in reports if report.hung or report.broken] == []


def test_no_two_wrong_rooms_are_the_same() -> None:
    assert len({server.module for server in WRONG}) == len(WRONG) == 18
    rooms = (ROOT / "lessons" / "step14_your_tests" / "rooms").glob("*.py")
    used = {server.key for server in WRONG} | {"other_words", "__init__"}
    assert {path.stem for path in rooms} <= used


@pytest.mark.slow
def test_a_runner_goes_on_after_tests_that_hang(
    runner: Runner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hangs = tmp_path / "exercise.py"
    hangs.write_text(piece(14, "waits_for_ever").text, encoding="utf-8")
    with running(SELECT) as server, monkeypatch.context() as patch:
        patch.setattr(trials, "LIMIT_S", HANGS_S)
        hung = runner.report(hangs, Run(SELECT, LINE_S), server.address)
    assert hung.hung
    assert hung.hung_at
    with running(WRONG[0]) as server:
        report = runner.report(SOLUTION, Run(WRONG[0], LINE_S), server.address)
    assert not report.hung
    assert [test for test, _, _ in report.failed]


def test_folders_above_the_tests_are_left_alone(runner: Runner, tmp_path: Path) -> None:
    (tmp_path / "__init__.py").write_text("1 / 0\n")
    (tmp_path / "answers").mkdir()
    fine = tmp_path / "answers" / "exercise.py"
    fine.write_text("def test_nothing():\n    assert True\n")
    with running(SELECT) as server:
        report = runner.report(fine, Run(SELECT, LINE_S), server.address)
    assert (report.tests, report.failed, report.broken) == (1, [], "")


def test_tests_that_take_longer_than_there_is_time_are_left_out(
    runner: Runner, tmp_path: Path
) -> None:
    slow = tmp_path / "exercise.py"
    slow.write_text(
        "import threading\n\n\ndef test_slow():\n    threading.Event().wait()\n"
    )
    with running(SELECT) as server:
        run = Run(SELECT, LINE_S)
        report = runner.report(slow, run, server.address, left_s=0.5)
        assert report.left_out
        assert not report.hung
        assert runner.report(SOLUTION, run, server.address).tests > 1


def test_a_runner_ends_with_its_standard_input(runner: Runner) -> None:
    with running(WRONG[0]) as server:
        runner.report(SOLUTION, Run(WRONG[0], LINE_S), server.address)
    process = runner.process
    assert process
    assert process.stdin
    process.stdin.close()
    until(lambda: process.poll() is not None, "the end of the runner", DEADLINE_S)
