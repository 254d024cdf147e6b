"""A level from its first screen to its end, with keys from a pipe."""

import functools
import io
import shutil
import time
from pathlib import Path
from typing import Any

import pytest

from lessons.game import play
from lessons.game.levels import LEVELS
from lessons.races.position import best_schedule
from lessons.races.session import Session
from tests.support import SCALE

STEPS = list(LEVELS)


@functools.cache
def way(step: int) -> list[int]:
    """The keys that the search finds for the broken code."""
    level = LEVELS[step]
    with Session(level.scenario(level.broken)) as session:
        found = best_schedule(session)
    assert found
    return found


class Played:
    """What `main` returned and printed, with keys from a pipe."""

    def __init__(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self._monkeypatch = monkeypatch
        self._capsys = capsys

    def __call__(self, keys: str, step: int, answer: Path | None = None) -> Any:
        self._monkeypatch.setattr("sys.stdin", io.StringIO(keys))
        self.status = play.main(step, answer)
        self.out, self.err = self._capsys.readouterr()
        self.screens = self.out.split("\nStep ")
        return self


@pytest.fixture
def played(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Played:
    return Played(monkeypatch, capsys)


def source(module: Any) -> Path:
    return Path(module.__file__)


@pytest.mark.parametrize("step", STEPS)
def test_what_the_search_finds_wins_the_broken_level(step: int, played: Played) -> None:
    played("".join(map(str, way(step))), step)
    last = played.screens[-1]
    assert "You broke it with 2 switches, the fewest possible." in last
    assert f"Your schedule: {way(step)}" in last
    assert "Each row is a turn: its number, then the line" in last
    assert all("You broke it" not in screen for screen in played.screens[:-1])
    assert (played.status, played.err) == (0, "")


@pytest.mark.parametrize("step", STEPS)
def test_on_right_code_the_game_says_so_and_what_the_old_order_does(
    step: int, played: Played
) -> None:
    played("", step, source(LEVELS[step].mended))
    (screen,) = played.screens
    assert "0 switches so far; this code cannot be broken line by line" in screen
    assert f"The order that broke the old code, {way(step)}, " in screen
    now = "does no harm now." if step == 11 else "is not possible any more: turn "
    assert now in " ".join(screen.split())
    assert "with at most 2 interruptions: nothing found." in " ".join(screen.split())


def test_an_answer_is_played_and_named(tmp_path: Path, played: Played) -> None:
    exercise = Path(shutil.copy(source(LEVELS[8].broken), tmp_path / "exercise.py"))
    played("".join(map(str, way(8))), 8, exercise)
    assert played.screens[0].startswith("Step 8: A lock that covers too little (exerc")
    assert "breaks this code, too" in " ".join(played.screens[0].split())
    assert "then the line of exercise.py." in played.screens[-1]
    assert "You broke it with 2 switches" in played.screens[-1]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("class Registry:\n  def join(self, name, conn):\n", "cannot be loaded (Ind"),
        ("class Other: pass\n", "has no Registry"),
        ("1 / 0\n", "cannot be loaded (ZeroDivisionError: "),
        (
            "class Registry:\n"
            "    def join(self, name, conn):\n"
            '        raise NotImplementedError("YOUR TURN")\n',
            "still has gaps",
        ),
        (
            "class Registry:\n    def __init__(self):\n        self.lock = int([])\n",
            "cannot be played (TypeError: ",
        ),
    ],
)
def test_an_answer_that_cannot_be_played_is_not(
    text: str, reason: str, tmp_path: Path, played: Played
) -> None:
    exercise = tmp_path / "exercise.py"
    exercise.write_text(text)
    played("1", 8, exercise)
    shown = " ".join(played.screens[0].split())
    assert f"exercise.py {reason}" in shown
    assert "this is the level's own code." in shown
    assert "->     with self.lock:" in played.screens[1]


@pytest.mark.slow
def test_an_answer_that_waits_in_a_loop_is_no_long_search(
    tmp_path: Path, played: Played
) -> None:
    exercise = tmp_path / "exercise.py"
    code = source(LEVELS[11].broken).read_text()
    wait = "while receiver.lock.locked():\n            pass\n        "
    exercise.write_text(code.replace("with receiver", f"{wait}with receiver"))
    start_s = time.process_time()
    played("", 11, exercise)
    assert time.process_time() - start_s < 5 * SCALE
    assert "it can be broken with 3" in played.out


def test_a_schedule_in_place_of_code_leaves_the_levels_own(
    tmp_path: Path, played: Played
) -> None:
    exercise = tmp_path / "exercise.py"
    exercise.write_text("SCHEDULE = [1, 2]\n")
    played("12", 7, exercise)
    assert "exercise.py has no Registry: this is the level's own" in played.screens[0]
    assert "it can be broken with 2" in played.screens[0]


def test_a_file_that_is_not_there_is_said(tmp_path: Path, played: Played) -> None:
    played("", 8, tmp_path / "none.py")
    assert "none.py cannot be played (FileNotFoundError" in played.out


def test_an_answer_that_does_not_do_the_same_each_time_is_refused(
    tmp_path: Path, played: Played
) -> None:
    exercise = tmp_path / "exercise.py"
    exercise.write_text(
        "runs = []\n"
        "class Registry:\n"
        "    def __init__(self):\n"
        "        self.x = 0\n"
        "        runs.append(1)\n"
        "    def join(self, name, conn):\n"
        "        for _ in range(len(runs) % 3):\n"
        "            self.x = 1\n"
        "        return conn == 1\n"
    )
    played("1", 8, exercise)
    assert played.status == 1
    assert "cannot be played: the code does not do the same each time" in played.err


@pytest.mark.parametrize("step", [0, 1, 9])
def test_there_is_no_other_level(step: int, played: Played) -> None:
    played("", step)
    assert (played.status, played.out) == (2, "")
    assert played.err == "There are games for steps 7, 8, 11.\n"
