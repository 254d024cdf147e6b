"""`predict N`: the questions before the demo.

One thread.  The answers are remembered; which one is right, the demo says.
"""

import argparse
import re
import tomllib
from dataclasses import dataclass

from lessons.course import Step
from lessons.runner import show
from lessons.runner.screen import BOLD, Left
from lessons.runner.session import Refused, Session, read, shown

_BEGINNING = re.compile(r".*?^## Predict\n.*?(?=^## |\Z)", re.DOTALL | re.MULTILINE)
_COMMANDS = re.compile(r"^```sh\n.*?^```\n", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True)
class Choice:
    """One answer that can be given."""

    letter: str
    text: str
    because: str
    misconception: str = ""  # its name; "" in the right answer


@dataclass(frozen=True)
class Question:
    """What is asked before the demo."""

    ask: str
    right: str
    choices: tuple[Choice, ...]

    def choice(self, letter: str) -> Choice | None:
        """Return the choice with this letter, if there is one."""
        return next((c for c in self.choices if c.letter == letter), None)


def questions_of(step: Step) -> list[Question]:
    """Read the questions of a step; it may have none."""
    if not step.predictions.is_file():
        return []
    try:
        tables = tomllib.loads(read(step.predictions))["question"]
        return [_question(**table) for table in tables]
    except (tomllib.TOMLDecodeError, LookupError, TypeError) as error:
        raise Refused(f"{shown(step.predictions)} is broken: {error}") from None


def _question(ask: str, right: str, answers: dict[str, dict[str, str]]) -> Question:
    choices = tuple(Choice(letter, **rest) for letter, rest in answers.items())
    if right not in answers:
        raise LookupError(f"no answer {right}")
    return Question(ask, right, choices)


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take the number of a step."""
    show.arguments(parser)


def run(session: Session, options: argparse.Namespace) -> int:
    """Ask, and remember the answers."""
    step = session.step(options.step)
    if not ask_all(session, step):
        session.screen.say(f"Step {step.number} has no questions.")
    session.point_on(step)
    return 0


def ask_all(session: Session, step: Step) -> bool:
    """Ask the questions of a step; return whether there are any, or raise Left."""
    questions = questions_of(step)
    if questions and not session.progress.of(step).read:
        session.screen.write(*session.lines(_beginning(read(step.readme))))
        session.screen.write()
    try:
        letters = [
            _ask(session, question, f"Question {number} of {len(questions)}")
            for number, question in enumerate(questions, 1)
        ]
    except Left:
        session.screen.say("You left; nothing was noted.")
        raise
    if letters:
        session.progress.note(step, answers="".join(letters))
        session.screen.say("Noted.")
    return bool(letters)


def _beginning(text: str) -> str:
    """Return what a lesson says before its questions, without the commands."""
    found = _BEGINNING.match(text)
    return _COMMANDS.sub("", found[0]) if found else ""


def _ask(session: Session, question: Question, heading: str) -> str:
    screen = session.screen
    screen.write(screen.paint(heading, BOLD), "")
    screen.write(*screen.markdown(question.ask), "")
    for choice in question.choices:
        first, *rest = screen.markdown(choice.text, 4)
        screen.write(f" {choice.letter}) {first.lstrip()}", *rest)
    letters = [choice.letter for choice in question.choices]
    screen.write()
    while True:
        answer = screen.ask(f"Your answer ({', '.join(letters)}): ")
        if (letter := answer.lower().strip(" ().")) in letters:
            screen.write()
            return letter
        screen.say(f"One of {', '.join(letters)}, please; a guess will do.")
