"""A recording as one page: a row for each thread, time to the right.  PURE."""

import html
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lessons.classroom.xray.activity import WORDS
from lessons.classroom.xray.screen import reads_too_little, shown_name
from lessons.classroom.xray.snapshot import Snapshot, Thread

WIDTH, LEFT, RIGHT = 1000, 150, 20
ROW, GAP = 16, 4
CHART = 50  # the height of the lines per second
MOST_THREADS = 60
LETTER_WIDTH = 14  # a narrower box has no room for its letter
STOPPED_S = 1.0  # so long a client has read too little before that is marked

# Told apart without colours, too: a box has a letter where there is room for it, idle
# is pale, and a lock that is waited for is darkest.
CLASSES = {
    "idle": ("baem", "waits for bytes or work", ""),
    "lock": ("Rw", "waits for a lock", "L"),
    "hold": ("HhS", "holds a lock", "#"),
    "send": ("sc", "sends, runs", "s"),
    "post": ("pf", "posts to the queue", "p"),
    "rate": ("z", "sleeps for its rate", "z"),
}
_CLASS = {letter: name for name, (all_, _, _) in CLASSES.items() for letter in all_}


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
        f'<span><i class="{name}">{mark}</i>{html.escape(words)}</span>'
        for name, (_, words, mark) in CLASSES.items()
    )
    return _PAGE.format(legend=legend, bodies=bodies)


def _in_words(recording: Recording) -> str:
    """Return what a recording shows, for somebody who did not see it."""
    clients = {t.client for shot in recording.shots for t in shot.threads} - {""}
    end_s = recording.shots[-1].at_s if recording.shots else 0.0
    said = f"{recording.title}: {len(clients)} clients, {end_s:.0f} s"
    if stop := _stop(recording.shots):
        at_s, name = stop
        said += f"; {name} takes no more after {at_s:.0f} s"
    return said


def _stop(shots: Sequence[Snapshot]) -> tuple[float, str] | None:
    """Return when a client took no more, and who, if somebody did for long."""
    for name, group in itertools.groupby(shots, key=reads_too_little):
        found = list(group)
        if name and found[-1].at_s - found[0].at_s >= STOPPED_S:
            return found[0].at_s, name
    return None


def _section(recording: Recording, end_s: float) -> str:
    threads = _threads(recording.shots)
    height = CHART + 30 + (ROW + GAP) * len(threads) + 30
    parts = [
        f"<h2>{html.escape(_in_words(recording))}</h2>",
        '<div class="wide">',
        f'<svg viewBox="0 0 {WIDTH} {height}" role="img">',
        f"<title>{html.escape(_in_words(recording))}</title>",
        *_lines_per_s(recording.shots, end_s),
        *_axis(end_s, height),
    ]
    for row, thread in enumerate(threads):
        y = CHART + 30 + row * (ROW + GAP)
        name = html.escape(shown_name(thread))
        parts.append(f'<text x="{LEFT - 8}" y="{y + 12}" class="name">{name}</text>')
        parts += _runs(recording.shots, thread.number, y, end_s)
    parts += _mark_of_stop(recording.shots, end_s, height)
    return "\n".join([*parts, "</svg>", "</div>"])


def _mark_of_stop(
    shots: Sequence[Snapshot], end_s: float, height: int
) -> Iterator[str]:
    if stop := _stop(shots):
        at_s, name = stop
        x, words = _x(at_s, end_s), html.escape(f"{name} takes no more")
        is_late = x > (LEFT + WIDTH) / 2
        anchor, gap = ("end", -5) if is_late else ("start", 5)
        yield f'<path class="stop" d="M{x:.1f} {CHART + 4}V{height - 24}"/>'
        yield (
            f'<text x="{x + gap:.1f}" y="{CHART + 18}" class="stop" '
            f'text-anchor="{anchor}">{words}</text>'
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
    letters: list[str] = []
    for letter, group in itertools.groupby(looks, key=lambda look: look[2]):
        stretch = list(group)
        begin, end = _x(stretch[0][0], end_s), _x(stretch[-1][1], end_s)
        name = _CLASS.get(letter, "idle")
        if (mark := CLASSES[name][2]) and end - begin >= LETTER_WIDTH:
            letters.append(f'<text x="{begin + 3:.1f}" y="{y + 12}">{mark}</text>')
        yield (
            f'<rect class="{name}" x="{begin:.1f}" y="{y}" '
            f'width="{max(0.5, end - begin):.1f}" height="{ROW}">'
            f"<title>{WORDS.get(letter, letter)}, from {stretch[0][0]:.1f} s "
            f"to {stretch[-1][1]:.1f} s</title></rect>"
        )
    yield f'<g class="letters">{"".join(letters)}</g>'


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
/* The colours of Okabe and Ito, which nearly everyone can tell from each other. */
:root {{ --idle: #e4e7eb; --lock: #8a3500; --hold: #e69f00; --send: #009e73;
  --post: #56b4e9; --rate: #cc79a7; --ink: #222; --faint: #8886;  }}
@media (prefers-color-scheme: dark) {{ :root {{ --idle: #343a42; --lock: #ff8a4c;
  --hold: #f0e442; --send: #00c493; --post: #56b4e9; --rate: #e5a3c8; --ink: #eee; }} }}
body {{ font: 16px/1.5 system-ui, sans-serif; margin: 1.5em; color: var(--ink); }}
.wide {{ overflow-x: auto; }} /* on a phone it is moved sideways, not made small */
svg {{ width: 100%; min-width: 60rem; height: auto; font: 12px system-ui, sans-serif; }}
.letters {{ font: bold 11px monospace; }} .letters text {{ fill: #000; }}
.stop {{ stroke: var(--ink); stroke-dasharray: 5 3; stroke-width: 2; }}
text.stop {{ stroke: none; font-weight: bold; }}
h2 {{ font-size: 1.1em; overflow-wrap: anywhere; }}
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
i {{ display: inline-block; width: 1.2em; height: 1.2em; margin-right: .4em;
  font: bold 1em/1.2 monospace; text-align: center; color: #000; }}
.letters, i {{ paint-order: stroke; stroke: #fffa; stroke-width: 2; }}
@media print {{ i, rect {{ print-color-adjust: exact; }} }}
</style>
<h1>What the threads did</h1>
<p>{legend}</p>
{bodies}
</html>
"""
