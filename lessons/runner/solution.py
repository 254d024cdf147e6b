"""`solution N`: one good answer, for who has passed or given up.  One thread."""

import argparse

from lessons.runner import show
from lessons.runner.session import Refused, Session, read


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take the number of a step."""
    show.arguments(parser)
    parser.add_argument(
        "--give-up", action="store_true", help="see it before your own has passed"
    )


def run(session: Session, options: argparse.Namespace) -> int:
    """Show the solution if the check has passed, or the learner gives up."""
    step = session.step(options.step)
    record = session.progress.of(step)
    if not (record.done or record.gave_up or options.give_up):
        raise Refused(
            f"The solution of step {step.number} opens when your own has passed "
            f"({session.command('check', step.number)}).\n"
            f"For help: {session.command('hint', step.number)}\n"
            f"To give up: {session.command('solution', step.number, '--give-up')}"
        )
    text = read(step.solution)
    if not record.done:
        session.progress.note(step, gave_up=True)
    session.show(f"```python\n{text}```\n")
    if not record.done:
        session.point("Close it, write it in your own way, and", "check", step.number)
    else:
        session.point_on()
    return 0
