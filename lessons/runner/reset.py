"""`reset N`: the exercise as it was; the learner's version stays.  One thread."""

import argparse
import shutil

from lessons.files import free_name
from lessons.runner import show
from lessons.runner.context import Context, Refused, shown


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take the number of a step."""
    show.arguments(parser)
    parser.add_argument("--yes", action="store_true", help="do not ask")


def run(context: Context, options: argparse.Namespace) -> int:
    """Put the original back, after asking."""
    step = context.step(options.step)
    if step.exercise.is_file() and not context.has_own_edit(step):
        context.screen.say(f"{shown(step.exercise)} is as it was given.")
        context.point_on(step)
        return 0
    if not step.original.is_file():
        raise Refused(f"{shown(step.original)} is missing")
    if not options.yes and not _agrees(context, shown(step.exercise)):
        context.screen.say("Nothing was changed.")
        context.point_on(step)
        return 0
    if step.exercise.is_file():
        kept = free_name(step.exercise, "bak")
        shutil.copyfile(step.exercise, kept)
        context.screen.say(f"Your version is kept in {shown(kept)}")
    shutil.copyfile(step.original, step.exercise)
    context.progress.note(step, done=False)
    context.screen.say(f"{shown(step.exercise)} is as it was given.")
    context.point_on(step)
    return 0


def _agrees(context: Context, name: str) -> bool:
    context.screen.say(
        f"{name} will be as it was given; your version is kept beside it."
    )
    return context.screen.ask("Go on? [y/N] ").lower() in ("y", "yes")
