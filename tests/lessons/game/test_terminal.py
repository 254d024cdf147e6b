"""The game on a real terminal and without one, and every way out of it."""

import contextlib
import os
import re
import signal
import struct
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import Mock

import pytest

from lessons.game import terminal
from lessons.game.game import Game
from lessons.game.levels import LEVELS
from lessons.game.screen import rows
from tests.chat.pty_screen import OnTerminal, Screen
from tests.support import DEADLINE_S, ROOT

if sys.platform != "win32":
    import fcntl
    import termios

needs_a_pty = pytest.mark.skipif(sys.platform == "win32", reason="needs a pty")

PLAY = [sys.executable, "-m", "lessons.game", "7"]
WIN = "1221"


class GameScreen(Screen):
    """The shell's screen and the game's own, with what the game sends."""

    def _do(self, token: str) -> None:
        if token == "\x1b[?1049h":
            self._shell = self.cells, self.y, self.x
            self.cells, self.y, self.x = [[]], 0, 0
        elif token == "\x1b[?1049l":
            self.cells, self.y, self.x = self._shell
        elif token == "\x1b[H":
            self.y = self.x = 0
        elif token == "\x1b[K":
            del self.cells[self.y][self.x :]
        else:
            super()._do(token)


class Playing(OnTerminal):
    """The game on a terminal of a size."""

    def __init__(self, command: list[str], columns: int, lines: int, **env: str):
        self._lines = lines
        super().__init__(command, columns, env)
        self.screen = GameScreen(columns)

    def _set_size(self, columns: int) -> None:
        size = struct.pack("HHHH", self._lines, columns, 0, 0)
        fcntl.ioctl(self._theirs, termios.TIOCSWINSZ, size)

    def size(self, columns: int, lines: int) -> None:
        self._lines = lines
        self.resize(columns)
        self.process.send_signal(signal.SIGWINCH)

    def shows_rows(self, expected: list[str]) -> None:
        """Wait until the screen shows this and nothing else."""
        self.until(lambda: [*self.screen.rows] == expected)

    def is_asleep(self) -> bool:
        """Tell whether it waits for a key; just before, Python may miss a signal."""
        stat = Path(f"/proc/{self.process.pid}/stat")
        return (
            not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] == "S"
        )

    def is_restored(self) -> bool:
        return self.mode == self.mode_before and self.raw.count("\x1b[?1049l") == 1


@contextlib.contextmanager
def playing(
    command: list[str] = PLAY, columns: int = 80, lines: int = 24, **env: str
) -> Iterator[Playing]:
    program = Playing(command, columns, lines, **env)
    try:
        program.until(lambda: "q: leave" in program.screen.text)
        yield program
    finally:
        program.close()


def expected(keys: str, columns: int, lines: int) -> list[str]:
    level = LEVELS[7]
    game = Game(level.scenario(level.broken), f"Step 7: {level.title}", level.goal)
    for key in keys:
        game.press(key)
    return rows(game.view, columns, lines)


@needs_a_pty
def test_a_whole_game_in_windows_of_three_sizes() -> None:
    with playing() as game:
        game.shows_rows(expected("", 80, 24))
        game.write("1 \r2")  # space and Enter do nothing
        game.shows_rows(expected("12", 80, 24))
        game.size(100, 30)
        game.shows_rows(expected("12", 100, 30))
        game.size(40, 12)
        game.shows_rows(expected("12", 40, 12))
        assert game.screen.rows[0] == "This window is 40 x 12. The game needs"
        game.size(80, 24)
        game.write("x1?uu")
        game.shows_rows(expected("12x1?uu", 80, 24))
        game.write("\x1b[A\x1b[B2?")  # arrows do nothing
        game.shows_rows(expected("12x1?uu2?", 80, 24))
        game.write("21")
        game.shows_rows(expected("1221", 80, 24))
        assert "\x1b[32mYou broke it" in game.raw
        assert "\x1b[31m" not in game.raw, "winning is not shown in red"
        game.write("q")
        assert game.status() == 0
        assert game.is_restored()
        left = game.screen.rows
        assert left[0] == "Step 7: Two users, one name"
        assert "Your schedule: [1, 2, 2, 1]" in left
        assert "  4  17 self.users[name] = conn" in left


@needs_a_pty
def test_right_code_leaves_on_the_screen_that_nothing_broke() -> None:
    mended = str(Path(LEVELS[8].mended.__file__ or ""))
    with playing([sys.executable, "-m", "lessons.game", "8", mended]) as game:
        game.write("1111")
        game.until(lambda: "conn-1: has ended" in game.screen.text)
        game.write("2222")
        game.until(lambda: "Nothing broke in this order." in game.screen.text)
        game.write("q")
        assert game.status() == 0
        said = "Nothing broke: this code cannot be broken line by line."
        assert game.screen.rows[1] == said


