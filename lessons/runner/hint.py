"""`hint N`: three hints, from where to look to nearly the code.  One thread."""

import argparse
import re

from lessons.course import Step
from lessons.runner import show
from lessons.runner.context import Context, Refused, read


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take the number of a step."""
    show.arguments(parser)
    parser.add_argument("--all", action="store_true", help="all of them at once")


def run(context: Context, options: argparse.Namespace) -> int:
    """Show the next hint, or all, and remember how many were shown."""
    step = context.step(options.step)
    text = all_hints(context, step) if options.all else next_hint(context, step)
    context.show(text)
    if hints_left(context, step):
        point_to_hint(context, step, "Not enough? The next hint")
    elif not context.progress.of(step).done:
        point_to_giving_up(
            context, step, "That was the last hint. To give up and see the solution"
        )
    context.point("Try it, save your file, and", "check", step.number)
    return 0


def next_hint(context: Context, step: Step) -> str:
    """Return the next hint, or the last again, and remember that it was shown."""
    hints = hints_of(step)
    number = min(context.progress.of(step).hints + 1, len(hints))
    context.progress.note(step, hints=number)
    return hints[number - 1]


def all_hints(context: Context, step: Step) -> str:
    """Return all hints, and remember that they were shown."""
    hints = hints_of(step)
    context.progress.note(step, hints=len(hints))
    return "\n\n".join(hints)


def point_to_hint(context: Context, step: Step, reason: str) -> None:
    """Name the command for the next hint."""
    count = len(hints_of(step))
    number = count - hints_left(context, step) + 1
    context.point(f"{reason} ({number} of {count})", "hint", step.number)


def point_to_giving_up(context: Context, step: Step, reason: str) -> None:
    """Name the command that shows the solution before the check has passed."""
    if has_solution(step):
        context.point(reason, "solution", step.number, "--give-up")


def has_solution(step: Step) -> bool:
    """Tell whether it is here: a copy made by `handout` has none."""
    return step.solution.is_file()


def hints_left(context: Context, step: Step) -> int:
    """Return how many hints were not shown yet."""
    return max(0, len(hints_of(step)) - context.progress.of(step).hints)


def hints_of(step: Step) -> list[str]:
    """Return the hints in their order, each with its heading."""
    parts = re.split(r"^(?=## )", read(step.hints), flags=re.MULTILINE)
    if hints := [part.strip() for part in parts if part.startswith("## ")]:
        return hints
    raise Refused(f"step {step.number} has no hints")
