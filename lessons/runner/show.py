"""`show N`: a step's lesson, in the terminal.  One thread."""

import argparse

from lessons.runner.session import Session, read


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take the number of a step."""
    parser.add_argument(
        "step", nargs="?", metavar="N", help="default: the step that you are at"
    )


def run(session: Session, options: argparse.Namespace) -> int:
    """Show the lesson, and remember that it was read."""
    step = session.step(options.step)
    session.show(read(step.readme))
    session.progress.note(step, read=True)
    session.point_on(step)
    return 0
