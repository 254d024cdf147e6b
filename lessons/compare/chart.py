"""Draws lines over logarithmic axes as SVG, each labelled at its end.  PURE.

The picture can be read in grey, because each line has its own dash and mark, and on a
dark page, because the reader's browser chooses the colours.  It is as narrow as a
phone, so a phone does not have to make its text smaller.
"""

import html
import math
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 400, 300  # of one panel, in the units of the picture
LEFT, RIGHT, TOP, BOTTOM = 46, 150, 60, 42  # margins
LABEL_GAP = 16  # between the labels of two lines
SHOWN = 600  # pixels: the width at which it is shown where there is room
MOST_LETTERS = 22  # of a label: as many as the margin has room for
NOTE_LETTERS, NOTE_LINE = 56, 17  # of the note at the end
MARK = 24  # the height of the mark at the top
INSET = 10  # from the edge to the first and last points: room for their spreads
ASIDE = 3  # between the spreads of two lines at the same point

# The first of a pair is dark enough on white, the second light enough on black.  They
# differ in more than their hue, because some people cannot tell all hues apart (the
# colours are Okabe and Ito's).
COLOURS = (
    ("#0b5394", "#6fb1ff"),
    ("#b04a00", "#ff9d5c"),
    ("#8a6d00", "#e5c14a"),
    ("#00695c", "#4fd1bd"),
    ("#8e2a6b", "#f08fce"),
    ("#555555", "#bdbdbd"),
)
DASHES = ("", "7 4", "2 3", "11 4 2 4", "4 4", "1 5")

STYLE = """
svg { background: #fff; font: 12.5px system-ui, sans-serif; }
.title { font-weight: 600; font-size: 15px; fill: #222; }
.axis { stroke: #888; } .grid { stroke: #ddd; } .tick, .note { fill: #555; }
.line { fill: none; stroke-width: 2; } .first { stroke-width: 4; }
.mark { font-weight: 700; font-size: 15px; fill: #b00020; }
@media (prefers-color-scheme: dark) {
  svg { background: #16181c; }
  .title { fill: #eee; } .axis { stroke: #888; } .grid { stroke: #333840; }
  .tick, .note { fill: #b5b9c0; } .mark { fill: #ff8a80; }
}
"""


@dataclass(frozen=True)
class Series:
    """One line: its points as (x, y), and what is said where it has none."""

    name: str
    style: int  # which colour, dash and mark
    points: tuple[tuple[float, float], ...]
    note: str = ""  # such as "(frozen)", after its name
    spreads: tuple[tuple[float, float, float], ...] = ()  # x, lowest, highest
    failed: tuple[float, ...] = ()  # where it has no point, because something failed


@dataclass(frozen=True)
class Panel:
    """One diagram."""

    title: str
    x_title: str
    series: tuple[Series, ...]
    subtitle: str = ""


def draw(panels: Sequence[Panel], note: str, mark: str = "") -> str:
    """Return the panels below each other as one SVG text, with a note at the end.

    The mark is a warning that nobody must overlook; it is at the top.
    """
    lines = _note_lines(note)
    top = MARK if mark else 0
    bottom = top + HEIGHT * len(panels)
    height = bottom + NOTE_LINE * len(lines) + 10
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        f'width="{SHOWN}" role="img" aria-label="{html.escape(_said(panels, mark))}">',
        f"<style>{STYLE}{_colours()}</style>",
    ]
    if mark:
        parts.append(f'<text class="mark" x="14" y="{MARK - 4}">{_text(mark)}</text>')
    for number, panel in enumerate(panels):
        parts.append(f'<g transform="translate(0 {top + number * HEIGHT})">')
        parts += _Plot(panel).draw()
        parts.append("</g>")
    for number, line in enumerate(lines):
        y = bottom + NOTE_LINE * (number + 1)
        parts.append(f'<text class="note" x="14" y="{y}">{_text(line)}</text>')
    return "\n".join([*parts, "</svg>"]) + "\n"


def _note_lines(note: str) -> list[str]:
    """Return the note in lines that end between its parts, if those are short."""
    parts = ["\xa0".join(part.split()) for part in note.split("; ")]
    lines = textwrap.wrap("; ".join(parts), NOTE_LETTERS)
    return [line.replace("\xa0", " ") for line in lines]


def _said(panels: Sequence[Panel], mark: str) -> str:
    """Return what the picture shows, for somebody who cannot see it."""
    titles = [f"{panel.title}, {panel.subtitle}".strip(", ") for panel in panels]
    return ". ".join([mark, *titles] if mark else titles)


def _colours() -> str:
    light = "".join(_rules(i, pair[0]) for i, pair in enumerate(COLOURS))
    dark = "".join(_rules(i, pair[1]) for i, pair in enumerate(COLOURS))
    return f"{light}\n@media (prefers-color-scheme: dark) {{ {dark} }}\n"


def _rules(number: int, colour: str) -> str:
    return f".s{number} {{ stroke: {colour}; }} .f{number} {{ fill: {colour}; }} "


def _short(value: float) -> str:
    if value < 1000:
        return f"{value:g}"
    return f"{value / 1e6:g} M" if value >= 1e6 else f"{value / 1e3:g} k"


