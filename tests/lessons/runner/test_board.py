"""The board of `watch` fits its window, and has what it had when others wrote there."""

import os
import re
import shutil
import sys
import time
from pathlib import Path

import pytest

from chat.terminal.characters import columns
from lessons.runner.board import Board, link

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


def test_all_rows_of_the_news_can_be_scrolled_to(
    written: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    size = os.terminal_size((80, 12))
    monkeypatch.setattr(shutil, "get_terminal_size", lambda *_: size)
    board = Board(lambda _: ["head"], ["q: quit"])
    lines = [f"line {number}" for number in range(50)]

    def shown() -> list[str]:
        known = ("line", "...", "new")
        return [row for row in rows_of(written[-1]) if row.startswith(known)]

    with board.shown():
        board.write(*lines)
        seen = set(shown())
        assert shown()[0] == "line 0"
        assert shown()[-1] == "... (arrows or space: more)"
        for _ in range(50):
            board.scroll(board.page)
            seen |= set(shown())
        assert set(lines) <= seen
        assert (shown()[0], shown()[-1]) == ("...", "line 49")
        board.scroll(-1)
        assert "line 49" not in shown()
        board.scroll(-1000)
        assert shown()[0] == "line 0"
        board.scroll(20)
        board.lay_over(["a list"])
        assert "line 0" in shown(), "what is laid over is seen first"
        board.lay_over([])
        board.begin()
        board.write("new")
        assert shown()[:2] == ["new", "line 0"]


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


def test_what_is_laid_over_has_its_own_keys_and_the_chosen_line_is_seen(
    written: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    size = os.terminal_size((80, 12))
    monkeypatch.setattr(shutil, "get_terminal_size", lambda *_: size)
    board = Board(lambda _: ["head"], ["q: quit"])
    lines = [f"line {number}" for number in range(20)]
    with board.shown():
        board.write("news")
        for chosen in (0, 7, 19):
            board.lay_over(lines, chosen, ["q: close"])
            rows = rows_of(written[-1])
            assert lines[chosen] in rows
            assert rows[-1] == "q: close"
        board.lay_over(lines[:8], 0, ["q: close"])
        assert rows_of(written[-1])[2:10] == lines[:8], "what fits is whole"
        board.lay_over([])
        rows = rows_of(written[-1])
        assert (rows[2], rows[-1]) == ("news", "q: quit")
