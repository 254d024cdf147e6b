"""What the game's screen shows: a view in, rows out.

PURE, but for reading the source of the code that is played.
"""

import ast
import linecache
import textwrap
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from chat.terminal.characters import columns
from lessons.races import report
from lessons.races.failures import RaceFound
from lessons.races.position import Position, Standing
from lessons.races.steps import Place

NOW, GOOD, BAD, FAINT = "1", "32", "31", "2"  # SGR parameters, as in chat.terminal
LEAST_ROWS = 16
LEAST_COLUMNS = 25  # for each thread
_ARROW, _NO_ARROW = "-> ", "   "

Paint = Callable[[str, str], str]


@dataclass(frozen=True)
class View:
    """All that the screen tells."""

    title: str
    goal: str
    position: Position
    best: int | None  # how few switches are enough, if it can be broken
    outlook: str  # that, in words
    opened: Collection[tuple[str, int]]  # lines, whose operations are shown
    notes: Sequence[str]
    keys: str  # what they do


def plain(text: str, _: str) -> str:
    """Paint nothing."""
    return text


def rows(
    view: View, width: int, height: int | None = None, paint: Paint = plain
) -> list[str]:
    """Return at most `height` rows of at most `width` columns; None: all rows."""
    threads = len(view.position.threads)
    if width < LEAST_COLUMNS * threads or (height and height < LEAST_ROWS):
        return _too_small(LEAST_COLUMNS * threads, width, height)
    head = [paint(row, NOW) for row in _wrapped(view.title, width)]
    head += [*_wrapped(view.goal, width), ""]
    foot = ["", *_state(view, width), *_notes(view, width, paint)]
    foot += [paint(row, FAINT) for row in _wrapped(view.keys, width)]
    room = max(3, height - len(head) - len(foot)) if height else None
    if view.position.race:
        middle = _race(view, width, room, paint)
    else:
        middle = _threads(view, width, room, paint)
    return [row.rstrip() for row in [*head, *middle, *foot]][:height]


def story(view: View, race: RaceFound) -> list[str]:
    """Return what has come of it, to be kept when the game is left."""
    needed = _switches(view.position.switches)
    if view.best is not None and view.best < view.position.switches:
        needed += f"; it can be done with {view.best}"
    elif view.best is not None:
        needed += ", the fewest possible"
    return [
        f"You broke it with {needed}.",
        *report.ending(race.kind, race.reason).splitlines(),
        f"Your schedule: {view.position.schedule}",
    ]


def result(view: View) -> list[str]:
    """Return what is to be kept on the shell's screen when the game is left."""
    here = view.position
    if here.race:
        return [view.title, *story(view, here.race), "", here.trace]
    if view.best is None:
        return [view.title, f"Nothing broke: {view.outlook}."]
    return [view.title, "Nothing broke in this order."] if here.over else []


def _too_small(least: int, width: int, height: int | None) -> list[str]:
    size = f"{width} x {height}" if height else f"{width} columns wide"
    text = (
        f"This window is {size}. The game needs {least} x {LEAST_ROWS}:"
        " make it larger, or leave with q."
    )
    return _wrapped(text, width)[:height]


# ---- around the threads


def _state(view: View, width: int) -> Iterator[str]:
    """Yield the watched state and the count."""
    here = view.position
    if here.watched and not here.race:  # the trace shows it
        yield from _wrapped(here.watched, width)
    if not here.race:
        yield from _wrapped(f"{_switches(here.switches)} so far; {view.outlook}", width)


def _switches(count: int) -> str:
    return f"{count} switch{'es' * (count != 1)}"


def _notes(view: View, width: int, paint: Paint) -> Iterator[str]:
    for note in view.notes:
        for row in _wrapped(note, width):
            yield paint(row, GOOD)


def _race(view: View, width: int, room: int | None, paint: Paint) -> Iterator[str]:
    """Yield how it went wrong: the story, and as much of the trace as fits."""
    assert view.position.race
    won, *how, schedule = story(view, view.position.race)
    for text, style in [(won, GOOD), *((one, NOW) for one in how), (schedule, GOOD)]:
        for row in _wrapped(text, width):
            yield paint(row, style)
            room = room and room - 1
    yield ""
    trace = view.position.trace.splitlines()
    if room and len(trace) > room - 1:
        cut = len(trace) - max(1, room - 2)
        yield _cut(f"({cut} more rows above; leave to see them all)", width)
        trace = trace[cut:]
    yield from (_cut(row, width) for row in trace)


# ---- the threads, side by side


