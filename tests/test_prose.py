"""Habits that make a text hard to read, where a search can find them.

Each habit has a pattern, a sentence that it finds, and that sentence as we write it.
Pages are searched for all of them.  Code is searched for those in IN_CODE, whose words
are no names there.
"""

import re
from functools import cache
from pathlib import Path

import pytest

from lessons.course import COURSE, Step
from tests.support import ROOT

WORDS_ON_AVERAGE = 16  # in a sentence of a lesson
FEWEST_ON_AVERAGE = 12
MOST_WORDS = 36

HABITS = {
    "who, where a noun is needed": (
        r"(?<!\w )\bWho\b [^.?!|:\n]{3,120}[.!|]",
        "Who takes another lock keeps nobody out.",
        "Taking another lock keeps nobody out.",
    ),
    "for, which means because": (
        r"\w, for (?!example\b|instance\b|something\b|what\b)(?:[\w`'@]+ ){1,6}?"
        r"(?:is|are|was|were|has|have|can|cannot|could|may|must|will|would|does)\b",
        "It is right under every schedule, for you cannot choose.",
        "It is right under every schedule, because you cannot choose.",
    ),
    "is no": (
        r"(?<!here )\b(?:is|are|was|were) no "
        r"(?!more\b|longer\b|fewer\b|less\b|other\b|one\b|way\b)[a-z]+",
        "Half a character is no text.",
        "Half a character is not text.",
    ),
    "stands or lies": (
        r"\b(?:stands|lies)\b",
        "Which thread made it stands above the column.",
        "The heading of the column names the thread.",
    ),
    "behind, which means after": (
        r"\bbehind\b",
        "It comes out behind all that was posted before it.",
        "It comes out after everything that was posted before it.",
    ),
    "brackets, which are []": (
        r"\bbrackets?\b",
        "There are no brackets after `talk`.",
        "There are no parentheses after `talk`.",
    ),
    "one, where you are meant": (
        r"(?<!the )\b[Oo]ne (?:says|sees|speaks|tries|must|should)\b",
        "One says that these calls block.",
        "Such calls are said to block.",
    ),
    "some, with a number": (
        r"\b[Ss]ome (?:ten|hundred|thousand|seconds|minutes|mega|kilo|milli)",
        "The kernel keeps some hundred kilobytes.",
        "The kernel keeps a few hundred kilobytes.",
    ),
    "words that are out of use": (
        r"\b(?:mend|mends|mended|anew|afresh|for ever)\b|\bshall\b",
        "The lists are made anew each time.",
        "The lists are new each time.",
    ),
    "of its own": (
        r"\bof (?:one's|his|her|its|their) own\b",
        "Each client has a thread of its own.",
        "Each client has its own thread.",
    ),
}

# Here the word is meant as a dictionary has it.
ALLOWED = [
    "in line behind the bytes",
    "a command behind something",
    "has fallen far behind",
    "left a process behind",
    "leaves nothing behind",
    "square brackets",
    "stands out",
    "--mended",
]

IN_CODE = ["for ever ", "for ever.", " shall ", "afresh", " brackets"]
IN_CODE += ["some hundred", "some thousand", "some seconds", "some milliseconds"]
IN_CODE += ["is no error", "is no text", "is no copy", "is no daemon", "is no reason"]
IN_CODE += ["is no turn", "is no key", "is no plain", "cut off who", "poured full"]
IN_CODE += ["thread stands", "server stands", "run` stands", "served on"]
IN_CODE += ["is thought to", "that are no ", "returns no ", "what is to be said"]


@cache
def pages() -> dict[str, str]:
    """Return what people read as a page: without programs, pictures and headings."""
    files = [*ROOT.glob("*.md"), *(ROOT / ".github").rglob("*.md")]
    files += [*(ROOT / "chat").glob("*.md"), *(ROOT / "lessons").rglob("*.md")]
    files += (ROOT / "lessons").glob("step*/predict.toml")
    return {name_of(file): prose(file.read_text("utf-8")) for file in files}


def name_of(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


def prose(page: str) -> str:
    """Return a page's sentences, each paragraph in one line."""
    page = re.sub(r"^```.*?^```$|^#[^\n]*|\]\([^)]*\)", "\n", page, flags=re.M | re.S)
    return re.sub(r"(?<=[^\n])\n(?=[^\n|])", " ", page)


def found(habit: str, text: str) -> list[str]:
    """Return each place that is not allowed, with the words around it."""
    matches = re.finditer(HABITS[habit][0], text)
    places = [text[max(0, m.start() - 20) : m.end() + 20] for m in matches]
    return [place for place in places if not any(a in place for a in ALLOWED)]


@pytest.mark.parametrize("habit", HABITS)
def test_the_pattern_finds_the_habit(habit: str) -> None:
    _, as_it_was, as_we_write = HABITS[habit]
    assert found(habit, as_it_was)
    assert not found(habit, as_we_write)


@pytest.mark.parametrize("habit", HABITS)
def test_no_page_has_the_habit(habit: str) -> None:
    places = {name: found(habit, text) for name, text in pages().items()}
    assert {name: place for name, place in places.items() if place} == {}


@pytest.mark.skipif(not (ROOT / ".github").is_dir(), reason="a handout has less")
def test_what_is_allowed_is_there() -> None:
    texts = "".join(pages().values())
    assert [words for words in ALLOWED if words not in texts] == []


@pytest.mark.parametrize("folder", ["chat", "lessons"])
def test_no_code_has_these_habits(folder: str) -> None:
    places = [
        (name_of(file), words)
        for file in (ROOT / folder).rglob("*.py")
        for source in [file.read_text("utf-8")]
        for words in IN_CODE
        if words in source.replace("square brackets", "")
    ]
    assert places == []


each_step = pytest.mark.parametrize("step", COURSE, ids=lambda step: step.name)


def lengths(text: str) -> list[int]:
    """Return how many words each sentence has; code counts as one."""
    text = re.sub(r"`[^`]*`", "code", text)
    sentences = re.split(r"(?<=[.!?])\W*\s|(?:^| )(?:-|\d\.) |\n|\|", text)
    return [n for n in (len(re.findall(r"[\w']+", s)) for s in sentences) if n > 1]


@each_step
def test_the_sentences_of_a_lesson_are_short(step: Step) -> None:
    words = lengths(pages()[name_of(step.readme)])
    assert len(words) > 50
    assert sum(words) / len(words) <= WORDS_ON_AVERAGE
    assert max(words) <= MOST_WORDS


@each_step
def test_the_sentences_of_a_lesson_are_not_chopped(step: Step) -> None:
    """Join two that belong together, as with because.  Tables are no sentences."""
    page = re.sub(r"^\|.*", "", pages()[name_of(step.readme)], flags=re.M)
    words = lengths(page)
    assert sum(words) / len(words) >= FEWEST_ON_AVERAGE
