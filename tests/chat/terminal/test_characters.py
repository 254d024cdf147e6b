"""Characters as they are seen, and the rows of a line."""

import sys
from collections.abc import Callable
from functools import partial
from itertools import pairwise
from types import FrameType
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from chat.terminal.characters import columns, left, right, typable, wrap

# Each is seen as one character.
CLUSTERS = [
    *"aZ7 @.漢é",
    "e\u0301",
    "\U0001f600",
    "\U0001f44d\U0001f3fd",  # a skin tone
    "\u2764\ufe0f",
    "\U0001f469\u200d\U0001f467",  # a family
    "\U0001f469\u200d\U0001faff",  # not known to Python yet
    "\U0001f1e9\U0001f1ea",  # a flag
]
FLAG_LETTER, SKIN_TONE = "\U0001f1e6", "\U0001f3ff"
clusters = st.lists(st.sampled_from(CLUSTERS), max_size=30)


# ---- clusters


@given(clusters)
def test_left_and_right_step_over_what_is_seen_as_one(clusters: list[str]) -> None:
    text = "".join(clusters)
    there = [0]
    while there[-1] < len(text):
        there.append(right(text, there[-1]))
    back = [len(text)]
    while back[-1]:
        back.append(left(text, back[-1]))
    assert there == back[::-1]
    assert [text[a:b] for a, b in pairwise(there)] == clusters


@pytest.mark.parametrize(
    ("text", "most"),
    [("abc", 3), ("漢字", 4), ("e\u0301", 1), ("\U0001f600", 2), ("\U0001faff", 2)],
)
def test_columns(text: str, most: int) -> None:
    assert columns(text) == most


def test_what_cannot_be_seen_cannot_be_typed() -> None:
    assert typable("\U0001faff\U0001fcff") == "\U0001faff"  # the first may be an emoji
    assert typable("a\x00\x1b\x07\u202e\u2028\ud800\u200db") == "a\u200db"


# ---- rows

Wrap = Callable[[str, int, int], list[str]]


def check_rows(wrap: Wrap, text: str, width: int) -> None:
    rows = wrap(text, width, 4)
    if columns(text) <= width:
        assert rows == [text]
        return
    assert all(columns(row) <= width - 4 * (n > 0) for n, row in enumerate(rows))
    assert not any(row[:1] == " " for row in rows[1:])
    assert "".join(rows).replace(" ", "") == text.replace(" ", "")
    for row, following in pairwise(rows):  # no row ends where its text went on
        word = following.split(" ")[0]
        is_whole = columns(word) <= width - 4 and text.count(row + word) == 0
        assert is_whole or columns(row + right_part(word)) > width - 4


def right_part(word: str) -> str:
    return word[: right(word, 0)]


@given(clusters, clusters, st.integers(12, 40))
@settings(max_examples=300)
def test_rows(some: list[str], more: list[str], width: int) -> None:
    check_rows(wrap, "".join(["x", *some, *some, *more]), width)


def never_indents(text: str, width: int, indent: int) -> list[str]:
    return wrap(text, width, 0)


def counts_characters(text: str, width: int, indent: int) -> list[str]:
    later = width - indent
    rest = range(width, len(text), later)
    return [text[:width], *(text[n : n + later].lstrip() for n in rest)]


def cuts_words(text: str, width: int, indent: int) -> list[str]:
    return wrap(text.replace(" ", "\u00a0"), width, indent)


@pytest.mark.parametrize("broken", [never_indents, counts_characters, cuts_words])
def test_the_property_catches(broken: Wrap) -> None:
    with pytest.raises(AssertionError):
        check_rows(broken, "漢字" * 20 + " bc" * 20, 20)


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("a" * 20, ["a" * 20]),
        ("bob: one two three four", ["bob: one two three", "four"]),
        ("bob: hi" + " " * 70 + "[INFO] ann left", ["bob: hi", "[INFO] ann left"]),
        ("bob: " + "x" * 40, ["bob: " + "x" * 15, "x" * 16, "x" * 9]),
        ("bob: " + "漢" * 16, ["bob: " + "漢" * 7, "漢" * 8, "漢"]),
        ("Online: alice, bobby, carol", ["Online: alice,", "bobby, carol"]),
        ("bob: " + "\u00a0" * 15 + "left", ["bob: " + "\u00a0" * 15, "left"]),
    ],
)
def test_rows_of_20_columns_that_leave_4_free(text: str, rows: list[str]) -> None:
    assert wrap(text, 20, 4) == rows


@pytest.mark.parametrize(
    "text", [SKIN_TONE * 100, "x" + "\u200d\u2588" * 200, "a" + "\u0301" * 500]
)
def test_a_cluster_that_is_wider_than_a_row_is_cut(text: str) -> None:
    rows = wrap(text, 20, 4)
    assert "".join(rows) == text
    assert all(columns(row) <= 20 for row in rows)


@pytest.mark.parametrize("width", range(6))
def test_a_screen_of_no_width_loses_nothing(width: int) -> None:
    assert "".join(wrap("bob: 漢字", width, 4)).replace(" ", "") == "bob:漢字"


# ---- the work grows only with the length of the text

# What others may send is any of these, again and again.
REPEATED = st.lists(st.sampled_from([*"a \u0301\u200d\u200c漢\u2588", *CLUSTERS[3:]]))


def steps_of(do: Callable[[], object]) -> int:
    """Return how many lines of Python ran."""
    steps = 0

    def count(frame: FrameType, event: str, argument: object) -> Any:
        nonlocal steps
        steps += event == "line"
        return count

    before = sys.gettrace()
    sys.settrace(count)
    try:
        do()
    finally:
        sys.settrace(before)
    return steps


def check_work(wrap: Wrap, unit: str) -> None:
    texts = (unit * (size // len(unit)) for size in (100, 400))
    steps = [steps_of(partial(wrap, text, 40, 4)) for text in texts]
    assert steps[1] < 6 * steps[0] + 100, steps


@given(st.one_of(REPEATED.map("".join), st.text()).filter(bool))
@example(FLAG_LETTER)
@example(SKIN_TONE)
@example("\u200d\u2588")
@settings(max_examples=15, deadline=None)
def test_a_long_line_takes_no_more_work_per_character(unit: str) -> None:
    check_work(wrap, unit[:50])


def looks_back(text: str, width: int, indent: int) -> list[str]:
    """Planted bug: for each letter of a flag, count those before it."""
    for index in range(len(text)):
        while index and text[index - 1] == FLAG_LETTER:
            index -= 1
    return [text]


def test_the_work_of_a_planted_bug_is_noticed() -> None:
    with pytest.raises(AssertionError):
        check_work(looks_back, FLAG_LETTER)


@pytest.mark.parametrize("unit", [" ", "x ", "\u00a0", FLAG_LETTER])
def test_a_very_long_line_does_not_hang(unit: str) -> None:
    """Where the work grew with the square, each of these would take minutes."""
    assert wrap("x" + unit * 30_000, 40, 4)
