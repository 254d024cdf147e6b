"""`python -m chat.history`: the record, printed."""

import datetime
import errno
import os
import subprocess
import sys
from pathlib import Path
from unittest.mock import Mock

import pytest

from chat import history
from chat.server.store import Store
from tests.support import DEADLINE_S, ROOT

pytestmark = pytest.mark.usefixtures("no_sync")

NOON = datetime.datetime(2026, 11, 28, 12, 0, 0).astimezone()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    special = "what was said%20#1.db"  # in an address
    path = tmp_path / (special if os.name == "nt" else special.replace("#", "?#"))
    kept = Store(str(path))
    kept.start()
    for minutes, room, line in (
        (0, "lobby", "ann: Grüße: an alle"),
        (90, "Team1", "bob: hi"),
        (60, "lobby", "ann: a clock was set back"),
    ):
        at = (NOON + datetime.timedelta(minutes=minutes)).timestamp()
        kept.put(at, room, f"{line}\n".encode())
    kept.close()
    return path


def printed(capsys: pytest.CaptureFixture[str], *arguments: object) -> list[str]:
    history.main([str(argument) for argument in arguments])
    return capsys.readouterr().out.splitlines()


def test_all_of_it_in_its_order(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert printed(capsys, path) == [
        "2026-11-28 12:00:00 lobby ann: Grüße: an alle",
        "2026-11-28 13:30:00 Team1 bob: hi",
        "2026-11-28 13:00:00 lobby ann: a clock was set back",
    ]


@pytest.mark.parametrize(
    ("options", "shown"),
    [
        (["--room", "TEAM1"], ["hi"]),
        (["--room", "nowhere"], []),
        (["--since", "2026-11-28 13:00"], ["hi", "back"]),
        (["--since", "2026-11-28T13:01"], ["hi"]),
        (["--since", "2026-11-28"], ["alle", "hi", "back"]),
        (["--since", "2026-11-29"], []),
        (["--since", "2026-11-28 12:30", "--room", "lobby"], ["back"]),
    ],
)
def test_a_part_of_it(
    path: Path,
    capsys: pytest.CaptureFixture[str],
    options: list[str],
    shown: list[str],
) -> None:
    assert [line.split()[-1] for line in printed(capsys, path, *options)] == shown


def test_a_time_alone_is_of_today() -> None:
    today = datetime.date.today()
    for text in ("00:00", "14:05", "23:59:59"):
        moment = history._moment(text)
        assert moment.date() == today
        assert str(moment.time()).startswith(text)


@pytest.mark.parametrize("text", ["", "now", "25:00", "2026-13-01", "x:y"])
def test_what_is_no_time_is_refused(
    text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match=r"^2$"):
        history.main(["file", f"--since={text}"])
    assert "is neither a time (14:05) nor a day" in capsys.readouterr().err


def test_a_file_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"^There is nothing in .*missing$"):
        history.main([str(tmp_path / "missing")])
    assert list(tmp_path.iterdir()) == []


def test_nothing_in_it_moves_a_cursor(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = Store(str(path))
    kept._connection.execute("UPDATE said SET text = ?", ("\x1b[2J\nbob: hi",))
    kept._connection.close()
    lines = printed(capsys, path)
    assert len(lines) == 3
    assert lines[0].endswith(" ann: �[2J�bob: hi")


def test_a_time_that_is_none_is_said_so(path: Path) -> None:
    kept = Store(str(path))
    kept._connection.execute("UPDATE said SET at = 'noon\x1b'")
    kept._connection.close()
    with pytest.raises(SystemExit, match=r"is damaged: .*noon"):
        history.main([str(path)])


@pytest.mark.parametrize(
    ("number", "status"),
    [
        (errno.EPIPE, 1),
        (errno.EINVAL, 1),  # what Windows says of it
        (errno.ENOSPC, "Cannot write what was said: Full"),
    ],
)
def test_a_closed_pipe_ends_it_without_a_traceback(
    path: Path, number: int, status: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    discard = Mock()
    monkeypatch.setattr(history, "discard_output", discard)
    failing = Mock(side_effect=OSError(number, "Full"))
    monkeypatch.setattr(history, "print", failing, raising=False)
    with pytest.raises(SystemExit) as ended:
        history.main([str(path)])
    assert ended.value.code == status
    discard.assert_called_once()


def test_it_runs(path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "chat.history", str(path), "--room", "team1"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "2026-11-28 13:30:00 Team1 bob: hi\n"
