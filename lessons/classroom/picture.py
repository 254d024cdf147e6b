"""The class at a glance: learners by steps, and what most stumble over.  PURE."""

from collections import Counter
from collections.abc import Sequence

from chat.terminal.characters import columns
from chat.wire.text import clean
from lessons.classroom.grades import Row

MARKS = {
    "passed": "+",
    "failed": "x",
    "crashed": "!",
    "hung": "~",
    "fault": "?",
    "not done": ".",
    "missing": " ",
}
NAME_COLUMNS = 24
MOST = 3  # diagnoses shown for each step


def picture(rows: Sequence[Row], width: int = 80) -> str:
    """Return the table of marks and the most common diagnoses, as lines."""
    if not rows:
        return "Nothing was judged."
    return "\n".join([*_table(rows), "", *_common(rows, width)])


def _table(rows: Sequence[Row]) -> list[str]:
    steps = sorted({row.step for row in rows})
    names = list(dict.fromkeys(row.learner for row in rows))
    marks = {(row.learner, row.step): MARKS[row.status] for row in rows}
    lines = [" " * NAME_COLUMNS + "".join(f"{step:3}" for step in steps)]
    for name in names:
        found = [marks.get((name, step), " ") for step in steps]
        lines.append(fitted(name) + "".join(f"{mark:>3}" for mark in found))
    passed = Counter(row.step for row in rows if row.status == "passed")
    total = "".join(f"{passed[step]:3}" for step in steps)
    lines.append(fitted(f"passed, of {len(names)}") + total)
    legend = ", ".join(f"{mark} {name}" for name, mark in MARKS.items() if mark != " ")
    return [*lines, f"({legend}, nothing: missing)"]


def fitted(name: str) -> str:
    """Return a name in the first column, shortened or filled up."""
    text = clean(name)
    while columns(text) > NAME_COLUMNS - 1:
        text = text[:-2] + "…"
    return text + " " * (NAME_COLUMNS - columns(text))


def _common(rows: Sequence[Row], width: int) -> list[str]:
    lines = []
    for step in sorted({row.step for row in rows}):
        stumbled = Counter(
            row.diagnosis
            for row in rows
            if row.step == step and row.status in ("failed", "crashed", "hung")
        )
        tried = sum(
            row.step == step and row.status not in ("missing", "not done", "fault")
            for row in rows
        )
        for diagnosis, count in sorted(stumbled.items(), key=_by_count)[:MOST]:
            line = f"step {step:2}: {count} of {tried}: {diagnosis}"
            lines.append(line if len(line) <= width else line[: width - 1] + "…")
    return lines or ["No wrong answers."]


def _by_count(item: tuple[str, int]) -> tuple[int, str]:
    return -item[1], item[0]