def _text(text: str) -> str:
    return html.escape(text, quote=False)


class _Plot:
    """A panel with its scales."""

    def __init__(self, panel: Panel) -> None:
        self._panel = panel
        points = [point for series in panel.series for point in series.points]
        spreads = [spread for series in panel.series for spread in series.spreads]
        failed = [x for series in panel.series for x in series.failed]
        self._xs = sorted({x for x, _ in points} | set(failed)) or [1.0, 10.0]
        ys = [y for _, y in points] + [y for _, *ends in spreads for y in ends] or [1.0]
        self._low = 10 ** math.floor(math.log10(min(ys)))
        self._high = 10 ** math.ceil(math.log10(max(max(ys), self._low * 1.01)))

    def draw(self) -> Iterator[str]:
        yield f'<text class="title" x="14" y="22">{_text(self._panel.title)}</text>'
        if self._panel.subtitle:
            subtitle = _text(self._panel.subtitle)
            yield f'<text class="note" x="14" y="40">{subtitle}</text>'
        yield from self._y_axis()
        yield from self._x_axis()
        ends: list[tuple[float, Series]] = []
        bottom = HEIGHT - BOTTOM
        for series in self._panel.series:
            yield from self._line(series)
            y = self._y(series.points[-1][1]) if series.points else bottom
            ends.append((y, series))
        yield from self._labels(ends)

    def _x(self, value: float) -> float:
        low, high = math.log(self._xs[0]), math.log(self._xs[-1])
        share = (math.log(value) - low) / ((high - low) or 1)
        return LEFT + INSET + share * (WIDTH - LEFT - RIGHT - 2 * INSET)

    def _y(self, value: float) -> float:
        low, high = math.log(self._low), math.log(self._high)
        share = (math.log(value) - low) / (high - low)
        return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)

    def _y_axis(self) -> Iterator[str]:
        value = self._low
        while value <= self._high * 1.001:
            y, right = self._y(value), WIDTH - RIGHT
            yield f'<path class="grid" d="M{LEFT} {y:.1f}H{right}"/>'
            yield (
                f'<text class="tick" x="{LEFT - 8}" y="{y + 4:.1f}" '
                f'text-anchor="end">{_short(value)}</text>'
            )
            value *= 10

    def _x_axis(self) -> Iterator[str]:
        y = HEIGHT - BOTTOM
        yield f'<path class="axis" d="M{LEFT} {y}H{WIDTH - RIGHT}"/>'
        for value in self._xs:
            yield (
                f'<text class="tick" x="{self._x(value):.1f}" y="{y + 18}" '
                f'text-anchor="middle">{value:g}</text>'
            )
        middle = (LEFT + WIDTH - RIGHT) / 2
        yield (
            f'<text class="tick" x="{middle}" y="{y + 36}" text-anchor="middle">'
            f"{_text(self._panel.x_title)}</text>"
        )

    def _line(self, series: Series) -> Iterator[str]:
        places = [(self._x(x), self._y(y)) for x, y in series.points]
        way = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        first = " first" if series.style == 0 else ""
        dash = DASHES[series.style]
        yield (
            f'<polyline class="line s{series.style}{first}" points="{way}" '
            f'stroke-dasharray="{dash}"/>'
        )
        for x, y in places:
            yield f'<circle class="f{series.style}" cx="{x:.1f}" cy="{y:.1f}" r="3.5"/>'
        yield from self._spreads(series)
        yield from self._crosses(series)

    def _spreads(self, series: Series) -> Iterator[str]:
        """Yield a bar from the lowest to the highest value, beside those of others."""
        aside = ASIDE * (series.style - (len(COLOURS) - 1) / 2)
        for x, low, high in series.spreads:
            place = f"{self._x(x) + aside:.1f} {self._y(low):.1f}V{self._y(high):.1f}"
            yield f'<path class="line s{series.style}" d="M{place}"/>'

    def _crosses(self, series: Series) -> Iterator[str]:
        """Yield a cross for each failure, at the bottom, at a height for each line."""
        y = HEIGHT - BOTTOM - 6 - 10 * series.style
        for x in map(self._x, series.failed):
            way = f"M{x - 4:.1f} {y - 4}l8 8m0 -8l-8 8"
            yield f'<path class="line s{series.style}" d="{way}"/>'

    def _labels(self, ends: list[tuple[float, Series]]) -> Iterator[str]:
        """Yield each name at the end of its line, so that no two overlap."""
        ends.sort(key=lambda end: end[0])
        last, x = -math.inf, WIDTH - RIGHT + 8
        # From the top down, but so that the lowest stays within the panel.
        room = HEIGHT - BOTTOM - LABEL_GAP * (len(ends) - 1)
        for number, (y, series) in enumerate(ends):
            last = max(last + LABEL_GAP, min(y, room + LABEL_GAP * number))
            name = f"{series.name} {series.note}".rstrip()
            if len(name) > MOST_LETTERS:
                name = name[: MOST_LETTERS - 1] + "…"
            yield (
                f'<text class="f{series.style}" x="{x}" y="{last + 4:.1f}">'
                f"{_text(name)}</text>"
            )
