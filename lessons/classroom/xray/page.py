"""A recording as one page: a row for each thread, time to the right.  PURE."""

import html
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lessons.classroom.xray.activity import WORDS
from lessons.classroom.xray.screen import shown_name
from lessons.classroom.xray.snapshot import Snapshot, Thread

WIDTH, LEFT, RIGHT = 1000, 150, 20
ROW, GAP = 16, 4
CHART = 50  # the height of the lines per second
MOST_THREADS = 60

# Told apart also in grey: idle is pale, a lock that is waited for is darkest.
CLASSES = {
    "idle": ("baem", "waits for bytes or work"),
    "lock": ("Rw", "waits for a lock"),
    "hold": ("HhS", "holds a lock"),
    "send": ("sc", "sends, runs"),
    "post": ("pf", "posts to the queue"),
    "rate": ("z", "sleeps for its rate"),
}
_CLASS = {letter: name for name, (all_, _) in CLASSES.items() for letter in all_}


@dataclass(frozen=True)
class Recording:
    """All looks at one server."""

    title: str
    shots: Sequence[Snapshot]


def page(recordings: Sequence[Recording]) -> str:
    """Return one page of HTML that needs nothing else; same time scale for all."""
    end_s = max((r.shots[-1].at_s for r in recordings if r.shots), default=1.0)
    bodies = "\n".join(_section(recording, end_s) for recording in recordings)
    legend = "".join(
        f'<span><i class="{name}"></i>{html.escape(words)}</span>'
        for name, (_, words) in CLASSES.items()
    )
    return _PAGE.format(legend=legend, bodies=bodies)


def _section(recording: Recording, end_s: float) -> str:
    threads = _threads(recording.shots)
    height = CHART + 30 + (ROW + GAP) * len(threads) + 30
    parts = [
        f"<h2>{html.escape(recording.title)}</h2>",
        f'<svg viewBox="0 0 {WIDTH} {height}" role="img">',
        *_lines_per_s(recording.shots, end_s),
        *_axis(end_s, height),
    ]
    for row, thread in enumerate(threads):
        y = CHART + 30 + row * (ROW + GAP)
        name = html.escape(shown_name(thread))
        parts.append(f'<text x="{LEFT - 8}" y="{y + 12}" class="name">{name}</text>')
        parts += _runs(recording.shots, thread.number, y, end_s)
    return "\n".join([*parts, "</svg>"])


def _threads(shots: Sequence[Snapshot]) -> list[Thread]:
    """Return each thread once, as it was last known, in the order of appearance."""
    found: dict[int, Thread] = {}
    for shot in shots:
        for thread in shot.threads:
            if thread.client or thread.number not in found:
                found[thread.number] = thread
    return list(found.values())[:MOST_THREADS]


def _x(at_s: float, end_s: float) -> float:
    return LEFT + (WIDTH - LEFT - RIGHT) * at_s / (end_s or 1)


def _runs(
    shots: Sequence[Snapshot], number: int, y: int, end_s: float
) -> Iterator[str]:
    """Yield one box for each stretch in which a thread did the same."""
    looks = []
    for shot, after in zip(shots, [*shots[1:], shots[-1]], strict=True):
        for thread, letter in zip(shot.threads, shot.letters, strict=True):
            if thread.number == number:
                looks.append((shot.at_s, max(after.at_s, shot.at_s + 0.1), letter))
    for letter, group in itertools.groupby(looks, key=lambda look: look[2]):
        stretch = list(group)
        begin, end = _x(stretch[0][0], end_s), _x(stretch[-1][1], end_s)
        yield (
            f'<rect class="{_CLASS.get(letter, "idle")}" x="{begin:.1f}" y="{y}" '
            f'width="{max(0.5, end - begin):.1f}" height="{ROW}">'
            f"<title>{WORDS.get(letter, letter)}, from {stretch[0][0]:.1f} s "
            f"to {stretch[-1][1]:.1f} s</title></rect>"
        )


def _lines_per_s(shots: Sequence[Snapshot], end_s: float) -> Iterator[str]:
    counted = [(s.at_s, s.lines) for s in shots if s.lines is not None][::5]
    rates = [
        (after_s, (after - before) / ((after_s - before_s) or 1))
        for (before_s, before), (after_s, after) in itertools.pairwise(counted)
    ]
    if not rates:
        return
    most = max(rate for _, rate in rates) or 1
    way = " ".join(
        f"{_x(at_s, end_s):.1f},{CHART - (CHART - 14) * rate / most:.1f}"
        for at_s, rate in rates
    )
    yield f'<text x="{LEFT - 8}" y="{CHART}" class="name">lines per second</text>'
    yield f'<text x="{LEFT - 8}" y="14" class="name">{most:,.0f}</text>'
    yield f'<polyline points="{way}"/>'


def _axis(end_s: float, height: int) -> Iterator[str]:
    step = next(s for s in (1, 2, 5, 10, 30, 60, 300, 3600) if end_s / s <= 15)
    for number in range(int(end_s // step) + 1):
        x = _x(number * step, end_s)
        yield f'<path class="tick" d="M{x:.1f} {CHART + 22}V{height - 24}"/>'
        yield f'<text x="{x:.1f}" y="{height - 8}" class="at">{number * step} s</text>'


_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>What the threads did</title>
<style>
:root {{ --idle: #dfe3e8; --lock: #b3261e; --hold: #e0a100; --send: #2e7d32;
  --post: #00838f; --rate: #7986cb; --ink: #222; --faint: #8886; }}
@media (prefers-color-scheme: dark) {{ :root {{ --idle: #343a42; --lock: #ff6b5e;
  --hold: #ffca3a; --send: #66bb6a; --post: #4dd0e1; --rate: #9fa8da; --ink: #eee; }} }}
body {{ font: 16px/1.5 system-ui, sans-serif; margin: 1.5em; color: var(--ink); }}
svg {{ width: 100%; height: auto; font: 12px system-ui, sans-serif; }}
text {{ fill: var(--ink); }}
.name {{ text-anchor: end; }} .at {{ text-anchor: middle; }}
.tick {{ stroke: var(--faint); }}
polyline {{ fill: none; stroke: var(--send); stroke-width: 2; }}
.idle {{ fill: var(--idle); background: var(--idle); }}
.lock {{ fill: var(--lock); background: var(--lock); }}
.hold {{ fill: var(--hold); background: var(--hold); }}
.send {{ fill: var(--send); background: var(--send); }}
.post {{ fill: var(--post); background: var(--post); }}
.rate {{ fill: var(--rate); background: var(--rate); }}
p span {{ margin-right: 1.5em; white-space: nowrap; }}
i {{ display: inline-block; width: 1em; height: 1em; margin-right: .4em;
  vertical-align: -.15em; }}
</style>
<h1>What the threads did</h1>
<p>{legend}</p>
{bodies}
</html>
"""
