"""`python -m lessons cards N`: a race that people play with cards, on one page.

Each student is a thread and holds a card with its lines; each lock is a token.  The
race checker finds the order that goes wrong, for the teacher's own card.
"""

import argparse
import html
import inspect
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from lessons.game.levels import LEVELS, Level
from lessons.races.position import position
from lessons.races.scenario import Scenario
from lessons.races.search import search
from lessons.races.session import Session

WIDTH = 78
NARROW = 36  # a card of half a page has room for so many columns of 11 pt
LOCK_DEPTH = 3  # attributes of attributes of what the threads share

CALLS = {  # what a thread was started with
    "conn-1": 'registry.join("ann", 1)',
    "conn-2": 'registry.join("ann", 2)',
    "ann": 'send_private(ann, bob, "hi bob")',
    "bob": 'send_private(bob, ann, "hi ann")',
}

SECRET = "For the scheduler only"
RULES = (
    "Each player is a thread and reads only its own card. Two more players are the "
    "memory and the scheduler, who calls out whose turn it is. A turn is one line that "
    "has a number: read both aloud, do it, put a finger on the next. A line "
    "`with ...lock` takes the token from the table; while somebody else has it, your "
    "turn is over and you stay where you are. After the indented lines put it back. "
    "If you are not called, do nothing, even in the middle."
)


@dataclass(frozen=True)
class Card:
    """What one player, the table or the teacher gets."""

    title: str
    lines: list[str]
    numbers: tuple[int, ...] = ()  # of the lines in their file; 0 for none


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what `cards` takes."""
    numbers = sorted(LEVELS)
    known = ", ".join(map(str, numbers))
    add = parser.add_argument
    add("step", type=int, choices=numbers, metavar="N", help=f"the step: {known}")
    add("--mended", action="store_true", help="print the cards with the right code")
    add("--html", type=Path, metavar="FILE", help="write a page that can be printed")


def run(options: argparse.Namespace) -> int:
    """Print the cards, or write them as a page; return the exit status."""
    level = LEVELS[options.step]
    try:
        cards = list(deal(level, level.mended if options.mended else level.broken))
    except ImportError:
        print("The right code is not in this copy of the course.", file=sys.stderr)
        return 1
    title = f"Step {level.step}: {level.title}"
    if options.html is None:
        print(as_text(title, cards))
        return 0
    try:
        options.html.write_text(as_page(title, cards), encoding="utf-8")
    except OSError as error:
        print(f"Cannot write {options.html}: {error.strerror}", file=sys.stderr)
        return 1
    print(f"{options.html} is written: open it in a browser and print it.")
    return 0


def deal(level: Level, module: ModuleType) -> Iterator[Card]:
    """Yield a card for each thread, a token for each lock, the rules and the order."""
    scenario = level.scenario(module)
    for name in scenario.threads:
        numbered = _lines(scenario, name)
        numbers = tuple(number for number, _ in numbered)
        yield Card(f"Thread {name}", [line for _, line in numbered], numbers)
    for name in _locks(scenario.make()):
        yield Card(f"Token {name}", ["The player who has this token holds the lock."])
    yield Card("The memory", _memory(scenario))
    yield Card("How to play", _wrapped(RULES))
    yield Card(SECRET, _order(scenario, level))


def _lines(scenario: Scenario[Any], thread: str) -> list[tuple[int, str]]:
    """Return what a thread was started with, and the source of what it runs.

    The lines have the numbers that they have in their file, as in the race checker's
    reports.  The line with `def` has none, because it is not a turn: a player who took
    it for one would always be a line late.
    """
    lines = [(0, f"You run {CALLS[thread]}"), (0, "")]
    for code in _functions(scenario, thread):
        source, first = inspect.getsourcelines(code)
        shown = [
            (number if number > first else 0, line.rstrip())
            for number, line in enumerate(source, first)
            if line.strip() and not line.strip().startswith('"""')
        ]
        text = textwrap.dedent("\n".join(line for _, line in shown)).splitlines()
        lines += [(number, line) for (number, _), line in zip(shown, text, strict=True)]
    return lines


def _memory(scenario: Scenario[Any]) -> list[str]:
    """Return what is on the board when the game begins."""
    assert scenario.watch
    board = str(scenario.watch(scenario.make())).split("   ")
    rule = (
        "When a thread stores something, change the board at once. When a thread "
        "asks, say what is there now, not what was there before."
    )
    if any(line.startswith("welcomed") for line in board):
        rule += (
            " When a thread has ended and was not refused, add its number, 1 or 2, to "
            "welcomed."
        )
    return [
        *_wrapped("You look after what all threads share. At first the board has:"),
        *(f"    {line}" for line in board),
        *_wrapped(rule),
    ]


