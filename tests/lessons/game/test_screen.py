"""The game's rows: whatever is to be shown, it fits."""

import dataclasses
import functools
import importlib.util
from pathlib import Path

import pytest

from chat.terminal.characters import columns
from lessons.game.game import Game
from lessons.game.levels import LEVELS
from lessons.game.screen import LEAST_COLUMNS, LEAST_ROWS, View, rows
from lessons.races import search
from lessons.races.benchmark.cases import CASES
from lessons.races.steps import Place

LONG = search.explore.__code__
FIRST, LAST = LONG.co_firstlineno, max(line for *_, line in LONG.co_lines() if line)
SIZES = [(80, 24), (100, 30), (50, 16), (51, 17), (67, 19), (200, 50), (78, 16)]
START = """\
Step 7: Two users, one name
Let both connections be welcomed as ann.

[1] conn-1                               [2] conn-2
   def join(self, name: str, conn:          def join(self, name: str, conn:
         object) -> bool:                         object) -> bool:
->     if name in self.users:            ->     if name in self.users:
           return False                             return False
       self.users[name] = conn                  self.users[name] = conn
       return True                              return True

users={}   welcomed=[]
0 switches so far; it can be broken with 2
1 2: run one turn   x: open a line   u: undo   ?: hint   q: leave
"""
KEYS = {
    "start": (7, ""),
    "waits": (11, "1222"),
    "opened": (8, "12x1"),
    "race": (8, "12222x11111"),
    "deadlock": (11, "122211"),
    "survived": (7, "112"),
}


@functools.cache
def view(what: str) -> View:
    step, keys = KEYS[what]
    level = LEVELS[step]
    game = Game(level.scenario(level.broken), f"Step {step}: {level.title}", level.goal)
    for key in keys:
        game.press(key)
    return game.view


def standing_at(code: object, line: int) -> View:
    """A view with the first thread somewhere else."""
    start = view("start")
    place = Place(code, line)  # type: ignore[arg-type]
    one = dataclasses.replace(start.position.threads[0], at=place)
    threads = [one, start.position.threads[1]]
    position = dataclasses.replace(start.position, threads=threads)
    return dataclasses.replace(start, position=position)


@pytest.mark.parametrize("what", KEYS)
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_it_fits(what: str, size: tuple[int, int]) -> None:
    shown = rows(view(what), *size)
    assert len(shown) <= size[1]
    assert max(map(columns, shown)) <= size[0]
    assert "q: leave" in " ".join(shown[-2:])
    if not view(what).position.over:
        other = (size[0] - 2) // 2 + 2
        for start in (0, other):
            assert sum(row[start:].startswith("-> ") for row in shown) == 1


def test_the_start_at_80_columns_and_24_rows() -> None:
    assert "\n".join(rows(view("start"), 80, 24)) + "\n" == START


def test_who_waits_says_for_what() -> None:
    shown = "\n".join(rows(view("waits"), 80, 24))
    assert "waits for ann.lock, held by ann" in shown


def test_the_end_shows_count_schedule_and_trace() -> None:
    shown = rows(view("deadlock"), 80, 24)
    assert shown[3:8] == [
        "You broke it with 2 switches, the fewest possible.",
        "Nobody can go on: deadlock.",
        "ann waits at line 20 for bob.lock, held by bob",
        "bob waits at line 20 for ann.lock, held by ann",
        "Your schedule: [1, 2, 2, 2, 1, 1]",
    ]
    assert view("deadlock").position.trace in "\n".join(shown)


def test_a_trace_that_is_too_long_shows_its_end() -> None:
    shown = rows(view("race"), 80, 18)
    trace = view("race").position.trace.splitlines()
    (cut,) = [row for row in shown if "more rows above" in row]
    hidden = int(cut.removeprefix("(").split()[0])
    assert shown[shown.index(cut) + 1 :][: len(trace) - hidden] == trace[hidden:]


@pytest.mark.parametrize("needed", [2, 3])
def test_the_count_is_compared_with_the_fewest(needed: int) -> None:
    end = view("deadlock")
    position = dataclasses.replace(end.position, switches=needed)
    shown = rows(dataclasses.replace(end, position=position), 80)
    how = ", the fewest possible" if needed == 2 else "; it can be done with 2"
    assert f"You broke it with {needed} switches{how}." in shown


@pytest.mark.parametrize("line", [*range(FIRST, FIRST + 12, 3), LAST - 1, LAST])
def test_long_code_scrolls_so_that_the_line_is_seen(line: int) -> None:
    shown = rows(standing_at(LONG, line), 80, 20)
    assert len(shown) == 20
    assert sum(row.startswith("-> ") for row in shown) == 1
    source = Path(LONG.co_filename).read_text().splitlines()[line - 1].strip()
    (arrow,) = [row for row in shown if row.startswith("-> ")]
    assert source[:20] in arrow
    assert any(row.startswith("   ...") for row in shown)


def test_without_a_height_all_is_shown() -> None:
    shown = rows(standing_at(LONG, FIRST), 80)
    assert not any(row.startswith("   ...") for row in shown)
    assert len(shown) > 30
    assert not any("Run every schedule" in row for row in shown)  # its docstring


def test_wide_letters_and_tabs_keep_the_columns_apart(tmp_path: Path) -> None:
    file = tmp_path / "wide.py"
    code = f"def f(x):\n\tx = '{'漢字' * 10}'\n"
    file.write_text(code, encoding="utf-8")
    spec = importlib.util.spec_from_file_location("wide", file)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    shown = rows(standing_at(module.f.__code__, 2), 80, 24)
    assert max(map(columns, shown)) <= 80
    assert any("漢字" in row for row in shown)
    assert not any("\t" in row for row in shown)
    for row in shown[4:9]:
        assert "->     if name" not in row or columns(row.split("->")[0]) in (0, 41)


@pytest.mark.parametrize("size", [(40, 12), (49, 24), (80, LEAST_ROWS - 1), (20, 8)])
def test_a_window_that_is_too_small_is_told_so(size: tuple[int, int]) -> None:
    shown = rows(view("start"), *size)
    text = " ".join(shown)
    assert f"This window is {size[0]} x {size[1]}." in text
    assert f"The game needs {2 * LEAST_COLUMNS} x {LEAST_ROWS}:" in text
    assert len(shown) <= size[1]
    assert max(map(columns, shown)) <= size[0]


def test_three_threads_fit_80_columns() -> None:
    case = next(case for case in CASES if case.title == "newcomer thrown out")
    game = Game(case.broken)
    for key in "13332":
        game.press(key)
        assert max(map(columns, rows(game.view, 80, 24))) <= 80
        assert len(rows(game.view, 80, 24)) <= 24


def test_paint_adds_nothing_that_takes_room() -> None:
    def marked(text: str, style: str) -> str:
        return f"<{style}:{text}>"

    shown = rows(view("waits"), 80, 24, marked)
    assert "<1:[1] ann>" in shown[3]
    assert any("<31:    waits for ann.lock, held by ann>" in row for row in shown)
    unpainted = [
        row.replace("<1:", "").replace("<31:", "").replace("<2:", "").replace(">", "")
        for row in shown
    ]
    plain = [row.replace(">", "") for row in rows(view("waits"), 80, 24)]
    assert [row.rstrip() for row in unpainted] == plain
