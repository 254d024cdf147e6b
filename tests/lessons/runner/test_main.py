"""The way in and every way out: bad usage, ctrl-c, closed pipes, poor terminals."""

import errno
import os
import signal
import subprocess
import sys
from pathlib import Path
from unittest.mock import Mock

import pytest

from lessons.checking import packages
from lessons.course import COURSE
from lessons.game import play
from lessons.runner import main as runner
from lessons.runner.main import COMMANDS
from tests.lessons.runner import small
from tests.lessons.runner.conftest import Learner
from tests.support import DEADLINE_S, ROOT, until


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["show", "99"], "there is no step 99; they are 1 to 3"),
        (["check", "0"], "there is no step 0; they are 1 to 3"),
        (["demo", "x"], "there is no step x; they are 1 to 3"),
        (["hint", "-1"], None),
        (["chek"], "there is no command chek; did you mean check?"),
        (["2"], "there is no command 2; to read step 2: show 2"),
        (["list", "x"], "this command takes no arguments, so not x"),
        (["show", "1", "2"], None),
        (["check", "--what"], None),
        (["check", "--file"], None),
        (["check", "1", "--file", "no.py"], "there is no file no.py"),
        (["check", "--all", "--file", "no.py"], None),
        (["check", "--all", "--through", "4"], "there is no step 4; they are 1 to 3"),
        (["check", "--through", "2"], None),
        (["solution", "1", "--give"], None),
        (["play", "1"], "step 1 has no game; those that have: 3"),
    ],
)
def test_bad_usage_is_one_line_and_status_2(
    learner: Learner, words: list[str], line: str | None
) -> None:
    said = learner.types(*words)
    assert (said.status, said.out) == (2, "")
    (shown,) = said.err.splitlines()
    assert line is None or shown == line


def test_a_newcomer_is_told_what_to_install(
    learner: Learner, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert packages.INSTALL not in learner.types().out
    monkeypatch.setattr(packages, "NEEDED", ("pytest", "no_such_package"))
    said = learner.types().out
    assert "its checks need no_such_package." in said
    for command in packages.install():
        assert f"\n    {command}\n" in said


def test_help_names_every_command(learner: Learner) -> None:
    for word in ("help", "--help", "-h"):
        said = learner.types(word)
        assert said.status == 0
        named = {line.split()[0] for line in said.lines if line.startswith("  ")}
        assert set(COMMANDS) <= named
    assert "the step that you are at" in learner.types("check", "--help").out


@pytest.mark.parametrize("name", [name for name in COMMANDS if name != "compare"])
def test_each_command_has_its_help(learner: Learner, name: str) -> None:
    said = learner.types(name, "--help")
    assert (said.status, said.err) == (0, "")
    usage, *rest = said.lines
    assert f"lessons {name}" in usage
    assert COMMANDS[name].does in rest


@pytest.mark.parametrize("name", ["list", "next"])
def test_a_command_that_takes_nothing_says_so(learner: Learner, name: str) -> None:
    said = learner.types(name, "3")
    assert (said.status, said.err) == (2, "this command takes no arguments, so not 3\n")


def test_the_game_is_given_the_level_and_the_answer(
    learner: Learner, monkeypatch: pytest.MonkeyPatch
) -> None:
    played: list[tuple[int, Path | None]] = []
    monkeypatch.setattr(play, "main", lambda *given: played.append(given) or 7)
    assert learner.types("play", 3).status == 7
    learner.writes(small.RIGHT, 3)
    learner.types("play", 3)
    assert played == [(3, None), (3, learner.steps[2].exercise)]


def test_compare_is_given_its_arguments(
    learner: Learner, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lessons.compare import __main__ as compare

    given: list[list[str]] = []
    monkeypatch.setattr(compare, "main", lambda words: given.append(words) or 0)
    learner.types("compare", "--csv", "x.csv", "--help")
    assert given == [["--csv", "x.csv", "--help"]]


# ---- how this user starts Python


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("python3", "python3"),
        (".venv/bin/python", ".venv/bin/python"),
        ("my tools/python", '"my tools/python"'),
        pytest.param(
            "/no/such/python",
            "/no/such/python",
            marks=pytest.mark.skipif(sys.platform == "win32", reason="shown as py"),
        ),
        ("", "python"),
    ],
)
def test_python_is_shown_as_it_was_typed(
    typed: str, shown: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "orig_argv", [typed, "-m", "lessons"])
    assert packages.python() == shown


@pytest.mark.skipif(sys.platform == "win32", reason="shown as py")
def test_a_full_path_is_shortened_if_that_finds_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "python3").touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path / "one"))
    for name, shown in {"one": "python3", "other": f"{tmp_path}/other/python3"}.items():
        monkeypatch.setattr(sys, "orig_argv", [f"{tmp_path}/{name}/python3"])
        assert packages.python() == shown


# ---- pipes, encodings, interrupts


@pytest.mark.parametrize("words", [("show", 1), ("demo", 2)], ids=str)
def test_a_closed_pipe_is_no_error(learner: Learner, words: tuple[object, ...]) -> None:
    command = subprocess.Popen(
        learner.command(*words),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=ROOT,
    )
    assert command.stdout
    command.stdout.close()
    assert command.stderr
    assert command.stderr.read() == b""
    command.stderr.close()
    assert command.wait(DEADLINE_S) == 1


