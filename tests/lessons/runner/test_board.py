"""The board of `watch` fits its window, and its list moves, jumps and filters."""

import os
import re
import shutil
import sys
import time
from pathlib import Path

import pytest

from chat.terminal.characters import columns
from lessons.runner.board import Board, link
from lessons.runner.progress import Progress
from lessons.runner.screen import Screen
from lessons.runner.session import Session
from lessons.runner.watch import StepList
from tests.lessons.runner import small

Written = list[str]


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Written:
    found: Written = []
    monkeypatch.setattr(sys.stdout, "write", found.append)
    return found


def rows_of(drawn: str) -> list[str]:
    text = re.sub(r"\x1b\]8;[^\x1b]*\x1b\\\\", "", drawn)
    text = re.sub(r"\x1b\[[?\d;]*[A-Za-z]", "", text)
    return text.split("\r\n")


@pytest.mark.parametrize(("width", "height"), [(80, 24), (100, 30), (30, 12)])
def test_it_fits(
    width: int, height: int, written: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    size = os.terminal_size((width, height))
    monkeypatch.setattr(shutil, "get_terminal_size", lambda *_: size)
    monkeypatch.setenv("KITTY_WINDOW_ID", "1")
    named = link(Path("a very long name of a file " * 5), "its name " * 20)
    board = Board(lambda _: ["head", named], [f"{key}: word" for key in "abcdefghijkl"])
    with board.shown():
        for number in range(12):
            board.begin()
            board.write(f"news {number}", "wide 名前 " * 30)
            rows = rows_of(written[-1])
            assert len(rows) == height
            assert max(map(columns, rows)) <= width
            assert rows[3] == f"news {number}"
    assert rows[-1].endswith("l: word")
    assert written[-1].endswith("\x1b[?25h\x1b[?1049l")


def test_earlier_news_can_go_on(written: Written) -> None:
    board = Board(lambda _: ["head"], ["q: quit"])
    with board.shown():
        first = board.begin()
        board.write("a check begins")
        board.begin()
        board.write("a hint")
        board.go_on(first)
        board.write("its verdict")
        rows = [row for row in rows_of(written[-1]) if row]
        assert rows == ["head", "a check begins", "its verdict", "a hint", "q: quit"]
        board.lay_over(["a list"])
        assert [row for row in rows_of(written[-1]) if row][:2] == ["head", "a list"]
        board.lay_over([])
        assert [row for row in rows_of(written[-1]) if row] == rows


def test_it_is_drawn_again_when_the_shell_had_the_terminal(
    written: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    board = Board(lambda _: ["head"], ["q: quit"])
    with board.shown():
        before = len(written)
        now[0] = 0.1
        board.refresh()
        assert len(written) == before
        now[0] = 60.0  # it was stopped meanwhile
        board.refresh()
        assert "head" in "".join(written[before:])
        assert written[before].startswith("\x1b[?1049h")


def test_a_link_is_only_for_terminals_that_have_them(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("KITTY_WINDOW_ID", "WT_SESSION", "KONSOLE_VERSION", "VTE_VERSION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM_PROGRAM", "Apple_Terminal")
    assert link(tmp_path, "x") == "x"
    monkeypatch.setenv("TERM_PROGRAM", "vscode")
    assert link(tmp_path, "x") == f"\x1b]8;;{tmp_path.as_uri()}\x1b\\x\x1b]8;;\x1b\\"


def test_the_list_moves_jumps_and_filters(tmp_path: Path) -> None:
    course = small.course(tmp_path)
    progress = Progress(tmp_path / "progress", lambda text: None)
    session = Session(course, progress, Screen())
    steps = StepList(session, course[0])

    def after(keys: str) -> int:
        for key in keys:
            steps.press(key)
        assert steps.chosen
        assert sum(line.startswith("> ") for line in steps.lines()) == 1
        return steps.chosen.number

    assert after("") == 1
    assert after("j") == 2
    assert after("jj") == 3
    assert after("k") == 2
    assert after("1") == 1
    assert after("3") == 3
    assert after("9z") == 3
    progress.note(course[2], done=True)
    assert after("f") == 2
    assert not any("Third" in line for line in steps.lines())
    assert after("f3") == 3
