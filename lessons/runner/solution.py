"""`solution N`: a good answer, for those who have passed or given up.  One thread."""

import argparse

from lessons.runner import show
from lessons.runner.context import Context, Refused, read
from lessons.runner.hint import (
    has_solution,
    hints_left,
    point_to_giving_up,
    point_to_hint,
)


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take the number of a step."""
    show.arguments(parser)
    parser.add_argument(
        "--give-up",
        action="store_true",
        help="show it even if your own has not passed yet",
    )


def run(context: Context, options: argparse.Namespace) -> int:
    """Show the solution if the check has passed, or the learner gives up."""
    step = context.step(options.step)
    record = context.progress.of(step)
    if not has_solution(step):
        raise Refused("this copy of the course has no solutions: ask your teacher")
    if not (record.done or record.gave_up or options.give_up):
        context.screen.say(
            f"You can see the solution of step {step.number} when your own has passed."
        )
        context.point("When yours is ready", "check", step.number)
        if hints_left(context, step):
            point_to_hint(context, step, "For help, a hint")
        point_to_giving_up(context, step, "To give up and see it")
        return 1
    text = read(step.solution)
    if not record.done:
        context.progress.note(step, gave_up=True)
    context.show(f"```python\n{text}```\n")
    if not record.done:
        context.point("Close it, write your own version, and", "check", step.number)
    else:
        context.point_on()
    return 0
