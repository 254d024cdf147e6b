"""The runner on real terminals: colours, widths, the pager, single keys."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("termios")

from tests.chat.pty_screen import OnTerminal, on_terminal
from tests.lessons.runner import small
from tests.lessons.runner.conftest import Learner
from tests.marks import rest_is_slow
from tests.support import until

PLAIN = {"PAGER": "cat"}
PAGES = 4  # of the longest text


@pytest.fixture(params=rest_is_slow([40, 80]))
def columns(request: pytest.FixtureRequest) -> int:
    return request.param


@pytest.fixture(autouse=True)
def _own_width(learner: Learner, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the terminal say how wide it is; and let `python` be what runs us."""
    monkeypatch.delenv("COLUMNS")
    folder = os.path.dirname(sys.executable)
    monkeypatch.setenv("PATH", folder + os.pathsep + os.environ["PATH"])


def ended(
    learner: Learner, *words: object, columns: int = 80, **env: str
) -> OnTerminal:
    """Run a command on a terminal up to its end; turn its pages, if it has some."""
    with on_terminal(*learner.command(*words), columns=columns, **env) as program:
        program.write("\r" * PAGES)
        assert program.status() == (1 if words[:1] == ("check",) else 0)
        assert program.mode == program.mode_before
    return program


@pytest.mark.parametrize(
    "words",
    [
        [],
        pytest.param(["list"], marks=pytest.mark.slow),
        pytest.param(["next"], marks=pytest.mark.slow),
        pytest.param(["show", 1], marks=pytest.mark.slow),
        ["hint", 1],
        ["check", 1],
        pytest.param(["help"], marks=pytest.mark.slow),
    ],
    ids=str,
)
def test_every_command_fits_and_names_what_comes_next(
    learner: Learner, columns: int, words: list[object]
) -> None:
    """In colours where it is wide, and without where it is narrow."""
    learner.writes(small.TEXT)
    plain = {} if columns > 40 else {"NO_COLOR": "1"}
    program = ended(learner, *words, columns=columns, **PLAIN, **plain)
    rows = program.screen.rows
    assert any(row.startswith("    python -m lessons ") for row in rows)
    full = [row for row in rows if len(row) == columns and "/" not in row]
    assert full == [], "the terminal had to cut what was too long"
    assert ("\x1b" in program.raw) is (not plain)


def test_a_lesson_is_coloured_and_not_with_no_color(learner: Learner) -> None:
    assert "\x1b[" in ended(learner, "show", 1, PAGER="less-or-none").raw
    plain = ended(learner, "show", 1, PAGER="less-or-none", NO_COLOR="1")
    assert "\x1b" not in plain.raw


@pytest.mark.parametrize(
    "words",
    [
        ["list"],
        pytest.param(["show", 1], marks=pytest.mark.slow),
        pytest.param(["check", 1], marks=pytest.mark.slow),
    ],
    ids=str,
)
def test_a_dumb_terminal_gets_no_colours(learner: Learner, words: list[object]) -> None:
    learner.writes(small.TEXT)
    less = pager(learner.home, "less")
    program = ended(learner, *words, TERM="dumb", PAGER=less)
    assert "\x1b" not in program.raw
    assert "PAGED" not in program.raw, "less would complain"


# ---- the pager


def pager(folder: Path, name: str) -> str:
    """Return a pager that says how it was called, and shows all."""
    path = folder / name
    path.write_text('#!/bin/sh\necho "LESS=$LESS"\ncat\necho PAGED\n')
    path.chmod(0o755)
    return str(path)


def test_a_long_text_is_paged_on_a_terminal(learner: Learner) -> None:
    program = ended(learner, "show", 1, PAGER=pager(learner.home, "less"))
    assert "PAGED" in program.screen.rows
    assert "LESS=-R" in program.screen.text
    assert "\x1b[1mStep" in program.raw, "less shows colours"
    rows = program.screen.rows
    assert rows.index("PAGED") < rows.index("Next, predict what will happen:")


def test_another_pager_gets_no_colours(learner: Learner) -> None:
    program = ended(learner, "show", 1, PAGER=pager(learner.home, "other"))
    paged = program.raw.partition("PAGED")[0]
    assert "Some words" in paged
    assert "\x1b" not in paged


def test_a_short_text_is_not_paged(learner: Learner) -> None:
    program = ended(learner, "hint", 1, PAGER=pager(learner.home, "less"))
    assert "PAGED" not in program.screen.text