def test_a_closed_pipe_is_no_error_on_windows(
    learner: Learner, monkeypatch: pytest.MonkeyPatch
) -> None:
    discarded: list[bool] = []
    monkeypatch.setattr(runner, "discard_output", lambda: discarded.append(True))
    closed = OSError(errno.EINVAL, "Invalid argument")
    monkeypatch.setattr(runner, "_run", Mock(side_effect=closed))
    said = learner.types("list")
    assert (said.status, said.err, discarded) == (1, "", [True])
    refused = OSError(errno.EINVAL, "Invalid argument", "a:b")
    monkeypatch.setattr(runner, "_run", Mock(side_effect=refused))
    assert learner.types("list").err == "a:b: Invalid argument\n"


@pytest.mark.parametrize(
    "encoding",
    [
        "ascii",
        pytest.param("cp1252", marks=pytest.mark.slow),
        pytest.param("utf-8", marks=pytest.mark.slow),
    ],
)
def test_an_output_without_ticks_gets_letters(learner: Learner, encoding: str) -> None:
    learner.writes(small.RIGHT)
    learner.steps[0].readme.write_text("# Step ✓ é\n", encoding="utf-8")
    said = learner.runs("check", 1, PYTHONIOENCODING=encoding, PYTHONUTF8="0")
    tick = "✓" if encoding == "utf-8" else "ok"
    assert (said.status, said.lines[1]) == (0, f"  {tick} It gives a number")
    said = learner.runs("show", 1, PYTHONIOENCODING=encoding, PYTHONUTF8="0")
    assert (said.status, said.err) == (0, "")


@pytest.mark.skipif(sys.platform == "win32", reason="needs a shell")
@pytest.mark.parametrize(
    ("words", "closed", "printed"),
    [
        (("predict", 1), "<&-", "You left; your answers were not kept."),
        pytest.param(("list",), ">&-", "", marks=pytest.mark.slow),
        pytest.param(("play", 7), "<&-", "q: leave", marks=pytest.mark.slow),
    ],
    ids=str,
)
def test_standard_streams_may_be_missing(
    learner: Learner, words: tuple[object, ...], closed: str, printed: str
) -> None:
    command = learner.command(*words)
    if words[0] == "play":  # the small course has no game
        command = [sys.executable, "-m", "lessons", *map(str, words)]
    done = subprocess.run(
        ["/bin/sh", "-c", f'exec "$@" {closed}', "sh", *command],
        capture_output=True,
        cwd=ROOT,
        timeout=6 * DEADLINE_S,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert printed in done.stdout


def interrupted(learner: Learner, *words: object, ready: str) -> tuple[int, str]:
    """Run a command, send ctrl-c once `ready` was printed; return status and errors."""
    command = subprocess.Popen(
        learner.command(*words),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    assert command.stdout
    while ready not in command.stdout.readline():
        assert command.poll() is None
    command.send_signal(signal.SIGINT)
    _, errors = command.communicate(timeout=DEADLINE_S)
    return command.returncode, errors


@pytest.mark.skipif(sys.platform == "win32", reason="SIGINT")
@pytest.mark.parametrize(
    ("words", "ready"),
    [
        (["check", 1], "Step 1"),
        pytest.param(["check", "--all"], "1  First", marks=pytest.mark.slow),
        pytest.param(["demo", 3], "begun", marks=pytest.mark.slow),
        pytest.param(["predict", 1], "b) ", marks=pytest.mark.slow),
        (["watch", 1], "Watching"),
    ],
)
def test_ctrl_c_is_status_130_and_no_traceback(
    learner: Learner, words: list[object], ready: str
) -> None:
    learner.writes(small.RIGHT if "--all" in words else small.HANGS)
    learner.writes(small.HANGS, 2)
    pid = learner.home / "pid"
    learner.steps[2].demo.write_text(
        "import os, pathlib, time\n"
        f"pathlib.Path({str(pid)!r}).write_text(str(os.getpid()))\n"
        "print('begun', flush=True); time.sleep(60)",
        encoding="utf-8",
    )
    assert interrupted(learner, *words, ready=ready) == (130, "\n")
    if "demo" in words:
        number = int(pid.read_text())
        until(lambda: not _lives(number), "the demo goes on")


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


# ---- other systems


def test_everything_is_imported_where_posix_is_missing() -> None:
    program = (
        "import sys, subprocess, types\n"
        "from lessons.runner import main\n"  # the standard library as it is here
        "for name in [n for n in sys.modules if n.split('.')[0] in 'chat lessons']:\n"
        "    del sys.modules[name]\n"
        "sys.platform = 'win32'\n"
        "subprocess.CREATE_NEW_PROCESS_GROUP = 512\n"
        "sys.modules |= dict.fromkeys(['termios', 'tty', 'fcntl', 'pty', 'readchar'])\n"
        "sys.modules['msvcrt'] = types.ModuleType('msvcrt')\n"
        "from lessons.runner import main\n"
        "assert main.demo._APART == {'creationflags': 512}\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")


# ---- the real course


@pytest.mark.slow
def test_the_real_step_1_passes_and_fails(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    step = COURSE[0]
    progress = tmp_path / "progress.json"
    for words, status in ((["show", "1"], 0), (["list"], 0), (["hint", "1"], 0)):
        assert runner.main(words, COURSE, progress) == status
    given = type(step).exercise
    monkeypatch.setattr(type(step), "exercise", property(lambda self: self.solution))
    assert runner.main(["check", "1"], COURSE, progress) == 0
    monkeypatch.setattr(type(step), "exercise", given)
    assert "Step 1 is done" in capfd.readouterr().out
