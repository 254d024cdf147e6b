"""The trace of a run as a table: a column for each of two threads, time runs down.

PURE, but for reading the source of the code that was run: it takes a Story in and
gives text out.
"""

import os
import re
import textwrap
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import groupby

from lessons.races.cause import Cause
from lessons.races.diagnosis import Failure
from lessons.races.story import Event, Story

WIDTH = 72  # pytest puts eight columns before it
MARGIN = 4  # the number of the turn
NAMED = 3  # threads that are left out; of more their number
COLUMNS = 2  # for more threads each row begins with the name
NAME_WIDTH = 18
ALWAYS_SHOWN = 4  # turns on both sides of a switch; more in one go are folded
ALIKE = 5  # threads one after another that do the same; of more, two are shown
SHOWN_FIRST, SHOWN_LAST = 30, 50  # events of a long run; those between are folded

_LINE_LAST = re.compile(r"(.+?) ended with (.+) at line (\d+)", re.DOTALL)
_ENDINGS = {
    "check": "At the end the check fails: {}",
    "exception": "{}",
    "deadlock": "Nobody can go on: deadlock.\n{}",
    "lock kept": "{}\nThe next thread that wants it will wait forever.",
    "no progress": "{}\nIf that is right, and only takes long, pass a larger "
    "max_steps.",
    "stuck": "{}",
}


def message(
    story: Story,
    failure: Failure,
    schedule: list[int],
    cause: Cause | None = None,
    how_found: str = "",
) -> str:
    """Return the whole report of a run that failed: first the cause, if it is known."""
    again = f"To run this order again: replay({schedule}, ...)"
    if schedule:
        again += f", where {schedule[0]} is {story.names[schedule[0] - 1]}"
    else:
        again = f"It goes wrong even if no thread is interrupted.\n{again}"
    head = "an order in which this goes wrong"
    if cause:
        head = _wrapped(f"{head}: {cause.title}")
        head += f"\n{textwrap.fill(cause.story, WIDTH)}"
    parts = [head, trace(story)]
    parts += [_wrapped(ending(*failure)), _wrapped(again), how_found]
    return "\n\n".join(filter(None, parts))


def ending(kind: str, reason: str) -> str:
    """Return what went wrong, in sentences."""
    if kind == "check":
        reason = reason.replace("the check returned", "it returned")
    elif kind == "exception":  # the line last would look like a part of the message
        reason = _LINE_LAST.sub(r"\1 ended at line \3 with \2", reason)
    return _ENDINGS[kind].format(reason)


def trace(story: Story) -> str:
    """Return the table of what each thread did, turn by turn."""
    rows = [_legend(story), *_left_out(story), *_names(story), *_state(story, 0)]
    turn = 0
    folded = _folded(story)
    for number, event in enumerate(story.events):
        turn += not event.waits
        if number in folded:
            if folded[number]:
                rows.append(_fold(story, number, folded[number]))
        else:
            rows += _row(story, turn, number)
            rows += _state(story, number + 1)
    return "\n".join(row.rstrip() for row in rows)


def _legend(story: Story) -> str:
    files = sorted({os.path.basename(e.place.code.co_filename) for e in story.events})
    of = " or ".join(files)
    return _wrapped(f"Each row is a turn: its number, then the line of {of}.")


def _left_out(story: Story) -> Iterator[str]:
    """Yield which threads are not shown."""
    names = [story.names[thread] for thread in sorted(story.left_out)]
    if len(names) > NAMED + 1:
        names[NAMED:] = [f"{len(names) - NAMED} more threads"]
    if not names:
        return
    who = " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
    they, have, run = ("they", "have", "run") if names[1:] else ("it", "has", "runs")
    why = f"before {they} {have} done anything"
    if any(event.thread in story.left_out for event in story.events):
        why = f"all the same when {they} {run} only afterwards"
    yield _wrapped(f"Left out: {who}, because it goes wrong {why}.")


def _names(story: Story) -> Iterator[str]:
    """Yield the heads of the columns."""
    width = _width(story)
    if not _is_crowded(story):
        names = (story.names[n][: width - 2].ljust(width) for n in _shown(story))
        yield " " * (MARGIN + 4) + "".join(names)


def _shown(story: Story) -> list[int]:
    """Return the threads that have a column or rows."""
    changing = {
        event.thread
        for number, event in enumerate(story.events)
        if event.thread in story.left_out and list(_state(story, number + 1))
    }
    threads = range(len(story.names))
    return [n for n in threads if n not in story.left_out or n in changing]


def _is_crowded(story: Story) -> bool:
    return len(_shown(story)) > COLUMNS


def _width(story: Story) -> int:
    if _is_crowded(story):
        return WIDTH - MARGIN - NAME_WIDTH
    return (WIDTH - MARGIN) // len(_shown(story))


