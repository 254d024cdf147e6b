"""`hint N`: three hints, from where to look to nearly the code.  One thread."""

import argparse
import re

from lessons.course import Step
from lessons.runner import show
from lessons.runner.session import Refused, Session, read


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take the number of a step."""
    show.arguments(parser)
    parser.add_argument("--all", action="store_true", help="all of them at once")


def run(session: Session, options: argparse.Namespace) -> int:
    """Show the next hint, or all, and remember how many were shown."""
    step = session.step(options.step)
    text = all_hints(session, step) if options.all else next_hint(session, step)
    session.show(text)
    if hints_left(session, step):
        point_to_hint(session, step, "Not enough? The next hint")
    elif not session.progress.of(step).done:
        point_to_giving_up(
            session, step, "That was the last hint. To give up and see the solution"
        )
    session.point("Try it, save your file, and", "check", step.number)
    return 0


def next_hint(session: Session, step: Step) -> str:
    """Return the next hint, or the last again, and remember that it was shown."""
    hints = hints_of(step)
    number = min(session.progress.of(step).hints + 1, len(hints))
    session.progress.note(step, hints=number)
    return hints[number - 1]


def all_hints(session: Session, step: Step) -> str:
    """Return all hints, and remember that they were shown."""
    hints = hints_of(step)
    session.progress.note(step, hints=len(hints))
    return "\n\n".join(hints)


def point_to_hint(session: Session, step: Step, reason: str) -> None:
    """Name the command for the next hint."""
    count = len(hints_of(step))
    number = count - hints_left(session, step) + 1
    session.point(f"{reason} ({number} of {count})", "hint", step.number)


def point_to_giving_up(session: Session, step: Step, reason: str) -> None:
    """Name the command that shows the solution before the check has passed."""
    if has_solution(step):
        session.point(reason, "solution", step.number, "--give-up")


def has_solution(step: Step) -> bool:
    """Tell whether it is here: a copy made by `handout` has none."""
    return step.solution.is_file()


def hints_left(session: Session, step: Step) -> int:
    """Return how many hints were not shown yet."""
    return max(0, len(hints_of(step)) - session.progress.of(step).hints)


def hints_of(step: Step) -> list[str]:
    """Return the hints in their order, each with its heading."""
    parts = re.split(r"^(?=## )", read(step.hints), flags=re.MULTILINE)
    if hints := [part.strip() for part in parts if part.startswith("## ")]:
        return hints
    raise Refused(f"step {step.number} has no hints")
