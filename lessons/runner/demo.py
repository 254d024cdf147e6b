"""`demo N`: runs the demo, then says which prediction came true.

One thread; the demo is a process of its own.
"""

import argparse
import contextlib
import os
import signal
import subprocess
import sys
import time
from typing import Any

from lessons.checking import SCALE
from lessons.course import ROOT, Step
from lessons.runner import show
from lessons.runner.predict import Question, ask_all, questions_of
from lessons.runner.screen import BOLD, Left
from lessons.runner.session import Refused, Session, shown

LIMIT_S = 20.0 * SCALE  # a demo ends within 10 s
POLL_S = 0.2

# ctrl-c reaches us alone: so the demo prints no traceback, and we end it.
_APART: dict[str, Any] = {"process_group": 0}
if sys.platform == "win32":
    _APART = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take the number of a step."""
    show.arguments(parser)


def run(session: Session, options: argparse.Namespace) -> int:
    """Run the demo, and compare it with what was predicted."""
    step = session.step(options.step)
    if not step.demo.is_file():
        raise Refused(f"{shown(step.demo)} is missing")
    questions = questions_of(step)
    if questions and not session.progress.of(step).answers:
        _offer_to_predict(session, step)
    _run(step)
    session.progress.note(step, ran=True)
    answers = session.progress.of(step).answers
    for number, question in enumerate(questions):
        _compare(session, question, answers[number : number + 1])
    session.point_on(step)
    return 0


def _offer_to_predict(session: Session, step: Step) -> None:
    screen = session.screen
    screen.say(
        "You have not predicted yet what will happen. A guess, even a wrong one, makes "
        "what you see stay."
    )
    if not screen.is_dialogue:
        screen.say(f"First the questions: {session.command('predict', step.number)}")
        screen.write()
        return
    with contextlib.suppress(Left):
        if screen.ask("Predict first? [Y/n] ").lower() not in ("n", "no"):
            ask_all(session, step)
    screen.write()


def _run(step: Step) -> None:
    module = step.check_module.rpartition(".")[0] + ".demo"
    process = subprocess.Popen(
        [sys.executable, "-m", module], cwd=ROOT, stdin=subprocess.DEVNULL, **_APART
    )
    try:
        status = _await_end(process)
    except subprocess.TimeoutExpired:
        _end(process)
        raise Refused(f"the demo did not end within {LIMIT_S:.0f} s") from None
    except BaseException:
        _end(process)
        raise
    if status:
        raise Refused(f"the demo ended with status {status}")


def _await_end(process: "subprocess.Popen[bytes]") -> int:
    """Return the status of the demo; TimeoutExpired if it does not end in time.

    On Windows ctrl-c does not end this wait, so it is a short one, again and again.
    """
    end_s = time.monotonic() + LIMIT_S
    while True:
        try:
            return process.wait(POLL_S)
        except subprocess.TimeoutExpired:
            if time.monotonic() > end_s:
                raise


def _end(process: "subprocess.Popen[bytes]") -> None:
    """End the demo and, where that can be said, what it has started."""
    if sys.platform == "win32":
        process.kill()
    else:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _compare(session: Session, question: Question, letter: str) -> None:
    """Say of one question what was predicted and what came true."""
    screen = session.screen
    right, chosen = question.choice(question.right), question.choice(letter)
    assert right
    screen.write("", screen.paint("-" * screen.width, "2"))
    screen.write(*screen.markdown(question.ask), "")
    if chosen and chosen is not right:
        screen.say(f"You predicted {chosen.letter}:", f"{screen.mark(False)} ", "  ")
        screen.write(*screen.markdown(chosen.text, 4))
        screen.say(f"A common belief: {chosen.misconception}.", "  ")
        screen.write(*screen.markdown(chosen.because, 2), "")
    said = "You predicted it" if chosen is right else "What came true"
    screen.write(f"{screen.mark(True)} {screen.paint(said, BOLD)} ({right.letter}):")
    screen.write(*screen.markdown(right.text, 4), *screen.markdown(right.because, 2))
