"""A recording as one page: a row for each thread, time to the right.  PURE."""

import html
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lessons.classroom.xray.activity import WORDS
from lessons.classroom.xray.screen import reads_too_little, shown_name
from lessons.classroom.xray.snapshot import Snapshot, Thread

ROW, GAP = 16, 4
CHART = 50  # the height of the lines per second
MOST_THREADS = 60
NAME_COLUMNS = 17  # of a thread's name, so that a phone has room for the rest
MOST_TIMES = 7  # on the axis, so that they stay apart on a phone, too
LETTER_PERCENT = 4  # of the width: a narrower box has no room for its letter
STOPPED_S = 1.0  # so long a client has read too little before that is marked

# Told apart without colours, too: each has its pattern, and a box has a letter where
# there is room for it; idle is pale, and a lock that is waited for is darkest.
CLASSES = {
    "idle": ("baem", "waits for bytes or work", ""),
    "lock": ("Rw", "waits for a lock", "L"),
    "hold": ("HhS", "holds a lock", "#"),
    "send": ("sc", "sends, runs", "s"),
    "post": ("pf", "posts to the queue", "p"),
    "rate": ("z", "sleeps for its rate", "z"),
}
_CLASS = {letter: name for name, (all_, _, _) in CLASSES.items() for letter in all_}
_LINES = {  # of each pattern, in a square of 8
    "idle": "",
    "lock": "M-1 1L1 -1M0 8L8 0M7 9L9 7",
    "hold": "M0 4H8M4 0V8",
    "send": "",
    "post": "M2 4h4M4 2v4",
    "rate": "M4 0V8",
}


@dataclass(frozen=True)
class Recording:
    """All looks at one server."""

    title: str
    shots: Sequence[Snapshot]


def page(recordings: Sequence[Recording]) -> str:
    """Return one page of HTML that needs nothing else; same time scale for all."""
    end_s = max((r.shots[-1].at_s for r in recordings if r.shots), default=1.0)
    return _PAGE.format(
        title=_title(recordings, end_s),
        patterns="".join(map(_pattern, CLASSES)),
        legend="".join(map(_entry, CLASSES)),
        bodies="\n".join(_section(recording, end_s) for recording in recordings),
    )


def _title(recordings: Sequence[Recording], end_s: float) -> str:
    if any(_stop(recording.shots) for recording in recordings):
        return "What the threads did when one client stopped reading"
    return f"What the threads did in {end_s:.0f} seconds"


def _pattern(name: str) -> str:
    return (
        f'<pattern id="{name}" width="8" height="8" patternUnits="userSpaceOnUse">'
        f'<path class="{name}" d="M0 0H8V8H0z"/><path class="over {name}" '
        f'd="{_LINES[name]}"/></pattern>'
    )


def _entry(name: str) -> str:
    """Return the explanation of a pattern and its letter."""
    _, words, mark = CLASSES[name]
    return (
        f'<span><svg class="key" width="24" height="20"><path fill="url(#{name})" '
        f'd="M0 0H24V20H0z"/><g class="letters"><text class="{name}" x="8" y="14">'
        f"{mark}</text></g></svg>{html.escape(words)}</span>"
    )


def _in_words(recording: Recording) -> str:
    """Return what a recording shows, for somebody who did not see it."""
    shots = recording.shots
    clients = {t.client for shot in shots for t in shot.threads} - {""}
    end_s = shots[-1].at_s if shots else 0.0
    said = f"{_server(recording.title)}: {len(clients)} clients, {_seconds(end_s)}."
    if stop := _stop(shots):
        at_s, name = stop
        waiting = sum(shots[-1].letters.count(letter) for letter in "Rw")
        said += f" After {_seconds(at_s)} {name} reads no more. At the end "
        said += "1 thread waits" if waiting == 1 else f"{waiting or 'no'} threads wait"
        said += " for a lock."
    return said


def _seconds(moment_s: float) -> str:
    return f"{moment_s:.0f}\u00a0s"  # with a blank at which no line ends


def _server(title: str) -> str:
    """Return the server's name: of the course's own ones, the last word of it."""
    module = title.partition(" on ")[0]
    if module.startswith("lessons."):
        return module.rpartition(".")[2].replace("_", " ").capitalize()
    return module


def _stop(shots: Sequence[Snapshot]) -> tuple[float, str] | None:
    """Return when a client took no more, and who, if somebody did for long."""
    for name, group in itertools.groupby(shots, key=reads_too_little):
        found = list(group)
        if name and found[-1].at_s - found[0].at_s >= STOPPED_S:
            return found[0].at_s, name
    return None


