"""A page for each learner, to hand back: what passes, and what is wrong with the rest.

A page speaks of one learner only, and needs no other file.
"""

import html
from collections.abc import Iterator, Sequence
from pathlib import Path

from chat.wire.text import clean
from lessons.checking.diagnosis import Diagnosis
from lessons.classroom.grades import Row
from lessons.classroom.picture import MARKS
from lessons.course import step

_IN_WORDS = {
    "passed": "passes",
    "failed": "does not pass yet",
    "crashed": "ends with an error",
    "hung": "never ends",
    "fault": "could not be checked",
    "not done": "is not done yet",
    "missing": "was not handed in",
}
_REACHES = "passes, but there is something to talk about"


def write_feedback(rows: Sequence[Row], folder: Path) -> None:
    """Write NAME.html and NAME.txt for each learner; OSError is possible."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in dict.fromkeys(row.learner for row in rows):
        own = [row for row in rows if row.learner == name]
        for ending, text in ((".html", as_page(own)), (".txt", as_text(own))):
            path = folder / f"{name}{ending}"
            path.write_text(text, encoding="utf-8", errors="replace")


def _title(rows: Sequence[Row]) -> str:
    passed = sum(row.status == "passed" for row in rows)
    return f"{clean(rows[0].learner)}: {passed} of {len(rows)} steps pass"


def _head(row: Row) -> str:
    is_in_words = _REACHES if row.reaches else _IN_WORDS[row.status]
    return f"Step {row.step}, {step(row.step).title}: {is_in_words}"


def _parts(row: Row) -> list[tuple[str, str]]:
    return Diagnosis(row.diagnosis, row.seen, row.expected, row.why, row.look).parts()


def as_text(rows: Sequence[Row]) -> str:
    """Return a learner's page as plain text."""
    return "\n".join(_text_lines(rows)) + "\n"


def _text_lines(rows: Sequence[Row]) -> Iterator[str]:
    yield _title(rows)
    for row in rows:
        yield ""
        yield f"[{MARKS['reaches' if row.reaches else row.status]}] {_head(row)}"
        if row.diagnosis:
            yield f"    {row.diagnosis}"
        for heading, text in _parts(row):
            first, *rest = text.rstrip().splitlines()
            yield f"    {heading + ':':10}{first}"
            yield from (f"{'':14}{line}" for line in rest)


_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ font: 1rem/1.5 sans-serif; margin: 1rem auto; max-width: 44rem; }}
body {{ padding: 0 1rem; }}
h1 {{ font-size: 1.4rem; }}
h2 {{ font-size: 1.1rem; margin: 1.5rem 0 0.3rem; }}
h2 b {{ font-family: monospace; }}
p {{ margin: 0.3rem 0; font-weight: bold; }}
dl {{ margin: 0; border-left: 3px solid; padding-left: 1rem; }}
dd {{ margin: 0 0 0.5rem; white-space: pre-wrap; overflow-wrap: anywhere; }}
dd.code {{ font-family: monospace; }}
dd.rows {{ font-family: monospace; white-space: pre; overflow-x: auto; }}
@media print {{ dd.rows {{ font-size: 9pt; white-space: pre-wrap; }} }}
</style>
</head>
<body>
<h1>{title}</h1>
{steps}
</body>
</html>
"""


def as_page(rows: Sequence[Row]) -> str:
    """Return a learner's page as HTML that needs no other file."""
    steps = "\n".join(map(_section, rows))
    return _PAGE.format(title=html.escape(_title(rows)), steps=steps)


def _section(row: Row) -> str:
    mark = MARKS["reaches" if row.reaches else row.status].strip()
    shown = f"<b>{html.escape(mark)}</b> " if mark else ""
    lines = [f"<h2>{shown}{html.escape(_head(row))}</h2>"]
    if row.diagnosis:
        lines.append(f"<p>{html.escape(row.diagnosis)}</p>")
    if parts := _parts(row):
        lines += ["<dl>", *map(_part, parts), "</dl>"]
    return "\n".join(lines)


def _part(part: tuple[str, str]) -> str:
    heading, text = part
    kind = ' class="code"' if heading == "Look at" else ""
    if "\n" in text.strip():  # it may have columns, which stay beside each other
        kind = ' class="rows"'
    return f"<dt>{heading}</dt><dd{kind}>{html.escape(text.strip())}</dd>"