@needs_a_pty
@pytest.mark.parametrize(
    ("keys", "status"),
    [
        ("q", 0),
        pytest.param("\x03", 130, marks=pytest.mark.slow),
        pytest.param("\x04", 0, marks=pytest.mark.slow),
        pytest.param("SIGTERM", 143, marks=pytest.mark.slow),
    ],
)
def test_every_way_out_leaves_the_terminal_as_it_was(keys: str, status: int) -> None:
    with playing() as game:
        game.write("12")
        game.shows_rows(expected("12", 80, 24))
        assert game.mode != game.mode_before
        if keys == "SIGTERM":
            game.process.terminate()
        else:
            game.write(keys)
        assert game.status() == status
        assert game.is_restored()
        assert game.screen.text.strip() == ""  # no traceback either


@needs_a_pty
def test_a_crash_leaves_the_terminal_as_it_was() -> None:
    crash = (
        "from lessons.game import play; "
        "play.Game.press = lambda self, key: 1 / 0; play.main(7)"
    )
    with playing([sys.executable, "-c", crash]) as game:
        game.write("1")
        assert game.status() == 1
        assert game.is_restored()
        assert "ZeroDivisionError" in game.screen.text


@needs_a_pty
def test_a_closed_window_ends_it() -> None:
    with playing() as game:
        game.hang_up()
        assert game.process.wait(DEADLINE_S) in (128 + signal.SIGHUP, -signal.SIGHUP)


WITHOUT_READCHAR = (
    "import sys; sys.modules['readchar'] = None; "
    "from lessons.game import play; play.main(7)"
)


ANY_CTRL_C = (  # a job in a shell's background ignores it
    "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
    "from lessons.game import play; play.main(7)"
)


@needs_a_pty
@pytest.mark.parametrize(
    ("command", "env", "said"),
    [
        ([sys.executable, "-c", WITHOUT_READCHAR], {}, "Without readchar: each key"),
        pytest.param(
            PLAY,
            {"TERM": "dumb"},
            "each key needs Enter after it.",
            marks=pytest.mark.slow,
        ),
    ],
)
def test_where_no_screen_can_be_had_keys_need_enter(
    command: list[str], env: dict[str, str], said: str
) -> None:
    with playing(command, **env) as game:
        game.shows(said)
        game.enter(WIN)
        game.shows("Your schedule: [1, 2, 2, 1]")
        assert "\x1b" not in game.raw
        game.enter("q")
        assert game.status() == 0


@needs_a_pty
def test_without_colour() -> None:
    with playing(NO_COLOR="1") as game:
        game.write(WIN)
        game.shows("Your schedule: [1, 2, 2, 1]")
        assert not re.search(r"\x1b\[[\d;]*m", game.raw)
        game.write("q")
        assert game.status() == 0


def test_a_signal_is_obeyed_where_there_is_no_ctrl_z() -> None:
    """As on Windows."""
    shown = Mock()
    terminal._handle(signal.SIGINT, Mock(), shown)
    shown.obey.assert_called_once_with(signal.SIGINT)


@needs_a_pty
@pytest.mark.parametrize(
    ("key", "status"), [("\x04", 0), pytest.param("\x03", 130, marks=pytest.mark.slow)]
)
def test_without_a_screen_there_is_a_way_out_too(key: str, status: int) -> None:
    with playing([sys.executable, "-c", ANY_CTRL_C], TERM="dumb") as game:
        game.until(game.is_asleep)
        game.write(key)
        assert game.status() == status
        assert "Traceback" not in game.raw


def piped(keys: str, *command: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        command or PLAY,
        input=keys,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
        check=False,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
    )


def test_from_a_pipe_each_character_is_a_key() -> None:
    ran = piped("1\n2\n\n2 1")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "\x1b" not in ran.stdout
    assert ran.stdout.count("Step 7: Two users, one name") == 5
    assert ran.stdout.endswith("\n".join(expected("1221", 80, 100)) + "\n\n")
    ran = piped("1q2")
    assert ran.stdout.count("Step 7: Two users, one name") == 2


def test_a_letter_that_the_encoding_lacks_is_no_error(tmp_path: Path) -> None:
    exercise = tmp_path / "exercise.py"
    source = Path(LEVELS[8].broken.__file__ or "").read_text()
    wide = source.replace("raise NameTaken(name)", "raise NameTaken(name)  # \xf6")
    exercise.write_text(wide, "utf-8")
    ran = piped("1", *PLAY[:-1], "8", str(exercise))
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "(exercise.py)" in ran.stdout
    assert "NameTaken(name)  # ?" in " ".join(ran.stdout.split("\n"))


@pytest.mark.skipif(sys.platform == "win32", reason="needs a shell")
def test_a_reader_that_goes_ends_it_quietly() -> None:
    command = f"yes 1 | {' '.join(PLAY)} | head -n 3"
    ran = piped("", "sh", "-c", command)
    assert len(ran.stdout.splitlines()) == 3
    assert "Traceback" not in ran.stderr
    assert "Error" not in ran.stderr
