"""`python -m lessons`, `list` and `next`: where the learner is.

One thread.
"""

import argparse

from lessons.checking import packages
from lessons.course import Step
from lessons.runner.context import STAGES, Context, Refused
from lessons.runner.screen import BOLD, GOOD
from lessons.runner.wrapping import seen

BAR_COLUMNS = 28


def stand(context: Context) -> int:
    """Tell a newcomer what this is, and others which step they are at."""
    if context.progress.is_new:
        _welcome(context)
        return 0
    _bar(context)
    if step := context.current:
        context.screen.write()
        show_head(context, step)
    context.point_on()
    return 0


def _welcome(context: Context) -> None:
    count = len(context.course)
    context.screen.say(
        f"A course in {count} hours: you build a chat room, from one socket to many "
        "threads. It runs in this terminal and needs no network."
    )
    if any(map(context.is_filled, context.course)):
        context.point(
            "You have been here before. To find out what is done", "check", "--all"
        )
    else:
        context.point("To begin, type", "predict", context.course[0].number)
    if absent := packages.missing():
        context.screen.write()
        context.screen.say(
            f"From step 2 on its checks need {' and '.join(absent)}. To install, once:"
        )
        context.screen.write(*(f"    {command}" for command in packages.install()))


def _bar(context: Context) -> None:
    done = sum(context.progress.of(step).done for step in context.course)
    text = f" {done} of {len(context.course)} steps"
    columns = min(BAR_COLUMNS, context.screen.width - len("[]" + text))
    filled = columns * done // len(context.course)
    bar = context.screen.paint("#" * filled, GOOD) + "-" * (columns - filled)
    context.screen.write(f"[{bar}]{text}")


def show_head(context: Context, step: Step) -> None:
    """Name a step, and how far the learner is in it."""
    screen = context.screen
    screen.write(screen.paint(f"Step {step.number}: {step.title}", BOLD))
    screen.say(step.idea, "  ")
    marks = [
        f"[{screen.paint('x', GOOD) if done else ' '}] {name}  "
        for name, done in zip(STAGES, context.stages_done(step), strict=True)
    ]
    screen.write()
    screen.say_words(marks, "  ")


def list_steps(context: Context, options: argparse.Namespace) -> int:
    """Show all steps, with what is done."""
    _refuse_more(options)
    show_list(context)
    context.point_on()
    return 0


def show_list(context: Context) -> None:
    """Print a line for each step."""
    screen = context.screen
    for step in context.course:
        record = context.progress.of(step)
        mark = screen.mark(True) if record.done else " "
        if step == context.current:
            mark = ">"
        text = f"{step.title}: {step.idea}"
        if record.gave_up:
            text += " (you gave up)"
        gap = " " * (3 - seen(mark))
        screen.say(text, f"{gap}{mark} {step.number:2}  ", " " * 8)


def next_step(context: Context, options: argparse.Namespace) -> int:
    """Show the first open step, and what it is about."""
    _refuse_more(options)
    if step := context.current:
        show_head(context, step)
        context.screen.write()
        context.screen.say(f"You make: {step.makes}.", "  ")
        context.screen.say(f"Time: about {step.minutes} minutes.", "  ")
    context.point_on()
    return 0


def no_arguments(parser: argparse.ArgumentParser) -> None:
    """Take whatever follows, so that the command can say that it takes nothing."""
    parser.add_argument("rest", nargs="*", help=argparse.SUPPRESS)


def _refuse_more(options: argparse.Namespace) -> None:
    if options.rest:
        raise Refused(f"this command takes no arguments, so not {options.rest[0]}", 2)
