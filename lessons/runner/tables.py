"""A table in as many columns of the screen as there are.

PURE.  One that does not fit has its widest cells wrapped; where even that is too
wide, each row becomes a small list.
"""

from itertools import zip_longest

from lessons.runner.inline import BOLD
from lessons.runner.wrapping import Paint, Word, fill, seen, size

Row = list[list[Word]]  # the words of each cell

_GAP = "  "
_NARROWEST = 8  # a column of fewer reads badly


def table(rows: list[Row], width: int, paint: Paint) -> list[str]:
    """Return the lines of a table; its first row is the heading."""
    count = len(rows[0])
    rows = [row[:count] + [[]] * (count - len(row)) for row in rows]
    heading = [[_bold(word) for word in cell] for cell in rows[0]]
    widths = _widths(rows, width - len(_GAP) * (count - 1))
    if not widths:
        return _as_lists(heading, rows[1:], width, paint)
    lines = _row(heading, widths, paint)
    lines.append(_GAP.join("-" * each for each in widths))
    for row in rows[1:]:
        lines += _row(row, widths, paint)
    return lines


def _bold(word: Word) -> Word:
    return [(text, colour or BOLD) for text, colour in word]


def _widths(rows: list[Row], room: int) -> list[int]:
    """Return how wide each column is to be; nothing if they cannot fit."""
    columns = list(zip(*rows, strict=True))
    widths = [max(map(_length, column)) for column in columns]
    least = [
        max([_NARROWEST, *(size(word) for cell in column for word in cell)])
        for column in columns
    ]
    while sum(widths) > room:
        spare = [have - need for have, need in zip(widths, least, strict=True)]
        if max(spare) <= 0:
            return []
        shrinkable = [n for n, each in enumerate(spare) if each > 0]
        widths[max(shrinkable, key=lambda n: widths[n])] -= 1
    return widths


def _length(cell: list[Word]) -> int:
    return sum(map(size, cell)) + max(0, len(cell) - 1)


def _row(row: Row, widths: list[int], paint: Paint) -> list[str]:
    cells = [
        fill(cell, width, paint=paint) for cell, width in zip(row, widths, strict=True)
    ]
    return [
        _GAP.join(
            text + " " * (width - seen(text))
            for text, width in zip(line, widths, strict=True)
        ).rstrip()
        for line in zip_longest(*cells, fillvalue="")
    ]


def _as_lists(heading: Row, rows: list[Row], width: int, paint: Paint) -> list[str]:
    lines: list[str] = []
    for row in rows:
        lines += [""] * bool(lines)
        for name, cell in zip(heading, row, strict=True):
            if cell:
                lines += fill([*_with_colon(name), *cell], width, "", "  ", paint)
    return lines


def _with_colon(name: list[Word]) -> list[Word]:
    return [*name[:-1], [*name[-1], (":", BOLD)]] if name else []
