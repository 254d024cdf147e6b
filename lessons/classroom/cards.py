"""`python -m lessons cards N`: a race to be played by people, on one page.

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
LOCK_DEPTH = 3  # attributes of attributes of what the threads share

CALLS = {  # what a thread was started with
    "conn-1": 'registry.join("ann", 1)',
    "conn-2": 'registry.join("ann", 2)',
    "ann": 'send_private(ann, bob, "hi bob")',
    "bob": 'send_private(bob, ann, "hi ann")',
}

RULES = (
    "Each player is a thread and reads only its own card. Two more are the memory, "
    "who writes down on the board what the threads store, and the scheduler, who "
    "calls out whose turn it is. A turn is one line: read it aloud, do it, put a "
    "finger on the next. A line `with ...lock` takes the token from the table; while "
    "somebody else has it, your turn is over and you stay where you are. After the "
    "indented lines put it back. Who is not called does nothing, even in the middle."
)


@dataclass(frozen=True)
class Card:
    """What one player, the table or the teacher gets."""

    title: str
    lines: list[str]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what `cards` takes."""
    numbers = sorted(LEVELS)
    add = parser.add_argument
    add("step", type=int, choices=numbers, metavar="N", help=f"one of {numbers}")
    add("--mended", action="store_true", help="the same with the mended code")
    add("--html", type=Path, metavar="FILE", help="a page to be printed")


def run(options: argparse.Namespace) -> int:
    """Print the cards, or write them as a page; return the exit status."""
    level = LEVELS[options.step]
    try:
        cards = list(deal(level, level.mended if options.mended else level.broken))
    except ImportError:
        print("The mended code is not in this copy of the course.", file=sys.stderr)
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
        yield Card(f"Thread {name}", _lines(scenario, name))
    for name in _locks(scenario.make()):
        yield Card(f"Token {name}", ["Who holds this holds the lock."])
    yield Card("How to play", _wrapped(RULES))
    yield Card("For the scheduler alone", _order(scenario, level))


def _lines(scenario: Scenario[Any], thread: str) -> list[str]:
    """Return what a thread was started with, and the source of what it runs."""
    lines = [f"You run {CALLS[thread]}", ""]
    for code in _functions(scenario, thread):
        source, _ = inspect.getsourcelines(code)
        shown = [line.rstrip() for line in source if line.strip()]
        shown = [line for line in shown if not line.strip().startswith('"""')]
        lines += textwrap.dedent("\n".join(shown)).splitlines()
    return lines


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
        return _wrapped(f"Call them in any order: nobody can break it ({explored}).")
    names = list(scenario.threads)
    order = ", ".join(names[number - 1] for number in race.schedule)
    return _wrapped(
        f"The aim: {level.goal} Call {order}. The last one goes on to its end, or "
        "until it waits; then the others do."
    )


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH - 4)


# ---- on paper


def as_text(title: str, cards: list[Card]) -> str:
    """Return the cards as boxes of text, to be cut apart."""
    parts = [title, ""]
    for card in cards:
        parts += ["+" + f"- {card.title} ".ljust(WIDTH - 2, "-") + "+"]
        parts += [f"| {line.ljust(WIDTH - 4)} |" for line in card.lines]
        parts += ["+" + "-" * (WIDTH - 2) + "+", ""]
    return "\n".join(parts).rstrip()


_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>{title}</title>
<style>
@page {{ size: A4; margin: 12mm; }}
body {{ font: 10pt/1.35 sans-serif; margin: 1em auto; max-width: 185mm; }}
main {{ display: grid; grid-template-columns: 1fr 1fr; gap: 4mm; }}
section {{ border: 1px dashed #555; padding: 3mm; break-inside: avoid; }}
section.wide {{ grid-column: 1 / -1; }}
h1 {{ font-size: 14pt; }} h2 {{ font-size: 11pt; margin: 0 0 2mm; }}
pre {{ font: 8.5pt/1.6 monospace; margin: 0; white-space: pre-wrap; }}
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
    is_code = card.title.startswith("Thread")
    text = html.escape("\n".join(card.lines))
    body = f"<pre>{text}</pre>" if is_code else f"<p>{text}</p>"
    wide = "" if card.title.startswith(("Thread", "Token")) else ' class="wide"'
    return f"<section{wide}><h2>{html.escape(card.title)}</h2>{body}</section>"