def _functions(scenario: Scenario[Any], thread: str) -> list[CodeType]:
    """Return which functions a thread comes through when it runs first."""
    number = list(scenario.threads).index(thread) + 1
    found: dict[CodeType, None] = {}
    with Session(scenario) as session:
        turns: list[int] = []
        while True:
            standing = position(session, turns).threads[number - 1]
            if not standing.can_run or standing.at is None:
                return list(found)
            found[standing.at.code] = None
            turns.append(number)


def _locks(thing: object, name: str = "", depth: int = LOCK_DEPTH) -> Iterator[str]:
    """Yield where there are locks below `thing`, as `ann.lock`."""
    if hasattr(thing, "acquire"):
        yield name
    elif depth:
        for key, value in getattr(thing, "__dict__", {}).items():
            if not isinstance(value, ModuleType):
                yield from _locks(value, f"{name}.{key}".lstrip("."), depth - 1)


def _order(scenario: Scenario[Any], level: Level) -> list[str]:
    race, explored = search(scenario, 2, 100_000)
    if race is None:
        return _wrapped(
            f"Call them in any order: none goes wrong ({explored}). The end that you "
            "should see: all threads have ended, and the aim of the broken code is "
            "not reached."
        )
    names = list(scenario.threads)
    order = ", ".join(names[number - 1] for number in race.schedule)
    return _wrapped(
        f"The aim: {level.goal} Call {order}. The last one goes on until it ends or "
        "waits; then the others do the same."
    ) + _wrapped(f"The end that you should see: {'; '.join(race.reason.splitlines())}.")


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH - 4)


# ---- on paper


def as_text(title: str, cards: list[Card]) -> str:
    """Return the cards as boxes of text, to be cut apart."""
    parts = [title, ""]
    for card in cards:
        parts += ["", "", "Keep this one to yourself:", ""] * (card.title == SECRET)
        parts += ["+" + f"- {card.title} ".ljust(WIDTH - 2, "-") + "+"]
        parts += [f"| {line.ljust(WIDTH - 4)} |" for line in numbered(card)]
        parts += ["+" + "-" * (WIDTH - 2) + "+", ""]
    return "\n".join(parts).rstrip()


def numbered(card: Card) -> list[str]:
    """Return a card's lines, with the numbers of those that have one."""
    if not card.numbers:
        return card.lines
    pairs = zip(card.numbers, card.lines, strict=True)
    return [f"{number or '':>3}  {line}".rstrip() for number, line in pairs]


_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>{title}</title>
<style>
@page {{ size: A4; margin: 12mm; }}
body {{ font: 12pt/1.35 sans-serif; margin: 1em auto; max-width: 185mm; }}
main {{ display: grid; grid-template-columns: 1fr 1fr; gap: 4mm; }}
section {{ border: 1px dashed #555; padding: 3mm; break-inside: avoid; }}
section.wide {{ grid-column: 1 / -1; }}
@media print {{ body {{ margin: 0 auto; }} }}
section.secret {{ break-before: page; }} /* a sheet that only the scheduler gets */
h1 {{ font-size: 16pt; margin: 0 0 4mm; }} h2 {{ font-size: 13pt; margin: 0 0 2mm; }}
p {{ margin: 0; }}
pre {{ font: 11pt/1.6 monospace; margin: 0; white-space: pre-wrap; }}
</style>
<h1>{title}</h1>
<main>
{cards}
</main>
</html>
"""


def as_page(title: str, cards: list[Card]) -> str:
    """Return one page of HTML, to be printed and cut apart."""
    sections = "\n".join(map(_section, cards))
    return _PAGE.format(title=html.escape(title), cards=sections)


def _section(card: Card) -> str:
    lines = numbered(card)
    text = html.escape("\n".join(lines))
    body = f"<p>{text}</p>"
    if card.numbers or card.title == "The memory":
        body = f"<pre>{text}</pre>"
    is_small = card.title.startswith("Token") or max(map(len, lines)) <= NARROW
    kind = "secret wide" if card.title == SECRET else "" if is_small else "wide"
    title = html.escape(card.title)
    return f'<section class="{kind}"><h2>{title}</h2>{body}</section>'