def _column(story: Story, thread: int) -> int:
    """Return where the text of a thread begins."""
    if _is_crowded(story):
        return MARGIN + NAME_WIDTH
    return MARGIN + _shown(story).index(thread) * _width(story)


def _row(story: Story, turn: int, number: int) -> Iterator[str]:
    """Yield the lines of one event, in the column of its thread or after its name."""
    event = story.events[number]
    head = "" if event.waits else f"{turn:>{MARGIN - 1}} "
    if head and _is_crowded(story):
        head += story.names[event.thread][: NAME_WIDTH - 2]
    for line in _text(story, number).splitlines():
        for piece in fitted(line, _width(story) - 1):
            yield head.ljust(_column(story, event.thread)) + piece
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


def _text(story: Story, number: int) -> str:
    event = story.events[number]
    place = event.place
    if event.waits:
        return f"    waits {event.waits()}"
    if event.goes_on:
        return f"{place.line:>3} goes on: {event.goes_on()}"
    operation = f"      {place.operation}" if place.operation else ""
    if operation and _same_line_before(story, number):
        return operation
    leaving = "(end) " if place.leaving else ""
    return f"{place.line:>3} {leaving}{place.source}\n{operation}"


def _same_line_before(story: Story, number: int) -> bool:
    """Tell whether the row of this thread just above shows the same line."""
    now, before = story.events[number], story.events[number - 1]
    return (
        number > 0
        and before.thread == now.thread
        and bool(before.place.operation)
        and before.place.line == now.place.line
        and before.place.code.co_filename == now.place.code.co_filename
    )


def _state(story: Story, number: int) -> Iterator[str]:
    """Yield the watched state before event `number`, if it is new."""
    note = story.notes.get(number, "")
    if note and (number == 0 or note != _state_before(story, number)):
        when = "now " if number else "at first "
        yield from textwrap.wrap(
            when + note,
            WIDTH - MARGIN - 3,
            initial_indent=" " * (MARGIN + 2),
            subsequent_indent=" " * (MARGIN + 6),
        )


def _state_before(story: Story, number: int) -> str:
    return next(
        (story.notes[n] for n in range(number - 1, -1, -1) if n in story.notes), ""
    )


def _folded(story: Story) -> dict[int, int]:
    """Return the events not to be shown; the first of each stretch with its length.

    What changes the watched state is always shown.
    """
    out = {n for n, event in enumerate(story.events) if event.thread in story.left_out}
    out = {number for number in out if not list(_state(story, number + 1))}
    alike = _alike(story)
    inner = (_within_stretches(story) | _in_the_middle(story)) - alike
    inner = {number for number in inner if not list(_state(story, number + 1))}
    hidden = dict.fromkeys(out, 0)
    for folded in (alike, inner):
        for start in sorted(folded - out):
            end = start
            while end in folded and end not in hidden:
                end += 1
            if end - start > 1:
                hidden |= dict.fromkeys(range(start, end), 0)
                hidden[start] = end - start
    return hidden


def _alike(story: Story) -> set[int]:
    """Return the events of threads that do the same as those before and after them."""
    found = set[int]()
    for _, alike in groupby(_stretches(story), key=partial(_done, story)):
        same = list(alike)
        threads = {story.events[stretch[0]].thread for stretch in same}
        if len(threads) == len(same) >= ALIKE:
            events = {number for stretch in same[1:-1] for number in stretch}
            if not any(list(_state(story, number + 1)) for number in events):
                found |= events
    return found


def _done(story: Story, stretch: Sequence[int]) -> list[Event]:
    """Return what was done in a stretch, whichever thread did it."""
    return [story.events[number]._replace(thread=0) for number in stretch]


def _stretches(story: Story) -> Iterator[list[int]]:
    """Yield the events between two switches to another thread."""
    numbers = range(len(story.events))
    for _, stretch in groupby(numbers, key=lambda number: story.events[number].thread):
        yield list(stretch)


def _within_stretches(story: Story) -> set[int]:
    """Return the events that are far from a switch to another thread."""
    return {
        number
        for stretch in _stretches(story)
        for number in stretch[ALWAYS_SHOWN:-ALWAYS_SHOWN]
    }


def _in_the_middle(story: Story) -> set[int]:
    """Return the events between the first and the last ones of a very long run."""
    return set(range(SHOWN_FIRST, len(story.events) - SHOWN_LAST))


def _fold(story: Story, start: int, count: int) -> str:
    threads = [event.thread for event in story.events[start : start + count]]
    several = len(set(threads)) > 1
    of_whom = f" of {len(set(threads))} threads" if several else ""
    more = f"{count} more steps{of_whom}"
    if start in _alike(story):
        more = f"the same by {len(set(threads))} more threads"
    indent = " " * _column(story, threads[0])
    return f"{indent}    ... {more}"


def _wrapped(text: str) -> str:
    return "\n".join(
        "\n".join(textwrap.wrap(line, WIDTH, subsequent_indent="  "))
        for line in text.splitlines()
    )