def _threads(view: View, width: int, room: int | None, paint: Paint) -> Iterator[str]:
    threads = view.position.threads
    each = (width - 2 * (len(threads) - 1)) // len(threads)
    heads = [_status(one, each) for one in threads]
    tall = max(map(len, heads))
    for i, one in enumerate(threads):
        heads[i] += [("", "")] * (tall - len(heads[i]))
        code = _code(one, view.opened, each)
        heads[i] += _around_arrow(code, max(1, room - tall) if room else len(code))
    for cells in zip_longest(*heads, fillvalue=("", "")):
        painted = [_painted(text, style, each, paint) for text, style in cells]
        yield "  ".join(painted)


def _painted(text: str, style: str, width: int, paint: Paint) -> str:
    text = _cut(text, width)
    filled = " " * (width - columns(text))
    return (paint(text, style) if style else text) + filled


def _status(one: Standing, width: int) -> list[tuple[str, str]]:
    """Return a thread's name, and what keeps it."""
    name = f"[{one.thread}] {one.name}" + ": has ended" * one.ended
    waits = _wrapped(f"waits {one.waits}", width, "    ") if one.waits else []
    return [(name, NOW), *((row, BAD) for row in waits)]


def _code(
    one: Standing, opened: Collection[tuple[str, int]], width: int
) -> list[tuple[str, str]]:
    """Return the function that a thread is in, with an arrow at its line."""
    if one.at is None:
        return [] if one.ended else [(f"{_ARROW}(before its first line)", NOW)]
    file = one.at.code.co_filename
    numbers = _lines(one.at)
    source = "\n".join(linecache.getline(file, n).rstrip() for n in numbers)
    found: list[tuple[str, str]] = []
    for number, line in zip(
        numbers, textwrap.dedent(source).expandtabs(4).split("\n"), strict=True
    ):
        here = number == one.at.line and not one.ended
        is_open = here and (file, number) in opened
        if here and one.at.leaving:
            line = line.replace("with ", "(end) with ", 1)
        pieces = report.fitted(line, width - len(_ARROW))
        for i, piece in enumerate(pieces):
            found.append(_row(piece, here and not is_open and i == 0))
        if is_open:
            found += _operations(one, len(line) - len(line.lstrip()))
    return found


def _row(text: str, here: bool) -> tuple[str, str]:
    return (_ARROW + text, NOW) if here else (_NO_ARROW + text, "")


def _operations(one: Standing, indent: int) -> Iterator[tuple[str, str]]:
    """Yield the operations of a line, with an arrow at the next one."""
    assert one.at
    names = one.operations
    now = names.index(one.at.operation) if one.at.operation in names else 0
    for number, name in enumerate(names):
        yield _row(f"{' ' * indent}  . {name}", number == now)


def _lines(place: Place) -> list[int]:
    """Return the lines of the function around a place, without its docstring.

    Those of the code object would not do: a comprehension may be a separate one.
    """
    text = linecache.getlines(place.code.co_filename)
    found = list(range(1, len(text) + 1))
    for node in ast.walk(ast.parse("".join(text))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = range(node.lineno, (node.end_lineno or 0) + 1)
            if place.line in lines and node.lineno >= found[0]:
                found = [n for n in lines if n not in _docstring(node)]
    return found


def _docstring(node: ast.FunctionDef | ast.AsyncFunctionDef) -> range:
    first = node.body[0]
    if ast.get_docstring(node) is None:
        return range(0)
    return range(first.lineno, (first.end_lineno or 0) + 1)


def _around_arrow(code: list[tuple[str, str]], room: int) -> list[tuple[str, str]]:
    """Return as many rows as there is room for, with the arrow in sight."""
    if len(code) <= room:
        return code
    arrow = next((i for i, (text, _) in enumerate(code) if text.startswith(_ARROW)), 0)
    start = min(max(0, arrow - room // 2), len(code) - room)
    shown = code[start : start + room]
    if start and room > 2:
        shown[0] = (f"{_NO_ARROW}...", "")
    if start + room < len(code) and room > 2:
        shown[-1] = (f"{_NO_ARROW}...", "")
    return shown


# ---- text that fits


def _cut(text: str, width: int) -> str:
    """Return `text`, or as much as fits, with dots at its end."""
    if columns(text) <= width:
        return text
    while columns(text) > width - 3:
        text = text[:-1]
    return text + "..."


def _wrapped(text: str, width: int, indent: str = "") -> list[str]:
    found = textwrap.wrap(text, width, initial_indent=indent, subsequent_indent=indent)
    return [_cut(row, width) for row in found]
