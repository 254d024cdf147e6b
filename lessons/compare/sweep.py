"""The comparison as a picture: what is measured for it, and what it shows.

PURE but for `write`.
"""

import html
import platform
from collections.abc import Iterable
from pathlib import Path

from lessons.compare.chart import COLOURS, Panel, Series, draw
from lessons.compare.report import number
from lessons.compare.results import Results, Spread, spread
from lessons.compare.servers import SERVERS
from lessons.compare.works import WORKS, resized

SIZES = (10, 30, 100, 300)  # clients
CURVES = ("crowd", "delay", "stuck")  # the works that have a diagram
SWEEP = [resized(w, n) for w in WORKS if w.key in CURVES for n in SIZES]
_TITLES = {
    "crowd": ("Lines delivered per second", "10 clients send, 8 lines in flight each"),
    "delay": ("Delay in ms, 99th percentile", "50 lines per second to everyone"),
    "stuck": ("While one client never reads", "lines delivered per second"),
}
QUICK = "a quick try, not a measurement"
NOISY = "no delay is shown: the machine was not quiet"
QUIET_ROUNDS = 2  # of each server with each number of clients, or there is no spread
_X_TITLE = "clients in the room"


def panels(results: Results, is_quick: bool = False) -> list[Panel]:
    """Return a panel for each curve, but not for a delay that is mostly noise."""
    return [
        Panel(title, _X_TITLE, series, subtitle)
        for key, (title, subtitle) in _TITLES.items()
        if is_quick or key != "delay" or not is_noisy(results)
        if (series := tuple(_series(results, key)))
    ]


def is_noisy(results: Results) -> bool:
    """Tell whether some delay was measured in too few quiet rounds."""
    cells = {
        (m.work.key, m.server)
        for m in results.measured
        if m.outcome and m.work.key.startswith("delay-")
    }
    return any(
        sum(m.outcome.is_quiet for m in results.of(*cell) if m.outcome) < QUIET_ROUNDS
        for cell in cells
    )


def _found(results: Results, key: str, server: str) -> dict[int, Spread]:
    """Return the results by number of clients; for a delay, those of quiet rounds."""
    found = {}
    for size in SIZES:
        outcomes = [m.outcome for m in results.of(f"{key}-{size}", server) if m.outcome]
        quiet = [one for one in outcomes if one.is_quiet] if key == "delay" else []
        if outcomes:
            found[size] = spread([one.value for one in quiet or outcomes])
    return found


def _series(results: Results, key: str) -> Iterable[Series]:
    for style, server in enumerate(SERVERS):
        found = _found(results, key, server.key)
        failures = _failures(results, key, server.key)
        spreads = [
            (float(size), one.low, one.high)
            for size, one in found.items()
            if one.low < one.high
        ]
        if found or failures:
            yield Series(
                server.title,
                style % len(COLOURS),
                tuple((float(size), one.median) for size, one in found.items()),
                next(iter(failures.values()), ""),
                tuple(spreads) if key == "delay" else (),
                tuple(map(float, failures)),
            )


def _failures(results: Results, key: str, server: str) -> dict[int, str]:
    """Return what went wrong, by number of clients, such as a room that froze."""
    found = {}
    for size in SIZES:
        said = [m.failure for m in results.of(f"{key}-{size}", server) if m.failure]
        if said and not results.values(f"{key}-{size}", server):
            found[size] = f"({said[0]})"
    return found


def as_svg(results: Results, is_quick: bool = False) -> str:
    """Return the picture."""
    python = f"{platform.python_implementation()} {platform.python_version()}"
    rounds = len({m.round for m in results.measured})
    what = f"medians of {rounds} rounds" if rounds > 1 else "one round"
    parts = [python, "one core for the server", what, "both scales are logarithmic"]
    shown = panels(results, is_quick)
    if any(series.failed for panel in shown for series in panel.series):
        parts.append("a cross: no result")
    if any(series.spreads for panel in shown for series in panel.series):
        parts.append("a bar: from the lowest to the highest delay of a round")
    if is_noisy(results) and not is_quick:
        parts.append(NOISY)
    return draw(shown, "; ".join(parts), f"This is {QUICK}" if is_quick else "")


def as_page(results: Results, is_quick: bool = False) -> str:
    """Return a page with the picture and its numbers; it needs nothing else."""
    return _PAGE.format(
        picture=as_svg(results, is_quick),
        tables="\n".join(_tables(results, is_quick)),
        mark=f"<p><strong>This is {QUICK}.</strong></p>" if is_quick else "",
    )


_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>One chat room, several servers</title>
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 60em; margin: 2em auto;
       padding: 0 1em; }}
svg {{ max-width: 100%; height: auto; }}
.wide {{ overflow-x: auto; }}
table {{ border-collapse: collapse; margin: 1em 0; }}
th, td {{ text-align: right; padding: .2em .8em; border-bottom: 1px solid #8886; }}
th:first-child, td:first-child {{ text-align: left; }}
</style>
<h1>One chat room, several servers</h1>
{mark}
{picture}
{tables}
<p>To make this page with the numbers of your machine, type
<code>python -m lessons compare --html FILE</code>.</p>
</html>
"""


def _tables(results: Results, is_quick: bool) -> Iterable[str]:
    keys = {title: key for key, (title, _) in _TITLES.items()}
    servers = {server.title: server.key for server in SERVERS}
    for panel in panels(results, is_quick):
        sizes = "".join(f"<th>{size} clients</th>" for size in SIZES)
        title = f"{panel.title}: {panel.subtitle}"
        yield f"<h2>{html.escape(title)}</h2>"
        yield f'<div class="wide"><table><tr><th></th>{sizes}</tr>'
        for series in panel.series:
            cells = _cells(results, keys[panel.title], servers[series.name])
            row = "".join(f"<td>{html.escape(cell)}</td>" for cell in cells)
            yield f"<tr><td>{html.escape(series.name)}</td>{row}</tr>"
        yield "</table></div>"


def _cells(results: Results, key: str, server: str) -> Iterable[str]:
    """Yield a number for each size, with its spread if that matters, or a failure."""
    found = _found(results, key, server)
    failed = _failures(results, key, server)
    for size in SIZES:
        if size not in found:
            yield failed.get(size, "")
        elif key == "delay":
            one = found[size]
            yield f"{number(one.median)} ({number(one.low)} - {number(one.high)})"
        else:
            yield number(found[size].median)


def write(
    results: Results, svg: Path | None, page: Path | None, is_quick: bool = False
) -> None:
    """Write what is asked for, if anything was measured; may raise OSError."""
    if not panels(results):
        return
    if svg:
        svg.write_text(as_svg(results, is_quick), encoding="utf-8")
    if page:
        page.write_text(as_page(results, is_quick), encoding="utf-8")
