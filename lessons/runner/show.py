"""`show N`: a step's lesson, in the terminal.  One thread."""

import argparse

from lessons.runner.context import Context, read


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take the number of a step."""
    parser.add_argument(
        "step", nargs="?", metavar="N", help="default: the step that you are at"
    )


def run(context: Context, options: argparse.Namespace) -> int:
    """Show the lesson, and remember that it was read."""
    step = context.step(options.step)
    context.show(read(step.readme))
    context.progress.note(step, read=True)
    context.point_on(step)
    return 0
