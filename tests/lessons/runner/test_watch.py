"""`watch`: saves as editors make them, keys, and every way out."""

import contextlib
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.lessons.runner import small
from tests.lessons.runner.conftest import Learner
from tests.support import DEADLINE_S, ROOT, SCALE

INSTANT_S = 0.5 * SCALE
TRIES = 5

SLOW_CHECK = '''
"""Waits in its second check until a file tells it to go on."""
import pathlib, time

def begins(answer):
    """It begins"""
    answer.module.answer()

def waits(answer):
    """It waits"""
    flag = pathlib.Path(__file__).with_name(f"go-{answer.module.answer()}")
    while not flag.exists():
        time.sleep(0.01)

CHECKS = (begins, waits)
'''


class Watching:
    """A process that watches, and the lines that it has printed."""

    def __init__(self, learner: Learner, *words: object) -> None:
        self.process = subprocess.Popen(
            learner.command("watch", *words),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=ROOT,
            env=os.environ | {"PYTHONIOENCODING": "utf-8"},  # it has the ticks
        )
        self._lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        for line in self.process.stdout:
            self._lines.put(line.decode().rstrip("\r\n"))
        self._lines.put("END")

    def types(self, text: str) -> None:
        self.process.stdin.write(text.encode())
        self.process.stdin.flush()

    def until(self, found: Callable[[str], object] | str) -> list[str]:
        """Return the lines up to the one that is `found`; fail at the deadline."""
        lines: list[str] = []
        end_at = time.monotonic() + DEADLINE_S
        while not lines or not (found in lines[-1] if isinstance(found, str) else 0):
            try:
                lines.append(self._lines.get(timeout=end_at - time.monotonic()))
            except (queue.Empty, ValueError):
                pytest.fail(f"not in time: {found!r} in {lines}")
            assert lines[-1] != "END" or found == "END", lines
        return lines

    def verdict(self) -> list[str]:
        """Return the lines up to the keys, which come behind a verdict."""
        return self.until("h: hint")

    def leave(self) -> tuple[int, str]:
        """Wait for the end; return the status and what went wrong."""
        self.until("END")
        return self.process.wait(DEADLINE_S), self.process.stderr.read().decode()

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        self._reader.join()
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            with contextlib.suppress(OSError):
                stream.close()


@contextlib.contextmanager
def watching(learner: Learner, *words: object) -> Iterator[Watching]:
    watch = Watching(learner, *words)
    try:
        yield watch
    finally:
        watch.close()


def test_each_save_is_judged(learner: Learner) -> None:
    with watching(learner, 1) as watch:
        assert "Not done yet" in watch.verdict()
        for code, line in [
            (small.WRONG, "Another number"),
            (small.TEXT, "No number"),
            (small.RIGHT, "  ✓ The number is right"),
        ]:
            learner.writes(code)
            assert line in watch.verdict()
        assert learner.known() == {"done": True}
        watch.types("q\n")
        assert watch.leave() == (0, "")


def test_the_first_line_of_a_verdict_comes_at_once(learner: Learner) -> None:
    """The best of some saves; a machine that is slow to start a Python gets longer."""
    times, starts = [], []
    start = [sys.executable, "-c", "from lessons.checking import child"]
    with watching(learner, 1) as watch:
        watch.verdict()
        for number in range(TRIES):
            begun_at = time.monotonic()
            learner.writes(f"{small.RIGHT}# {number}\n")
            watch.until("✓ It gives a number")
            times.append(time.monotonic() - begun_at)
            watch.verdict()
            begun_at = time.monotonic()
            subprocess.run(start, cwd=ROOT, check=True)
            starts.append(time.monotonic() - begun_at)
            if min(times) < max(INSTANT_S, 3 * min(starts)):
                return
    pytest.fail(f"{times} s; a Python started in {starts} s")


def rename_over(path: Path, code: str) -> None:
    """As vim and many others save."""
    new = path.with_name("new")
    new.write_text(code)
    new.replace(path)


def move_away_first(path: Path, code: str) -> None:
    path.rename(path.with_name("exercise.py~"))
    time.sleep(0.3)  # as a slow disk would
    path.write_text(code)


def truncate_first(path: Path, code: str) -> None:
    with path.open("w") as file:
        time.sleep(0.3)
        file.write(code)


def in_pieces(path: Path, code: str) -> None:
    """The first piece alone would be a syntax error."""
    with path.open("w") as file:
        for piece in (code[:10], code[10:]):
            file.write(piece)
            file.flush()
            time.sleep(0.02)


