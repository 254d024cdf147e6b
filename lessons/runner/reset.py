"""`reset N`: the exercise as it was; the learner's version stays.  One thread."""

import argparse
import shutil

from lessons.files import free_name
from lessons.runner import show
from lessons.runner.session import Refused, Session, shown


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take the number of a step."""
    show.arguments(parser)
    parser.add_argument("--yes", action="store_true", help="do not ask")


def run(session: Session, options: argparse.Namespace) -> int:
    """Put the original back, after asking."""
    step = session.step(options.step)
    if step.exercise.is_file() and not session.has_own_edit(step):
        session.screen.say(f"{shown(step.exercise)} is as it was given.")
        session.point_on(step)
        return 0
    if not step.original.is_file():
        raise Refused(f"{shown(step.original)} is missing")
    if not options.yes and not _agrees(session, shown(step.exercise)):
        session.screen.say("Nothing was changed.")
        session.point_on(step)
        return 0
    if step.exercise.is_file():
        kept = free_name(step.exercise, "bak")
        shutil.copyfile(step.exercise, kept)
        session.screen.say(f"Your version is kept in {shown(kept)}")
    shutil.copyfile(step.original, step.exercise)
    session.progress.note(step, done=False)
    session.screen.say(f"{shown(step.exercise)} is as it was given.")
    session.point_on(step)
    return 0


def _agrees(session: Session, name: str) -> bool:
    session.screen.say(
        f"{name} will be as it was given; your version is kept beside it."
    )
    return session.screen.ask("Go on? [y/N] ").lower() in ("y", "yes")