def _section(recording: Recording, end_s: float) -> str:
    """Return the names at the left, and what has a place in time beside them.

    Times are percentages of whatever width there is, and all else has its size: so text
    is as large on a phone as on a wide screen, and the whole time is seen on both.
    """
    threads = _threads(recording.shots)
    height = CHART + 30 + (ROW + GAP) * len(threads) + 30
    names, plot = [*_rates_title(recording.shots)], list[str]()
    for row, thread in enumerate(threads):
        y = CHART + 30 + row * (ROW + GAP)
        names.append(_named(y + 12, shown_name(thread)))
        plot += _runs(recording.shots, thread.number, y, end_s)
    words = html.escape(_in_words(recording))
    return "\n".join(
        [
            f"<h2>{words}</h2>",
            f'<p class="where">{html.escape(recording.title)}</p>',
            f'<div class="rows" role="img" aria-label="{words}">',
            f'<svg class="names" height="{height}">',
            *names,
            f'</svg><svg class="plot" height="{height}">',
            *_lines_per_s(recording.shots, end_s),
            *_axis(end_s, height),
            *plot,
            *_mark_of_stop(recording.shots, end_s, height),
            "</svg></div>",
        ]
    )


def _named(y: float, name: str) -> str:
    shown = name if len(name) <= NAME_COLUMNS else name[: NAME_COLUMNS - 1] + "…"
    return f'<text x="100%" y="{y:g}">{html.escape(shown)}</text>'


def _mark_of_stop(
    shots: Sequence[Snapshot], end_s: float, height: int
) -> Iterator[str]:
    if stop := _stop(shots):
        at_s, name = stop
        x, words = _x(at_s, end_s), html.escape(f"{name} reads no more")
        anchor, gap = ("end", -5) if x > 50 else ("start", 5)
        yield _upright("stop", x, CHART + 4, height - 24)
        yield (
            f'<text x="{x:.2f}%" dx="{gap}" y="{CHART + 18}" class="stop" '
            f'text-anchor="{anchor}">{words}</text>'
        )


def _upright(kind: str, x: float, top: float, bottom: float) -> str:
    return (
        f'<line class="{kind}" x1="{x:.2f}%" x2="{x:.2f}%" y1="{top}" y2="{bottom}"/>'
    )


def _threads(shots: Sequence[Snapshot]) -> list[Thread]:
    """Return each thread once, as it was last known, in the order of appearance."""
    found: dict[int, Thread] = {}
    for shot in shots:
        for thread in shot.threads:
            if thread.client or thread.number not in found:
                found[thread.number] = thread
    return list(found.values())[:MOST_THREADS]


def _x(at_s: float, end_s: float) -> float:
    """Return a moment's place, in percent of the width."""
    return min(100, 100 * at_s / (end_s or 1))


def _runs(
    shots: Sequence[Snapshot], number: int, y: int, end_s: float
) -> Iterator[str]:
    """Yield one box for each stretch in which a thread did the same."""
    looks = []
    for shot, after in zip(shots, [*shots[1:], shots[-1]], strict=True):
        for thread, letter in zip(shot.threads, shot.letters, strict=True):
            if thread.number == number:
                looks.append((shot.at_s, max(after.at_s, shot.at_s + 0.1), letter))
    letters: list[str] = []
    for letter, group in itertools.groupby(looks, key=lambda look: look[2]):
        stretch = list(group)
        begin, end = _x(stretch[0][0], end_s), _x(stretch[-1][1], end_s)
        name = _CLASS.get(letter, "idle")
        if (mark := CLASSES[name][2]) and end - begin >= LETTER_PERCENT:
            place = f'x="{begin:.2f}%" dx="3" y="{y + 12}"'
            letters.append(f'<text class="{name}" {place}>{mark}</text>')
        yield (
            f'<rect fill="url(#{name})" x="{begin:.2f}%" y="{y}" '
            f'width="{max(0.1, end - begin):.2f}%" height="{ROW}">'
            f"<title>{WORDS.get(letter, letter)}, from {stretch[0][0]:.1f} s "
            f"to {stretch[-1][1]:.1f} s</title></rect>"
        )
    yield f'<g class="letters">{"".join(letters)}</g>'