@pytest.mark.parametrize(
    "save",
    [
        rename_over,
        *[
            pytest.param(way, marks=pytest.mark.slow)
            for way in (truncate_first, move_away_first, in_pieces)
        ],
    ],
)
def test_no_way_to_save_gives_a_false_verdict(
    learner: Learner, save: Callable[[Path, str], None]
) -> None:
    learner.writes(small.WRONG)
    with watching(learner, 1) as watch:
        assert "Another number" in watch.verdict()
        save(learner.steps[0].exercise, small.RIGHT)
        lines = watch.verdict()
        assert "  ✓ The number is right" in lines
        assert not [w for w in ("Error", "missing", "Not done") if w in str(lines)]


@pytest.mark.slow
def test_a_file_that_stays_away_is_said(learner: Learner) -> None:
    with watching(learner, 1) as watch:
        watch.verdict()
        learner.steps[0].exercise.unlink()
        assert "The file is missing" in watch.verdict()
        learner.writes(small.RIGHT)
        assert "  ✓ The number is right" in watch.verdict()


def test_a_save_in_the_middle_of_a_check_starts_it_anew(learner: Learner) -> None:
    folder = learner.steps[0].folder
    folder.joinpath("check.py").write_text(SLOW_CHECK)
    learner.writes(small.WRONG)
    with watching(learner, 1) as watch:
        watch.until("✓ It begins")
        learner.writes(small.RIGHT)
        watch.until("✓ It begins")
        (folder / "go-42").touch()
        assert "  ✓ It waits" in watch.verdict()
        (folder / "go-41").touch()  # nobody waits for it any more
        watch.types("q\n")
        rest = watch.until("END")
        assert "✓ It waits" not in str(rest)


@pytest.mark.skipif(sys.platform == "win32", reason="needs ps")
def test_nothing_of_a_cancelled_check_is_left(learner: Learner) -> None:
    learner.writes(small.HANGS)
    with watching(learner, 1) as watch:
        watch.until("Step 1: First")
        watch.types("q\n")
        assert watch.leave() == (0, "")
        assert not _judging(learner), "its child goes on"


def _judging(learner: Learner) -> list[bytes]:
    """Return the processes that judge for this learner."""
    lines = subprocess.run(["ps", "-eo", "args"], capture_output=True).stdout
    home = str(learner.home).encode()
    return [line for line in lines.splitlines() if home in line and b"child" in line]


def test_the_keys_as_lines(learner: Learner) -> None:
    learner.writes(small.WRONG)
    with watching(learner, 1) as watch:
        watch.verdict()
        watch.types("h\n")
        assert "Where to look" in watch.verdict()
        watch.types("Hint, please\n")
        assert "The idea" in watch.verdict()
        assert learner.known() == {"hints": 2}
        watch.types("l\n")
        assert "  >  1  First: the first idea" in watch.verdict()
        watch.types("r\n")
        assert "Another number" in watch.verdict()
        watch.types("x\n\nn\n")
        watch.until("Step 1 is not done yet.")
        learner.writes(small.RIGHT)
        watch.verdict()
        watch.types("n\n")
        assert "Step 2: Second" in watch.until("Watching")
        learner.writes(small.WRONG, 2)
        assert "Another number" in watch.verdict()
        watch.types("q\n")
        assert "-m lessons demo 2" in watch.until("END")[-2]


def test_when_all_is_done_there_is_no_next_step(learner: Learner) -> None:
    for number in (1, 2, 3):
        learner.writes(small.RIGHT, number)
    learner.types("check", "--all")
    with watching(learner) as watch:
        watch.verdict()
        watch.types("n\n")
        watch.until("All steps are done.")


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="SIGINT")
def test_without_input_it_still_watches(learner: Learner) -> None:
    with watching(learner, 1) as watch:
        watch.process.stdin.close()
        watch.verdict()
        learner.writes(small.RIGHT)
        watch.verdict()
        watch.process.send_signal(signal.SIGINT)
        assert watch.leave() == (130, "\n")


@pytest.mark.skipif(sys.platform == "win32", reason="needs a shell")
def test_a_reader_that_goes_away_ends_it(learner: Learner) -> None:
    done = subprocess.run(
        ["/bin/sh", "-c", '"$@" | head -1', "sh", *learner.command("watch")],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        cwd=ROOT,
        timeout=DEADLINE_S,
        env=os.environ,
    )
    assert done.stderr == b""
    assert done.stdout.startswith(b"Watching")
