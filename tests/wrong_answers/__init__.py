"""The museum: wrong answers to each step, with the diagnosis that each must get.

Most wrong answers are a right one with a few lines changed.  `step03.py` is the table
of those of step 3.  Each has a name, and is written as a diff would show it:

    "off_by_one": r\"\"\"
    # Diagnosis: A line of exactly LIMIT bytes is refused
    # Base: plain
    -        if len(self.tail) <= LIMIT:
    +        if len(self.tail) < LIMIT:
    \"\"\",

Lines with a minus go, lines with a plus come, and other lines stay; they only show
where.  What goes and what stays must be found exactly once in the base, or the table
is refused.  A line `@@` leads to another place, further down.

The base is the solution, or a right answer in `bases/`, at most two for each step.
They are there because a check may see a fault in one way of writing and miss it in
another.  A line `# On Windows: right` below these lines says that the answer must pass
there, and with a title in place of `right` that it must get this one.  An answer with
another structure is a whole file in `whole/`, with the same lines at its top.

A table may have right answers, too, in `RIGHT`: such as differ from the solution, and
were once refused.  They are written in the same way, without a diagnosis and a base.

`python -m tests.wrong_answers step03 off_by_one` prints an answer as a file.
"""

import importlib
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lessons import course

HERE = Path(__file__).parent
HEAD = re.compile(
    r"# Diagnosis: (?P<title>.+)\n(# Base: (?P<base>\w+)\n)?"
    r"(# On Windows: (?P<windows>.+)\n)?"
)
SOLUTION = "solution"
PASSES = "right"
NEXT_PLACE = "@@\n"


@dataclass(frozen=True)
class Answer:
    """An answer to a step."""

    step: int
    name: str
    text: str

    @property
    def id(self) -> str:
        """Return what it is called where it stands among those of other steps."""
        return f"{_key(self.step)}-{self.name}"


@dataclass(frozen=True)
class Right(Answer):
    """A right answer, or the exercise as it was given."""


@dataclass(frozen=True)
class Piece(Answer):
    """A wrong answer."""

    title: str  # of the diagnosis that it must get
    on_windows: str | None  # PASSES, or another title, or None for the same

    @property
    def wanted(self) -> str | None:
        """Return the title that it must get on this system, None if it must pass."""
        if sys.platform == "win32" and self.on_windows:
            return None if self.on_windows == PASSES else self.on_windows
        return self.title


def pieces(step: int) -> list[Piece]:
    """Return all wrong answers to a step, in the order of their names."""
    found = [*_changed_ones(step), *_whole_ones(step)]
    return sorted(found, key=lambda one: one.name)


def piece(step: int, name: str) -> Piece:
    """Return one of them, or raise LookupError."""
    for one in pieces(step):
        if one.name == name:
            return one
    raise LookupError(
        f"{_key(step)} has no wrong answer {name}; {_key(step)} alone lists them"
    )


def right_ones(step: int) -> list[Right]:
    """Return the right answers of the table of a step."""
    module = importlib.import_module(f"{__name__}.{_key(step)}")
    table: dict[str, str] = getattr(module, "RIGHT", {})
    solution = bases(step)[SOLUTION]
    return [
        Right(step, name, changed(solution, entry.removeprefix("\n")))
        for name, entry in table.items()
    ]


def bases(step: int) -> dict[str, str]:
    """Return the right answers that the wrong ones are made from, by their names."""
    files = {SOLUTION: course.step(step).solution}
    for file in sorted((HERE / "bases").glob(f"{_key(step)}_*.py")):
        files[file.stem.removeprefix(f"{_key(step)}_")] = file
    return {name: file.read_text("utf-8") for name, file in files.items()}


def changed(text: str, changes: str) -> str:
    """Return a text with the changes of a diff; ValueError if they do not fit."""
    done, at = "", 0  # what is changed already, and how far in the text that goes
    for place in changes.split(NEXT_PLACE):
        lines = place.splitlines(keepends=True)
        old = "".join(line[1:] or line for line in lines if not line.startswith("+"))
        new = "".join(line[1:] or line for line in lines if not line.startswith("-"))
        start = _find(old, text)
        if start < at:
            raise ValueError(f"this is not below the place before it:\n{old}")
        done += text[at:start] + new
        at = start + len(old)
    return done + text[at:]


def _find(lines: str, text: str) -> int:
    """Return where these lines begin, which must be in the text exactly once."""
    found = f"\n{text}".count(f"\n{lines}") if lines.strip() else 0
    if found != 1:
        raise ValueError(f"this is there {found} times, not once:\n{lines}")
    return f"\n{text}".index(f"\n{lines}")


def _key(step: int) -> str:
    return f"step{step:02}"


def _changed_ones(step: int) -> Iterator[Piece]:
    table = importlib.import_module(f"{__name__}.{_key(step)}").WRONG
    texts = bases(step)
    for name, entry in table.items():
        where, entry = f"{_key(step)}, {name}", entry.removeprefix("\n")
        head = _head(entry, where)
        base = head["base"] or SOLUTION
        if base not in texts:
            raise ValueError(f"{where}: there is no base {base}")
        try:
            text = changed(texts[base], entry[head.end() :])
        except ValueError as error:
            raise ValueError(f"{where}: {error}") from None
        text = f"# Diagnosis: {head['title']}\n{text}"
        yield Piece(step, name, text, head["title"], head["windows"])


def _whole_ones(step: int) -> Iterator[Piece]:
    for file in (HERE / "whole" / _key(step)).glob("*.py"):
        text = file.read_text("utf-8")
        head = _head(text, str(file))
        yield Piece(step, file.stem, text, head["title"], head["windows"])


def _head(text: str, where: str) -> re.Match[str]:
    head = HEAD.match(text)
    if not head:
        raise ValueError(f"{where}: it does not begin with `# Diagnosis: TITLE`")
    return head