def _rates(shots: Sequence[Snapshot]) -> list[tuple[float, float]]:
    """Return moments, and how many lines a second clients sent just before."""
    counted = [(s.at_s, s.lines) for s in shots if s.lines is not None][::5]
    return [
        (after_s, (after - before) / ((after_s - before_s) or 1))
        for (before_s, before), (after_s, after) in itertools.pairwise(counted)
    ]


def _most(rates: Sequence[tuple[float, float]]) -> float:
    return max(rate for _, rate in rates) or 1


def _rates_title(shots: Sequence[Snapshot]) -> Iterator[str]:
    if rates := _rates(shots):
        yield _named(14, f"{_most(rates):,.0f}")
        yield _named(CHART, "lines per second")


def _lines_per_s(shots: Sequence[Snapshot], end_s: float) -> Iterator[str]:
    if rates := _rates(shots):
        most = _most(rates)
        way = " ".join(
            f"{_x(at_s, end_s):.2f},{CHART - 2 - (CHART - 16) * rate / most:.1f}"
            for at_s, rate in rates
        )
        yield (
            f'<svg width="100%" height="{CHART}" viewBox="0 0 100 {CHART}" '
            f'preserveAspectRatio="none"><polyline points="{way}"/></svg>'
        )


def _axis(end_s: float, height: int) -> Iterator[str]:
    steps = (1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600)
    step = next((s for s in steps if end_s / s < MOST_TIMES), steps[-1])
    for number in range(int(end_s // step) + 1):
        x = _x(number * step, end_s)
        yield _upright("tick", x, CHART + 22, height - 24)
        yield f'<text x="{x:.2f}%" y="{height - 8}" class="at">{number * step} s</text>'


_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<style>
/* The colours of Okabe and Ito, which nearly everyone can tell from each other. */
:root {{ --idle: #e4e7eb; --lock: #8a3500; --hold: #e69f00; --send: #009e73;
  --post: #56b4e9; --rate: #cc79a7; --ink: #222; --faint: #8886; --on-lock: #fff; }}
@media (prefers-color-scheme: dark) {{ :root {{ --idle: #343a42; --lock: #ff8a4c;
  --hold: #f0e442; --send: #00c493; --post: #56b4e9; --rate: #e5a3c8; --ink: #eee;
  --on-lock: #000; }} }}
body {{ font: 16px/1.5 system-ui, sans-serif; margin: 1em; color: var(--ink); }}
h1 {{ font-size: 1.5em; line-height: 1.2; }}
h2 {{ font-size: 1.1em; margin-bottom: 0; overflow-wrap: anywhere; }}
.where {{ margin: 0 0 .5em; font-size: .8em; overflow-wrap: anywhere; opacity: .8; }}
.rows {{ display: flex; gap: 6px; padding-right: 14px; }}
svg {{ font: 12px system-ui, sans-serif; }}
.names {{ flex: none; width: 7.5rem; }} .names text {{ text-anchor: end; }}
.plot {{ flex: auto; width: 0; overflow: visible; }}
.patterns {{ position: absolute; }}
text {{ fill: var(--ink); }}
.at {{ text-anchor: middle; }} .tick {{ stroke: var(--faint); }}
.stop {{ stroke: var(--ink); stroke-dasharray: 5 3; stroke-width: 2; }}
text.stop {{ stroke: none; font-weight: bold; }}
polyline {{ fill: none; stroke: var(--ink); stroke-width: 2;
  vector-effect: non-scaling-stroke; }}
.idle {{ --own: var(--idle); }} .lock {{ --own: var(--lock); --on: var(--on-lock); }}
.hold {{ --own: var(--hold); }} .send {{ --own: var(--send); }}
.post {{ --own: var(--post); }} .rate {{ --own: var(--rate); }}
pattern path {{ fill: var(--own); }}
pattern .over {{ fill: none; stroke: var(--on, #000); stroke-width: 1.2;
  opacity: .55; }}
.letters {{ font: bold 12px monospace; }}
.letters text {{ fill: var(--on, #000); stroke: var(--own); stroke-width: 5;
  paint-order: stroke; }}
.legend span {{ display: inline-flex; align-items: center; gap: .4em;
  margin: 0 1.2em .3em 0; white-space: nowrap; }}
@media print {{ svg {{ print-color-adjust: exact; }} .rows {{ break-inside: avoid; }} }}
</style>
<svg class="patterns" width="0" height="0">{patterns}</svg>
<h1>{title}</h1>
<p class="legend">{legend}</p>
{bodies}
</html>
"""