def test_a_pager_that_does_not_exist_is_not_missed(learner: Learner) -> None:
    program = ended(learner, "show", 1, PAGER="no-such-pager 'unclosed")
    assert "Many words to fill the page." in program.screen.text
    assert "-- Enter: go on --" in program.screen.text


def test_the_pages_of_a_lesson_without_a_pager_can_be_left(learner: Learner) -> None:
    with on_terminal(*learner.command("show", 1), PAGER="less-or-none") as program:
        program.row_is("-- Enter: go on -- |")
        program.write("\x04")
        assert program.status() == 0
        assert "Next, predict what will happen:" in program.screen.text
    assert learner.known() == {"read": True}


def test_the_runners_own_pages_do_not_end_with_a_heading(learner: Learner) -> None:
    text = "# Title\n\n" + "Some words.\n\n" * 9 + "## Next\n\n" + "More words.\n\n" * 9
    learner.steps[0].readme.write_text(text, encoding="utf-8")
    with on_terminal(*learner.command("show", 1), PAGER="less-or-none") as program:
        program.row_is("-- Enter: go on -- |")
        assert "Some words." in program.screen.text
        assert "Next" not in program.screen.text
        program.enter("")
        assert program.status() == 0
        assert "Next" in program.screen.rows


def test_nothing_is_paged_through_a_pipe(learner: Learner) -> None:
    said = learner.runs("show", 1, PAGER=pager(learner.home, "less"))
    assert "PAGED" not in said.out


# ---- questions


COMPARE = "-- Enter: which of your predictions came true -- "


def test_the_demo_offers_to_predict_first(learner: Learner) -> None:
    learner.types("show", 1)
    with on_terminal(*learner.command("demo", 1)) as program:
        program.shows("Predict first? [Y/n]")
        program.enter("")
        program.shows("Your answer (a, b):")
        program.enter("a")
        program.shows("Question 2 of 2")
        program.until(lambda: program.screen.text.count("Your answer") == 2)
        program.enter("a")
        program.shows("42 ''")
        program.row_is(f"{COMPARE}|")
        program.enter("")
        program.row_is("-- Enter: the next question -- |")
        program.enter("")
        assert program.status() == 0
        assert "✗ You predicted a:" in program.screen.text


@pytest.mark.parametrize("answer", rest_is_slow(["n\r", "\x04"]))
def test_the_offer_can_be_refused(learner: Learner, answer: str) -> None:
    with on_terminal(*learner.command("demo", 1)) as program:
        program.shows("Predict first? [Y/n]")
        program.write(answer)
        program.row_is(f"{COMPARE}|")
        assert "What came true" not in program.screen.text
        program.enter("")
        assert program.status() == 0
        assert "What came true (b):" in program.screen.text
        assert "What came true (a):" in program.screen.text


def test_a_lesson_before_the_questions_comes_page_by_page(learner: Learner) -> None:
    with on_terminal(*learner.command("predict", 1)) as program:
        program.row_is("-- Enter: go on -- |")
        assert program.screen.rows[0] == "Step 1: First"
        while "Question 1" not in program.screen.text:
            assert "a)" not in program.screen.text
            before = program.screen.text
            program.enter("")
            program.until(lambda: program.screen.text != before)  # noqa: B023
            program.until(lambda: program.screen.row.endswith((" -- |", "b): |")))
        program.shows("Your answer (a, b):")
        program.write("\x04")
        assert program.status() == 0


