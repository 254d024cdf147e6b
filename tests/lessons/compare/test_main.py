"""The command line, end to end."""

import csv
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from lessons.compare import __main__ as compare
from lessons.compare.servers import SERVERS, running
from lessons.compare.works import WORKS, Outcome


@pytest.fixture
def started(
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Every process that is started, and, in the end, that all have ended."""
    processes: list[subprocess.Popen[bytes]] = []

    class Recorded(subprocess.Popen[bytes]):
        def __init__(self, *args: object, **options: object) -> None:
            super().__init__(*args, **options)  # type: ignore[call-overload]
            processes.append(self)

    monkeypatch.setattr(subprocess, "Popen", Recorded)
    yield processes
    assert processes
    assert all(process.returncode is not None for process in processes)


@pytest.mark.slow
def test_quick_measures_and_leaves_nothing(
    started: list[subprocess.Popen[bytes]],
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    file = tmp_path / "out.csv"
    works = ["limit", "crowd", "delay", "private"]
    arguments = ["--quick", "--seconds", "0.05", "--csv", str(file)]
    arguments += [
        "--work",
        ",".join(works),
        "--servers",
        "naive,queues,select,asyncio,joining",
    ]
    assert compare.main(arguments) == 0
    out, err = capfd.readouterr()
    assert "These numbers mean little" in out
    assert all(s.title in out for s in SERVERS if s.key != "chat")
    assert "\r" not in err
    assert "16/16" in err
    with file.open(newline="") as opened:
        rows = list(csv.DictReader(opened))
    assert [row["work"] for row in rows] == [
        work for work in works for _ in range(1 if work == "limit" else 5)
    ]
    assert [row["failure"] for row in rows if row["failure"]] == []
    # In so short a time on a busy machine one server may do nothing, but not all.
    assert any(float(row["value"]) > 0 for row in rows)
    assert all(float(row["value"]) >= 0 for row in rows)
    assert len(started) == 16


def test_ctrl_c_keeps_what_was_measured(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    values = iter([1.0, 2.0])

    def measure(*_: object) -> Outcome:
        for value in values:
            return Outcome(value)
        raise KeyboardInterrupt

    monkeypatch.setattr(compare, "measure", measure)
    file = tmp_path / "out.csv"
    assert compare.main(["--csv", str(file), "--work", "crowd"]) == 130
    assert "chat.server" in capfd.readouterr().out
    assert len(file.read_text().splitlines()) == 3


@pytest.mark.usefixtures("started")
def test_ctrl_c_ends_the_server() -> None:
    def interrupted() -> None:
        with running(SERVERS[1]):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()


@pytest.mark.parametrize(
    "wrong", [["--work", "nap"], ["--servers", "x"], ["--rounds", "0"]]
)
def test_a_wrong_option_is_refused(
    wrong: list[str], capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as refused:
        compare.main(wrong)
    assert refused.value.code == 2
    assert "Traceback" not in capfd.readouterr().err


def test_rounds_begin_with_another_server_each_time() -> None:
    works = [work for work in WORKS if work.key == "few"]
    cells = list(compare.schedule(2, works, SERVERS[:3], slow=False))
    order = [(turn, server.key) for turn, _, server in cells]
    assert order == [
        (1, "chat"), (1, "naive"), (1, "queues"),
        (2, "naive"), (2, "queues"), (2, "chat"),
    ]  # fmt: skip


def test_what_is_slow_to_fill_is_left_out_unless_asked_for() -> None:
    works = [work for work in WORKS if work.key == "big"]
    for slow in (False, True):
        cells = compare.schedule(1, works, SERVERS, slow)
        assert ("queues" in [server.key for _, _, server in cells]) is slow
