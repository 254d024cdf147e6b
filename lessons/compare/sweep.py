"""The comparison as a picture: what is measured for it, and what is drawn.

PURE but for `write`.
"""

import html
import platform
from collections.abc import Iterable
from pathlib import Path
from statistics import median

from lessons.compare.chart import COLOURS, Panel, Series, draw
from lessons.compare.report import number
from lessons.compare.results import Results
from lessons.compare.servers import SERVERS
from lessons.compare.works import WORKS, resized

SIZES = (10, 30, 100, 300)  # clients
CURVES = ("crowd", "delay", "stuck")  # the works that are drawn over them
SWEEP = [resized(w, n) for w in WORKS if w.key in CURVES for n in SIZES]
_TITLES = {
    "crowd": "Lines delivered per second: 10 clients send, 8 lines in flight each",
    "delay": "Delay in ms, 99th percentile: 50 lines per second to everyone",
    "stuck": "Lines delivered per second while one client never reads",
}
QUICK = "a quick try, and no measurement"
_X_TITLE = "clients in the room"


def panels(results: Results) -> list[Panel]:
    """Return one panel for each curve that was measured."""
    return [
        Panel(_TITLES[key], _X_TITLE, series)
        for key in CURVES
        if (series := tuple(_series(results, key)))
    ]


def _series(results: Results, key: str) -> Iterable[Series]:
    for style, server in enumerate(SERVERS):
        points = []
        for size in SIZES:
            values = results.values(f"{key}-{size}", server.key).values()
            if values:
                points.append((float(size), median(values)))
        failures = _failures(results, key, server.key)
        if points or failures:
            note = next(iter(failures.values()), "")
            yield Series(server.title, style % len(COLOURS), tuple(points), note)


def _failures(results: Results, key: str, server: str) -> dict[int, str]:
    """Return what went wrong with so many clients, such as that all stood still."""
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
    if is_quick:
        what = f"{QUICK}; {what}"
    note = f"{python}, one core for the server; {what}; both scales are logarithmic"
    return draw(panels(results), note)


def as_page(results: Results, is_quick: bool = False) -> str:
    """Return a page with the picture and its numbers; it needs nothing else."""
    return _PAGE.format(
        picture=as_svg(results, is_quick),
        tables="\n".join(_tables(results)),
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
svg {{ width: 100%; height: auto; }}
table {{ border-collapse: collapse; margin: 1em 0; }}
th, td {{ text-align: right; padding: .2em .8em; border-bottom: 1px solid #8886; }}
th:first-child, td:first-child {{ text-align: left; }}
</style>
<h1>One chat room, several servers</h1>
{mark}
{picture}
{tables}
<p>Made again by <code>python -m lessons compare --html FILE</code>.</p>
</html>
"""


def _tables(results: Results) -> Iterable[str]:
    keys = {_TITLES[key]: key for key in CURVES}
    servers = {server.title: server.key for server in SERVERS}
    for panel in panels(results):
        sizes = "".join(f"<th>{size} clients</th>" for size in SIZES)
        yield f"<h2>{html.escape(panel.title)}</h2>\n<table><tr><th></th>{sizes}</tr>"
        for series in panel.series:
            found = dict(series.points)
            failed = _failures(results, keys[panel.title], servers[series.name])
            cells = [
                number(found[n]) if n in found else failed.get(n, "") for n in SIZES
            ]
            row = "".join(f"<td>{html.escape(cell)}</td>" for cell in cells)
            yield f"<tr><td>{html.escape(series.name)}</td>{row}</tr>"
        yield "</table>"


def write(
    results: Results, svg: Path | None, page: Path | None, is_quick: bool = False
) -> None:
    """Write what is asked for, if anything was measured; OSError is possible."""
    if not panels(results):
        return
    if svg:
        svg.write_text(as_svg(results, is_quick), encoding="utf-8")
    if page:
        page.write_text(as_page(results, is_quick), encoding="utf-8")
