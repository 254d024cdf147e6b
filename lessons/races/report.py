"""The trace of a run as a table: a column for each of two threads, time runs down.

Nothing here runs anything; it only reads what a Run has kept.
"""

import os
import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lessons.races.scheduler import Run

WIDTH = 72  # pytest puts eight columns before it
MARGIN = 4  # the number of the turn
COLUMNS = 2  # for more threads each row begins with the name
NAME_WIDTH = 18
ALWAYS_SHOWN = 4  # turns on both sides of a switch; more in one go are folded

_STORY = {
    "check": "At the end the check fails: {}",
    "exception": "{}",
    "deadlock": "Nobody can go on: deadlock.\n{}",
    "lock kept": "{}\nWhoever wants it next will wait for ever.",
    "no progress": "{}",
    "stuck": "{}",
}


def message(run: "Run", schedule: list[int]) -> str:
    """Return the whole report of a run that failed."""
    assert run.failure
    again = f"This order again: replay({schedule}, ...)"
    parts = ["an order in which this goes wrong", trace(run)]
    parts += [_wrapped(story(*run.failure)), _wrapped(again)]
    return "\n\n".join(parts)


def story(kind: str, reason: str) -> str:
    """Return what went wrong, in sentences."""
    return _STORY[kind].format(reason)


def trace(run: "Run") -> str:
    """Return the table of what each thread did, turn by turn."""
    rows = [_legend(run), *_names(run), *_state(run, 0)]
    turn = 0
    folded = _folded(run)
    for number, event in enumerate(run.events):
        turn += not event.waits
        if number in folded:
            rows += [_fold(run, folded[number], event.thread)] * (folded[number] > 0)
        else:
            rows += _row(run, turn, number)
            rows += _state(run, number + 1)
    return "\n".join(row.rstrip() for row in rows)


def _legend(run: "Run") -> str:
    files = sorted({os.path.basename(e.place.code.co_filename) for e in run.events})
    return _wrapped(f"A row is a turn; time runs down. Lines of {', '.join(files)}.")


def _names(run: "Run") -> Iterator[str]:
    """Yield the heads of the columns."""
    width = _width(run)
    if not _is_crowded(run):
        names = (w.name[: width - 2].ljust(width) for w in run.workers)
        yield " " * (MARGIN + 4) + "".join(names)


def _is_crowded(run: "Run") -> bool:
    return len(run.workers) > COLUMNS


def _width(run: "Run") -> int:
    if _is_crowded(run):
        return WIDTH - MARGIN - NAME_WIDTH
    return (WIDTH - MARGIN) // len(run.workers)


def _column(run: "Run", thread: int) -> int:
    """Return where the text of a thread begins."""
    return MARGIN + (NAME_WIDTH if _is_crowded(run) else thread * _width(run))


def _row(run: "Run", turn: int, number: int) -> Iterator[str]:
    """Yield the lines of one event, in the column of its thread or behind its name."""
    event = run.events[number]
    head = "" if event.waits else f"{turn:>{MARGIN - 1}} "
    if head and _is_crowded(run):
        head += run.workers[event.thread].name[: NAME_WIDTH - 2]
    for line in _text(run, number).splitlines():
        for piece in fitted(line, _width(run) - 1):
            yield head.ljust(_column(run, event.thread)) + piece
            head = ""


def fitted(text: str, width: int) -> Iterator[str]:
    """Yield `text` in pieces, cut where Python code is best cut."""
    indent = " " * (len(text) - len(text.lstrip()) if text.startswith(" " * 4) else 6)
    while len(text) > width:
        ends = [
            i
            for i in range(len(indent) + 2, width + 1)
            if text[i - 1] in " (,[" or text[i] == "."
        ]
        end = ends[-1] if ends else width
        yield text[:end]
        text = indent + text[end:].lstrip()
    yield text


def _text(run: "Run", number: int) -> str:
    event = run.events[number]
    place = event.place
    if event.waits:
        return f"    waits {event.waits}"
    if event.goes_on:
        return f"{place.line:>3} goes on: {event.goes_on}"
    operation = f"      {place.operation}" if place.operation else ""
    if operation and _same_line_before(run, number):
        return operation
    leaving = "(end) " if place.leaving else ""
    return f"{place.line:>3} {leaving}{place.source}\n{operation}"


def _same_line_before(run: "Run", number: int) -> bool:
    """Tell whether the row of this thread just above shows the same line."""
    now, before = run.events[number], run.events[number - 1]
    return (
        number > 0
        and before.thread == now.thread
        and bool(before.place.operation)
        and before.place.line == now.place.line
        and before.place.code.co_filename == now.place.code.co_filename
    )


def _state(run: "Run", number: int) -> Iterator[str]:
    """Yield the watched state before event `number`, if it is new."""
    note = run.notes.get(number, "")
    if note and (number == 0 or note != _state_before(run, number)):
        when = "now " if number else "at first "
        yield from textwrap.wrap(
            when + note,
            WIDTH - MARGIN - 3,
            initial_indent=" " * (MARGIN + 2),
            subsequent_indent=" " * (MARGIN + 6),
        )


def _state_before(run: "Run", number: int) -> str:
    return next((run.notes[n] for n in range(number - 1, -1, -1) if n in run.notes), "")


def _folded(run: "Run") -> dict[int, int]:
    """Return the events not to be shown; the first of each stretch with its length."""
    events, hidden = run.events, dict[int, int]()
    start = 0
    for number in range(1, len(events) + 1):
        if number < len(events) and events[number].thread == events[start].thread:
            continue
        inner = range(start + ALWAYS_SHOWN, number - ALWAYS_SHOWN)
        if len(inner) > 1:
            hidden |= dict.fromkeys(inner, 0)
            hidden[inner[0]] = len(inner)
        start = number
    return hidden


def _fold(run: "Run", count: int, thread: int) -> str:
    return " " * _column(run, thread) + f"    ... {count} more steps"


def _wrapped(text: str) -> str:
    return "\n".join(
        "\n".join(textwrap.wrap(line, WIDTH, subsequent_indent="  "))
        for line in text.splitlines()
    )
