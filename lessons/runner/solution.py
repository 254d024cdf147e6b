"""`solution N`: a good answer, for those who have passed or given up.  One thread."""

import argparse

from lessons.runner import show
from lessons.runner.hint import (
    has_solution,
    hints_left,
    point_to_giving_up,
    point_to_hint,
)
from lessons.runner.session import Refused, Session, read


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take the number of a step."""
    show.arguments(parser)
    parser.add_argument(
        "--give-up",
        action="store_true",
        help="show it even if your own has not passed yet",
    )


def run(session: Session, options: argparse.Namespace) -> int:
    """Show the solution if the check has passed, or the learner gives up."""
    step = session.step(options.step)
    record = session.progress.of(step)
    if not has_solution(step):
        raise Refused("this copy of the course has no solutions: ask your teacher")
    if not (record.done or record.gave_up or options.give_up):
        session.screen.say(
            f"You can see the solution of step {step.number} when your own has passed."
        )
        session.point("When yours is ready", "check", step.number)
        if hints_left(session, step):
            point_to_hint(session, step, "For help, a hint")
        point_to_giving_up(session, step, "To give up and see it")
        return 1
    text = read(step.solution)
    if not record.done:
        session.progress.note(step, gave_up=True)
    session.show(f"```python\n{text}```\n")
    if not record.done:
        session.point("Close it, write your own version, and", "check", step.number)
    else:
        session.point_on()
    return 0