def test_no_line_of_a_long_demo_scrolls_out_unread(learner: Learner) -> None:
    lines = "for i in range(50): print('line', i)"
    learner.steps[1].demo.write_text(lines, encoding="utf-8")
    seen: set[str] = set()

    def is_another_page() -> bool:
        """It may come so fast that the last row is never seen without its question."""
        asks = program.screen.row == "-- Enter: go on -- |"
        return asks and not set(program.screen.rows[-24:]) <= seen

    with on_terminal(*learner.command("demo", 2)) as program:
        for _ in range(50 // 22):
            program.until(is_another_page)
            seen |= set(program.screen.rows[-24:])
            program.enter("")
        assert program.status() == 0
        seen |= set(program.screen.rows[-24:])
    assert {f"line {i}" for i in range(50)} <= seen


def test_what_a_demo_says_on_a_terminal_comes_at_once(learner: Learner) -> None:
    """The demo waits for a file that is made only after its words were seen."""
    file = learner.home / "seen"
    learner.steps[1].demo.write_text(
        "import sys, time, pathlib\nprint('before')\n"
        f"while not pathlib.Path({str(file)!r}).exists():\n    time.sleep(0.01)\n"
        "print('after', file=sys.stderr)",
        encoding="utf-8",
    )
    with on_terminal(*learner.command("demo", 2)) as program:
        program.shows("before")
        file.touch()
        program.shows("after")
        assert program.status() == 0


def test_ctrl_c_at_a_question_and_in_a_demo(learner: Learner) -> None:
    learner.steps[1].demo.write_text(
        "print('begun', flush=True)\nimport time\ntime.sleep(60)"
    )
    for words, ready in ((["predict", 1], "Enter: go on"), (["demo", 2], "begun")):
        with on_terminal(*learner.command(*words)) as program:
            program.shows(ready)
            program.interrupt()
            assert program.status() == 130
            assert "Traceback" not in program.screen.text


# ---- watch


@pytest.fixture
def watch(learner: Learner) -> Iterator[OnTerminal]:
    with on_terminal(*learner.command("watch", 1)) as program:
        program.shows("h: hint")
        yield program


def test_single_keys_without_enter_and_without_echo(
    learner: Learner, watch: OnTerminal
) -> None:
    watch.write("h")
    watch.shows("Where to look")
    watch.write("\x1b[H\x1b[Azl")
    watch.write("l")
    watch.shows("1  First: the first idea")
    assert "The idea" not in watch.screen.text, "the Home key is no h"
    learner.writes(small.RIGHT)
    watch.shows("Step 1 is done")
    watch.write("n")
    watch.shows("Step 2: Second")
    watch.write("q")
    assert watch.status() == 0
    assert watch.mode == watch.mode_before


@pytest.mark.parametrize(
    ("way", "status"),
    [
        (signal.SIGINT, 130),
        pytest.param(signal.SIGTERM, 143, marks=pytest.mark.slow),
        pytest.param(signal.SIGHUP, 129, marks=pytest.mark.slow),
    ],
)
def test_every_way_out_leaves_the_terminal_as_it_was(
    watch: OnTerminal, way: signal.Signals, status: int
) -> None:
    assert watch.mode != watch.mode_before
    if way is signal.SIGINT:
        watch.write("\x03")
    else:
        watch.process.send_signal(way)
    assert watch.status() == status
    assert watch.mode == watch.mode_before
    assert "Traceback" not in watch.screen.text


def test_a_shell_that_has_changed_the_mode_is_put_right(watch: OnTerminal) -> None:
    import termios

    in_watch = watch.mode
    termios.tcsetattr(watch._theirs, termios.TCSANOW, watch.mode_before)
    watch.process.send_signal(signal.SIGCONT)
    until(lambda: watch.mode == in_watch, "the mode after SIGCONT")
    watch.write("q")
    assert watch.status() == 0


def test_the_newest_is_on_top_between_head_and_foot(
    learner: Learner, watch: OnTerminal
) -> None:
    watch.shows("Not done yet")
    learner.writes(small.WRONG)
    watch.shows("Another number")
    rows = watch.screen.rows
    assert rows[0] == "[---] 0 of 3 steps"
    assert rows[1].startswith("Step 1: First (open)")
    assert rows[-1].endswith("q: quit")
    assert len(rows) == 24
    assert rows.index("Another number") < 20
    assert watch.screen.hides_cursor
    watch.write("l")
    watch.shows("a number jumps")
    watch.write("jg")
    watch.shows("Step 2: Second (open)")
    watch.write("q")
    assert watch.status() == 0
    assert watch.screen.other is None, "the terminal's own screen is back"
    assert not watch.screen.hides_cursor
    assert "Another number" not in watch.screen.text


def test_what_finds_no_room_is_scrolled_to(watch: OnTerminal) -> None:
    watch.shows("Look at")  # the end of the first verdict
    watch.write("hhhhhh")
    watch.shows("... (arrows or space: more)", without="Look at")
    watch.write("\x1b[B")
    watch.until(lambda: "..." in watch.screen.rows)
    watch.write("      ")
    watch.shows("Look at", without="more)")
    watch.write("\x1b[H")
    watch.until(lambda: "..." not in watch.screen.rows)
    watch.shows("more)")
    watch.write("q")
    assert watch.status() == 0


def test_the_list_is_moved_in_searched_and_left(watch: OnTerminal) -> None:
    watch.write("l")
    watch.until(lambda: watch.screen.rows[-1].endswith("q: close"))
    watch.write("\x1b[B\x1bOB\x1b[A")  # as two kinds of terminals send them
    watch.shows(">     2  Second: another idea")
    watch.write("/THIRD q")  # what the other keys do is text here
    watch.shows("All steps with: third q_")
    watch.write("\x7f\x7f")
    watch.shows(">     3  Third: the last idea", without="Second: another")
    watch.write("\x1b")  # alone: that it is not the begin of an arrow shows in time
    watch.shows("Second: another idea")
    watch.write("\x1b")
    watch.shows("h: hint")
    watch.write("l/second\r")
    watch.shows("Step 2: Second (open)")
    watch.write("q")
    assert watch.status() == 0
    assert watch.mode == watch.mode_before
    assert watch.screen.other is None
    assert not watch.screen.hides_cursor


@pytest.mark.slow
def test_a_command_has_the_terminal_for_itself_and_gives_it_back(
    watch: OnTerminal,
) -> None:
    watch.write("s")
    watch.shows("Enter goes back to watch.")
    assert "when your own has passed" in watch.screen.text
    assert watch.mode == watch.mode_before
    watch.write("\r")
    watch.shows("q: quit")
    assert watch.mode != watch.mode_before
    watch.write("x")
    watch.until(lambda: watch.screen.text.count("Enter goes back") == 2)
    assert "is as it was given." in watch.screen.text
    watch.interrupt()  # it ends the command, and not watch
    watch.shows("q: quit")
    watch.write("q")
    assert watch.status() == 0
    assert watch.mode == watch.mode_before


@pytest.mark.slow
@pytest.mark.parametrize(("option", "term"), [("--plain", "xterm"), ("", "dumb")])
def test_a_screen_reader_gets_line_after_line(
    learner: Learner, option: str, term: str
) -> None:
    words = learner.command("watch", 1, *filter(None, [option]))
    with on_terminal(*words, TERM=term) as program:
        program.shows("h: hint")
        program.write("l")
        program.shows("3  Third: the last idea")
        program.write("\x1b[B/q")  # neither moves nor searches: there is no list there
        assert program.status() == 0
    assert "\x1b[?" not in program.raw
    assert "Not done yet" in program.screen.text


@pytest.mark.slow
def test_by_hand_it_is_judged_at_a_key(learner: Learner) -> None:
    with on_terminal(*learner.command("watch", 1, "--manual", "--plain")) as program:
        program.shows("press r to check it")
        learner.writes(small.WRONG)
        program.write("h")
        program.shows("h: hint")
        assert "Another number" not in program.screen.text
        program.write("r")
        program.shows("Another number")


def test_a_terminal_that_goes_away_ends_it(watch: OnTerminal) -> None:
    watch.hang_up()
    until(lambda: watch.process.poll() is not None, "it lives on")


# ---- with tmux and the real less


@pytest.mark.skipif(
    not (shutil.which("tmux") and shutil.which("less")), reason="no tmux or less"
)
@pytest.mark.parametrize("wide", [80, 40])
def test_less_shows_the_lesson_and_no_codes(learner: Learner, wide: int) -> None:
    socket = ["tmux", "-S", str(learner.home / "tmux")]
    environment = os.environ | {"TERM": "xterm"}
    environment.pop("PAGER", None)
    environment.pop("LESS", None)

    def tmux(*words: str) -> str:
        done = subprocess.run(
            [*socket, *words], capture_output=True, text=True, env=environment
        )
        return done.stdout

    size = ["-x", str(wide), "-y", "24"]
    command = [*learner.command("show", 1)]
    try:
        tmux(
            "-f",
            "/dev/null",
            "new-session",
            "-d",
            *size,
            "-c",
            str(learner.home.cwd()),
            *command,
        )
        until(lambda: "q: leave" in tmux("capture-pane", "-p"), "the pager")
        page = tmux("capture-pane", "-p")
        assert page.startswith("Step 1: First\n===")
        assert "ESC" not in page
        assert "[1m" not in page
        tmux("send-keys", "q")
        until(lambda: learner.progress_file.exists(), "it was read")
    finally:
        tmux("kill-server")
