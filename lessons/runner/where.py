"""`python -m lessons`, `list` and `next`: where the learner is.

One thread.
"""

import argparse

from lessons.checking import packages
from lessons.course import Step
from lessons.runner.screen import BOLD, GOOD
from lessons.runner.session import STAGES, Refused, Session
from lessons.runner.wrapping import seen

BAR_COLUMNS = 28


def stand(session: Session) -> int:
    """Tell a newcomer what this is, and others which step they are at."""
    if session.progress.is_new:
        _welcome(session)
        return 0
    _bar(session)
    if step := session.current:
        session.screen.write()
        show_head(session, step)
    session.point_on()
    return 0


def _welcome(session: Session) -> None:
    count = len(session.course)
    session.screen.say(
        f"A course in {count} hours: you build a chat room, from one socket to many "
        "threads. It runs in this terminal and needs no network."
    )
    if any(map(session.is_filled, session.course)):
        session.point(
            "You have been here before. To find out what is done", "check", "--all"
        )
    else:
        session.point("To begin, type", "predict", session.course[0].number)
    if absent := packages.missing():
        session.screen.write()
        session.screen.say(
            f"From step 2 on its checks need {' and '.join(absent)}. To install, once:"
        )
        session.screen.write(*(f"    {command}" for command in packages.install()))


def _bar(session: Session) -> None:
    done = sum(session.progress.of(step).done for step in session.course)
    text = f" {done} of {len(session.course)} steps"
    columns = min(BAR_COLUMNS, session.screen.width - len("[]" + text))
    filled = columns * done // len(session.course)
    bar = session.screen.paint("#" * filled, GOOD) + "-" * (columns - filled)
    session.screen.write(f"[{bar}]{text}")


def show_head(session: Session, step: Step) -> None:
    """Name a step, and how far the learner is in it."""
    screen = session.screen
    screen.write(screen.paint(f"Step {step.number}: {step.title}", BOLD))
    screen.say(step.idea, "  ")
    marks = [
        f"[{screen.paint('x', GOOD) if done else ' '}] {name}  "
        for name, done in zip(STAGES, session.stages_done(step), strict=True)
    ]
    screen.write()
    screen.say_words(marks, "  ")


def list_steps(session: Session, options: argparse.Namespace) -> int:
    """Show all steps, with what is done."""
    _refuse_more(options)
    show_list(session)
    session.point_on()
    return 0


def show_list(session: Session) -> None:
    """Print a line for each step."""
    screen = session.screen
    for step in session.course:
        record = session.progress.of(step)
        mark = screen.mark(True) if record.done else " "
        if step == session.current:
            mark = ">"
        text = f"{step.title}: {step.idea}"
        if record.gave_up:
            text += " (you gave up)"
        gap = " " * (3 - seen(mark))
        screen.say(text, f"{gap}{mark} {step.number:2}  ", " " * 8)


def next_step(session: Session, options: argparse.Namespace) -> int:
    """Show the first open step, and what it is about."""
    _refuse_more(options)
    if step := session.current:
        show_head(session, step)
        session.screen.write()
        session.screen.say(f"You make: {step.makes}.", "  ")
        session.screen.say(f"Time: about {step.minutes} minutes.", "  ")
    session.point_on()
    return 0


def no_arguments(parser: argparse.ArgumentParser) -> None:
    """Take whatever follows, so that the command can say that it takes nothing."""
    parser.add_argument("rest", nargs="*", help=argparse.SUPPRESS)


def _refuse_more(options: argparse.Namespace) -> None:
    if options.rest:
        raise Refused(f"this command takes no arguments, so not {options.rest[0]}", 2)
