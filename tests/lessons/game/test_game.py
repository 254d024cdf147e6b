"""The game's keys, one after the other."""

import dataclasses
from typing import Any

import pytest

from lessons.game.game import OVER, Game
from lessons.game.levels import LEVELS
from lessons.game.screen import rows
from lessons.races.benchmark.cases import CASES
from lessons.races.position import Position
from lessons.races.scenario import Scenario

COUNTER = dataclasses.replace(CASES[1].broken, operations=False)


def at(step: int, keys: str = "") -> Game:
    level = LEVELS[step]
    return press(Game(level.scenario(level.broken)), keys)


def press(game: Game, keys: str) -> Game:
    for key in keys:
        game.press(key)
    return game


def lines(game: Game) -> list[str]:
    """The source at which each thread stands."""
    return [one.at.source if one.at else "" for one in game.here.threads]


def shown(game: Game) -> str:
    return "\n".join(rows(game.view, 80))


def test_a_number_runs_one_step_of_that_thread() -> None:
    game = at(7, "2")
    assert lines(game) == ["if name in self.users:", "self.users[name] = conn"]
    assert game.here.schedule == [2]
    press(game, "2")
    assert game.here.watched == "users={'ann': 2}   welcomed=[2]"
    assert game.here.threads[1].ended


def test_undo_takes_one_move_back_and_no_more_than_all() -> None:
    game = at(7, "12")
    positions: list[Position] = [game.here]
    press(game, "2x1")
    for _ in range(2):
        game.press("u")
    assert game.here == positions[0]
    press(game, "uu")
    assert game.here == at(7).here
    assert not game.view.notes
    game.press("u")
    assert game.view.notes == ["There is nothing to undo."]


@pytest.mark.parametrize("key", ["\n", " ", "3", "0", "z", "X", "é", "\x1b"])
def test_other_keys_do_nothing(key: str) -> None:
    game = at(7, "1")
    before = game.view
    game.press(key)
    assert game.view == before


def test_a_thread_that_waits_or_has_ended_does_not_run() -> None:
    game = at(11, "1222")
    waits = "bob cannot run: it waits for ann.lock, held by ann."
    assert not game.view.notes
    before = game.here
    game.press("2")
    assert game.view.notes == [waits]
    assert game.here == before
    assert "waits for ann.lock, held by ann" in shown(game)
    game = at(7, "111")
    assert game.view.notes == ["conn-1 has ended."]


def test_a_survived_order_can_be_undone() -> None:
    game = at(7, "112")
    assert game.here.over
    assert game.here.race is None
    assert game.view.notes == [
        "Nothing broke in this order. Undo (u) and try another one."
    ]
    game.press("1")
    assert game.view.notes == [OVER]
    press(game, "uu221")
    assert game.here.race


def test_a_hint_says_who_is_next_or_that_it_is_too_late() -> None:
    game = at(7, "1?")
    assert game.view.notes == ["Hint: run 2, that is conn-2."]
    press(game, "1?")
    assert game.view.notes == ["Hint: from here no order breaks the code. u to undo."]
    press(game, "2?")
    assert game.view.notes == [OVER]


def test_code_that_nobody_can_break_has_no_hint() -> None:
    level = LEVELS[8]
    game = Game(level.scenario(level.mended))
    game.press("?")
    assert game.view.notes == ["No hint: this code cannot be broken line by line."]


def test_a_line_is_opened_into_its_operations() -> None:
    game = Game(COUNTER)
    assert game.view.outlook == ("this code cannot be broken line by line")
    game.press("x")
    assert "1 2: open the line of that thread" in shown(game)
    game.press("1")
    assert "->       . read self.value" in shown(game)
    assert "         . write self.value" in shown(game)
    game.press("1")
    assert "         . read self.value" in shown(game)
    assert "->       . write self.value" in shown(game)
    press(game, "221")
    assert game.here.race
    assert "value=1" in game.here.trace
    assert "Because a line was opened, this schedule fits only this game." in shown(
        game
    )


def test_a_line_opened_in_the_middle_shows_all_its_operations_in_the_trace() -> None:
    game = at(8, "12222x11111")
    trace = [line.strip() for line in game.here.trace.splitlines()]
    here = trace.index("6  21 with self.lock:")
    assert trace[here + 1 : here + 3] == ["read self.lock", "7       enter self.lock"]


def test_a_thread_that_waits_in_an_opened_line_waits_in_its_operation() -> None:
    game = at(8, "12x11221")
    assert game.here.threads[0].waits
    assert "->       . enter self.lock" in shown(game)
    assert "leave with" not in shown(game)


def test_who_has_ended_has_no_line_to_open() -> None:
    game = at(7, "1x")
    assert game.view.notes == [
        "Which thread's line do you want to open into its operations?"
    ]
    game.press("1")
    assert game.view.opened
    game = at(11, "1111x1")
    assert game.view.notes == ["ann is not at a line that can be opened."]


def test_enter_after_x_does_nothing_either() -> None:
    game = at(7, "x")
    before = game.view
    press(game, "\n z")
    assert game.view == before
    game.press("1")
    assert game.view.opened


def test_another_command_after_x_opens_nothing() -> None:
    game = at(7, "xu1")
    assert game.here.schedule == [1]
    assert not game.view.opened


def test_three_threads() -> None:
    case = next(case for case in CASES if case.title == "newcomer thrown out")
    game = press(Game(case.broken), "111")
    assert "1 2 3: run one turn" in shown(game)
    assert max(map(len, rows(game.view, 80))) <= 80
    press(game, "33333222")
    assert game.here.race
    assert "ann joined, but she is not online" in shown(game)


def test_a_search_that_was_too_long_proves_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("lessons.game.game.MOST_SCHEDULES", 2)
    mended: Scenario[Any] = LEVELS[8].scenario(LEVELS[8].mended)
    game = Game(mended)
    assert game.view.outlook == "it is not known whether this code can be broken"
    assert game.view.notes == [
        "Searched only the first 2 schedules with at most 2 interruptions: "
        "nothing found."
    ]
