"""The class at a glance: learners by steps, and what most stumble over.  PURE."""

import textwrap
from collections import Counter
from collections.abc import Sequence

from chat.terminal.characters import columns
from chat.wire.text import clean
from lessons.classroom.grades import REACHES, Row

MARKS = {
    "passed": "+",
    "failed": "x",
    "reaches": "r",
    "crashed": "!",
    "hung": "~",
    "fault": "?",
    "not done": ".",
    "missing": " ",
}
LEGEND = (
    "(+ passed, x failed, r passed but uses too much, ! crashed, ~ never ended,\n? "
    "fault of the check or the machine, . not done, nothing: missing)"
)
NAME_COLUMNS = 20
MOST = 10  # lines of what to talk about
MOST_LOOKS = 3  # lines of what to look at


def picture(
    rows: Sequence[Row],
    looks: Sequence[str] = (),
    width: int = 80,
    everything: bool = False,
) -> str:
    """Return the table of marks, what to look at and what to talk about, as lines.

    `looks` are lines of what else to look at.  What matters most comes last, because
    that is what stays on the screen.
    """
    if not rows:
        return "Nothing was graded."
    looks = [*_reaching(rows), *looks]
    parts = [_table(rows)]
    if looks:
        most = None if everything else MOST_LOOKS
        parts.append(["To look at:", *_shown(looks, most, width)])
    most = None if everything else MOST
    parts.append(["The next five minutes:", *_shown(_common(rows), most, width)])
    return "\n\n".join("\n".join(lines) for lines in parts)


def _table(rows: Sequence[Row]) -> list[str]:
    steps = sorted({row.step for row in rows})
    names = list(dict.fromkeys(row.learner for row in rows))
    of = {(row.learner, row.step): row for row in rows}
    head = "".join(f"{step:3}" for step in steps)
    lines = [" " * NAME_COLUMNS + head + "   time hints seen"]
    for name in names:
        own = [of[name, step] for step in steps if (name, step) in of]
        marks = {row.step: _mark(row) for row in own}
        line = "".join(f"{marks.get(step, ' '):>3}" for step in steps)
        lines.append((fitted(name) + line + _numbers(own)).rstrip())
    passed = Counter(row.step for row in rows if row.status == "passed")
    total = "".join(f"{passed[step]:3}" for step in steps)
    return [*lines, fitted(f"passed, of {len(names)}") + total, LEGEND]


def _mark(row: Row) -> str:
    return MARKS["reaches" if row.reaches else row.status]


def _numbers(rows: Sequence[Row]) -> str:
    """Return a learner's seconds, hints and solutions seen; blank if not known."""
    seconds = round(sum(row.ms for row in rows) / 1000)
    hints = [row.hints for row in rows if row.hints is not None]
    seen = [row.solution_seen for row in rows if row.solution_seen is not None]
    shown = [
        f"{seconds} s" if any(row.ms for row in rows) else "",
        str(sum(hints)) if hints else "",
        str(sum(seen)) if seen else "",
    ]
    return f"{shown[0]:>7}{shown[1]:>6}{shown[2]:>5}"


def fitted(name: str) -> str:
    """Return a name in the first column, shortened or filled up."""
    text = clean(name)
    while columns(text) > NAME_COLUMNS - 1:
        text = text[:-2] + "…"
    return text + " " * (NAME_COLUMNS - columns(text))


def _reaching(rows: Sequence[Row]) -> list[str]:
    return [
        f"{clean(row.learner)}, step {row.step}: passes, but uses "
        f"{row.diagnosis.removeprefix(REACHES)} ({row.look})"
        for row in rows
        if row.reaches
    ]


def _common(rows: Sequence[Row]) -> list[str]:
    """Return the diagnoses, the most common first."""
    stumbled = Counter(
        (row.step, row.diagnosis)
        for row in rows
        if row.status in ("failed", "crashed", "hung") and not row.reaches
    )
    tried = Counter(
        row.step for row in rows if row.status not in ("missing", "not done", "fault")
    )
    found = sorted(stumbled.items(), key=lambda item: (-item[1], item[0]))
    return [
        f"step {step:2}: {count} of {tried[step]}: {diagnosis}"
        for (step, diagnosis), count in found
    ] or ["No wrong answers."]


def _shown(lines: Sequence[str], most: int | None, width: int) -> list[str]:
    """Return `most` lines, of which the last says how many more there are.

    Without `most` it is all of them, and what is too long is wrapped and not cut.
    """
    if most is None:
        wrapped = [textwrap.wrap(ln, width, subsequent_indent="    ") for ln in lines]
        return [row for rows in wrapped for row in rows]
    shown = [fitting(line, width) for line in lines[:most]]
    if len(lines) > most:
        more = len(lines) - most + 1
        shown[-1] = f"... and {more} more; --all shows them"
    return shown


def fitting(line: str, width: int) -> str:
    """Return a line that fits the screen."""
    while columns(line) > width:
        line = line[:-2] + "…"
    return line
