"""`predict N`: the questions before the demo.

One thread.  The answers are remembered; which one is right, the demo says.
"""

import argparse
import re
import tomllib
from dataclasses import dataclass

from lessons.course import Step
from lessons.runner import show
from lessons.runner.context import Context, Refused, read, shown
from lessons.runner.pages import Pages
from lessons.runner.screen import BOLD, Left, Screen

ROWS_OF_AN_ANSWER = 2
_BEGINNING = re.compile(r".*?^## Predict\n.*?(?=^## |\Z)", re.DOTALL | re.MULTILINE)
_PROGRAM = re.compile(r"^```(?:python|text)?\n.*?^```$", re.DOTALL | re.MULTILINE)
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


def speaks_of(step: Step) -> str:
    """Return the fingerprint of the demo that the questions speak of, or nothing."""
    return str(tomllib.loads(read(step.predictions)).get("demo", ""))


def _question(ask: str, right: str, answers: dict[str, dict[str, str]]) -> Question:
    choices = tuple(Choice(letter, **rest) for letter, rest in answers.items())
    if right not in answers:
        raise LookupError(f"no answer {right}")
    return Question(ask, right, choices)


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take the number of a step."""
    show.arguments(parser)


def run(context: Context, options: argparse.Namespace) -> int:
    """Ask, and remember the answers."""
    step = context.step(options.step)
    if not ask_all(context, step):
        context.screen.say(f"Step {step.number} has no questions.")
    context.point_on(step)
    return 0


def ask_all(context: Context, step: Step) -> bool:
    """Ask the questions of a step; return whether there are any, or raise Left."""
    questions, pages = questions_of(step), Pages(context.screen)
    text = program(context, read(step.readme)) if questions else []
    asked = [
        lines_of(context.screen, question, f"Question {number} of {len(questions)}")
        for number, question in enumerate(questions, 1)
    ]
    letters: list[str] = []
    try:
        if questions and not context.progress.of(step).read:
            _begin(pages, context.lines(_beginning(read(step.readme))), asked[0])
        for question, lines in zip(questions, asked, strict=True):
            if letters and not pages.has_room_for(lines):
                pages.forget()  # what has been answered may scroll out
            _show(pages, text, lines)
            letters.append(_ask(context.screen, question))
            pages.count(ROWS_OF_AN_ANSWER)
    except Left:
        context.screen.say("You left; your answers were not kept.")
        raise
    if letters:
        context.progress.note(step, answers="".join(letters))
        context.screen.say("Noted.")
    return bool(letters)


def _beginning(text: str) -> str:
    """Return what a lesson says before its questions, without the commands."""
    found = _BEGINNING.match(text)
    return _COMMANDS.sub("", found[0]) if found else ""


def program(context: Context, text: str) -> list[str]:
    """Return the program that a lesson asks about, as lines."""
    section = _beginning(text).rpartition("## Predict\n")[2]
    blocks = [context.lines(found[0]) for found in _PROGRAM.finditer(section)]
    return [line for block in blocks for line in [*block, ""]]


def lines_of(screen: Screen, question: Question, heading: str) -> list[str]:
    """Return a question and its answers, as lines."""
    lines = [screen.paint(heading, BOLD), "", *screen.markdown(question.ask), ""]
    for choice in question.choices:
        first, *rest = screen.markdown(choice.text, 4)
        lines += [f" {choice.letter}) {first.lstrip()}", *rest]
    return [*lines, ""]


def _begin(pages: Pages, text: list[str], question: list[str]) -> None:
    """Print what a lesson says before its first question, which may need a new page."""
    is_one_page = not pages.has_keys or pages.has_room_for([*text, "", *question])
    pages.write(*text)
    if is_one_page:
        pages.write("")
    else:
        pages.turn("the questions")


def _show(pages: Pages, program: list[str], question: list[str]) -> None:
    """Print a question, on a terminal together with the program that it asks about."""
    if pages.has_keys and pages.is_new and pages.has_room_for(program + question):
        pages.write(*program)
    pages.write(*question)


def _ask(screen: Screen, question: Question) -> str:
    letters = [choice.letter for choice in question.choices]
    while True:
        answer = screen.ask(f"Your answer ({', '.join(letters)}): ")
        if (letter := answer.lower().strip(" ().")) in letters:
            screen.write()
            return letter
        screen.say(f"Please type one of {', '.join(letters)}; a guess will do.")
