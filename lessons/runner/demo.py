"""`demo N`: runs the demo, then says which predictions came true.

The demo runs in another process.  A thread reads what it prints, so that the main
thread can stop where the window is full: the first lines count, too.
"""

import argparse
import contextlib
import os
import queue
import signal
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Iterable
from typing import Any

from lessons.checking import SCALE
from lessons.course import ROOT, Step
from lessons.runner import show
from lessons.runner.context import Context, Refused, read, shown
from lessons.runner.pages import Pages
from lessons.runner.predict import Question, ask_all, questions_of, speaks_of
from lessons.runner.screen import BOLD, Left

LIMIT_S = 20.0 * SCALE  # a demo ends within 10 s
POLL_S = 0.2
LAST_LINES_S = 2.0 * SCALE  # between the end of the demo and that of what it prints
ROWS_AFTER = 3  # the next command is named below the last question

# ctrl-c reaches us alone: so the demo prints no traceback, and we end it.
_APART: dict[str, Any] = {"process_group": 0}
if sys.platform == "win32":
    _APART = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
# What it prints comes to us line by line, as it would come to a terminal.
_AT_ONCE = {"PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8"}


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take the number of a step."""
    show.arguments(parser)


def run(context: Context, options: argparse.Namespace) -> int:
    """Run the demo, and compare it with what was predicted."""
    step = context.step(options.step)
    if not step.demo.is_file():
        raise Refused(f"{shown(step.demo)} is missing")
    questions = questions_of(step)
    if questions and not context.progress.of(step).answers:
        _offer_to_predict(context, step)
    pages = Pages(context.screen)
    _run(step, pages)
    context.progress.note(step, ran=True)
    if questions and speaks_of(step) not in ("", fingerprint(step)):
        context.screen.write()
        context.screen.say(
            f"You have changed {shown(step.demo)}, so your predictions are not "
            "compared with what it shows."
        )
    elif questions:
        pages.turn("which of your predictions came true")
        _compare_all(context, step, questions, pages)
    context.point_on(step)
    return 0


def fingerprint(step: Step) -> str:
    """Return a number that changes when somebody changes the demo."""
    files = [step.demo, *sorted(step.folder.glob("*_tests.py"))]  # step 14 runs those
    return f"{zlib.crc32(''.join(map(read, files)).encode()):08x}"


def _offer_to_predict(context: Context, step: Step) -> None:
    screen = context.screen
    screen.say(
        "You have not predicted yet what will happen. After a guess, even a wrong "
        "one, you remember better what you see."
    )
    if not screen.is_dialogue:
        screen.say(
            f"To answer the questions first: {context.command('predict', step.number)}"
        )
        screen.write()
        return
    with contextlib.suppress(Left):
        if screen.ask("Predict first? [Y/n] ").lower() not in ("n", "no"):
            ask_all(context, step)
    screen.write()


def _run(step: Step, pages: Pages) -> None:
    module = step.check_module.rpartition(".")[0] + ".demo"
    process = subprocess.Popen(
        [sys.executable, "-m", module],
        cwd=ROOT,
        env=os.environ | _AT_ONCE,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        **_APART,
    )
    try:
        _show(process, pages)
        status = process.wait(LIMIT_S)
    except subprocess.TimeoutExpired:
        _end(process)
        raise Refused(f"the demo did not end within {LIMIT_S:.0f} s") from None
    except BaseException:
        _end(process)
        raise
    if status:
        raise Refused(f"the demo ended with status {status}")


def _show(process: "subprocess.Popen[str]", pages: Pages) -> None:
    """Print what the demo prints, page by page; TimeoutExpired if it does not end.

    The time that the reader takes for a page does not count.
    """
    assert process.stdout
    printed: queue.SimpleQueue[str | None] = queue.SimpleQueue()
    arguments = (process.stdout, printed)
    threading.Thread(target=_read, args=arguments, daemon=True).start()
    end_at, has_ended = time.monotonic() + LIMIT_S, False
    while time.monotonic() < end_at:
        try:
            line = printed.get(timeout=POLL_S)
        except queue.Empty:
            if not has_ended and process.poll() is not None:
                end_at, has_ended = time.monotonic() + LAST_LINES_S, True
            continue
        if line is None:
            return
        begun_at = time.monotonic()
        pages.write(line.rstrip("\n"))
        end_at += time.monotonic() - begun_at
    if process.poll() is None:
        raise subprocess.TimeoutExpired(process.args, LIMIT_S)


def _read(lines: Iterable[str], printed: "queue.SimpleQueue[str | None]") -> None:
    with contextlib.suppress(OSError, ValueError):  # closed
        for line in lines:
            printed.put(line)
    printed.put(None)


def _end(process: "subprocess.Popen[Any]") -> None:
    """End the demo and, where that can be said, what it has started."""
    if sys.platform == "win32":
        process.kill()
    else:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _compare_all(
    context: Context, step: Step, questions: list[Question], pages: Pages
) -> None:
    """Say of each question what came true; none is cut by the end of the window."""
    answers = context.progress.of(step).answers
    for number, question in enumerate(questions):
        lines = compared(context, question, answers[number : number + 1])
        if number and not pages.has_room_for([*lines, *[""] * ROWS_AFTER]):
            pages.turn("the next question")
        pages.write(*lines)


def compared(context: Context, question: Question, letter: str) -> list[str]:
    """Return what was predicted of one question and what came true."""
    screen = context.screen
    right, chosen = question.choice(question.right), question.choice(letter)
    assert right
    lines = ["", screen.paint("-" * screen.width, "2")]
    lines += [*screen.markdown(question.ask), ""]
    if chosen and chosen is not right:
        predicted = f"You predicted {chosen.letter}:"
        lines += screen.wrapped(predicted, f"{screen.mark(False)} ", "  ")
        lines += screen.markdown(chosen.text, 4)
        lines += screen.wrapped(f"A common belief: {chosen.misconception}.", "  ")
        lines += [*screen.markdown(chosen.because, 2), ""]
    said = "You predicted it" if chosen is right else "What came true"
    lines += [f"{screen.mark(True)} {screen.paint(said, BOLD)} ({right.letter}):"]
    return [
        *lines,
        *screen.markdown(right.text, 4),
        *screen.markdown(right.because, 2),
    ]
