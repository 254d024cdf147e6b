"""What is replaced in a line: chat/PROTOCOL.md, section 1, cleaning."""

import re
import sys
import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from chat.wire import text as wire_text
from chat.wire.text import PICTURES, clean, is_bad

CHECK = settings(max_examples=200, derandomize=True, report_multiple_bugs=False)
CATCH = settings(CHECK, phases=[Phase.generate])  # a planted bug needs no shrinking
BANNED = {"Cc", "Cs", "Co", "Cn", "Zl", "Zp", "Cf"}


def test_cleaning_of_each_character_of_unicode() -> None:
    # Between these ranges nothing is assigned; from U+F0000 on all is private.
    codes = [*range(0x34000), *range(0xE0000, 0xE0200), *range(0xFFF00, 0x100010)]
    for char in map(chr, [*codes, sys.maxunicode]):
        kept = char in "\u200c\u200d" or 0x1F000 <= ord(char) <= 0x1FAFF
        banned = unicodedata.category(char) in BANNED and not kept
        wanted = " " if char == "\t" else "\ufffd" if banned else char
        assert clean(char) == wanted, hex(ord(char))


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("plain text", "plain text"),
        ("a\tb", "a b"),
        ("\x1b[2Jgone", "\ufffd[2Jgone"),
        ("del\x7f", "del\ufffd"),
        ("\x85\x9b31m", "\ufffd\ufffd31m"),
        ("\u202egnp.exe", "\ufffdgnp.exe"),
        ("@\u200ball hi", "@\ufffdall hi"),
        ("fake\u2028[INFO] line", "fake\ufffd[INFO] line"),
        ("\ufeffBOM", "\ufffdBOM"),
        ("\U000e0041", "\ufffd"),
        ("private \ue000 none \u0378", "private \ufffd none \ufffd"),
        ("می\u200cخواهم 👩\u200d🔬", "می\u200cخواهم 👩\u200d🔬"),
        ("e" + "\u0301" * 8, "e" + "\u0301" * 8),
        ("e" + "\u0301" * 9 + "x", "e" + "\u0301" * 8 + "x"),
        (
            "e" + "\u0301\u20dd\u0903" * 4,
            "e" + "\u0301\u20dd\u0903" * 2 + "\u0301\u20dd",
        ),
        ("\u0301" * 9 + "\x00" + "\u0301" * 9, "\u0301" * 8 + "\ufffd" + "\u0301" * 8),
    ],
)
def test_cleaning(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned


def test_an_emoji_that_is_newer_than_the_table_stays() -> None:
    newer = "\U0001faff"  # not assigned in any version so far
    assert unicodedata.category(newer) == "Cn"
    assert clean(f"{newer} \u202e{newer}") == f"{newer} \ufffd{newer}"
    assert all(map(is_bad, ["\U0001fcff", "\U0001efff", "\u0378", "\U000e0001"]))


def test_no_picture_is_a_control_or_format_character() -> None:
    pictures = map(chr, range(ord(PICTURES[0]), ord(PICTURES[1]) + 1))
    assert {unicodedata.category(c) for c in pictures} & BANNED <= {"Cn"}


def test_a_joiner_does_not_begin_a_new_run_of_marks() -> None:
    """Or eight marks and a joiner, again and again, make a tower over other lines."""
    tower = "e" + ("\u0301" * 8 + "\u200d") * 50
    assert clean(tower).count("\u0301") == 8


NASTY = ["@", "all ", "\\", "\t", "\u0301" * 5, "\u0903", "\u200d", "\u202e", "\x1b"]
TEXTS = st.text() | st.lists(st.sampled_from(NASTY), min_size=6).map("".join)


def is_safe_and_stays(clean: Callable[[str], str], text: str) -> None:
    cleaned = clean(text)
    assert clean(cleaned) == cleaned
    left = {unicodedata.category(c) for c in cleaned if c not in "\u200c\u200d"}
    assert left.isdisjoint(BANNED)
    assert not re.search("([\u0301\u0903]\u200d*){9}", cleaned)
    assert cleaned.count("@all ") == text.replace("\t", " ").count("@all ")


ALL_TEXTS = given(text=TEXTS)
check_clean = CHECK(ALL_TEXTS(is_safe_and_stays))
catch_unclean = CATCH(ALL_TEXTS(is_safe_and_stays))


def test_cleaned_text_is_safe_and_stays_as_it_is() -> None:
    check_clean(clean)


def deletes(text: str) -> str:
    """Planted bug: what is taken out lets a new command form."""
    return clean(text).replace("\ufffd", "")


def escapes(text: str) -> str:
    """Planted bug: it looks safe, but once more gives something else."""
    return clean(text).replace("\\", "\\\\").replace("\ufffd", "\\x")


def forgets_bidi(text: str) -> str:
    """Planted bug: only what `isprintable` knows as a control character."""
    return "".join("\ufffd" if ord(c) < 32 else c for c in text)


def forgets_marks(text: str) -> str:
    """Planted bug: the table without the count."""
    return text.translate(wire_text._table())


@pytest.mark.parametrize("wrong", [deletes, escapes, forgets_bidi, forgets_marks])
def test_cleaning_catches_a_planted_bug(wrong: Callable[[str], str]) -> None:
    with pytest.raises(AssertionError):
        catch_unclean(wrong)


# ---- what it costs: as little for a strange line as for any other, or nearly


STRANGE = ["\x01", "\x7f", "\x80", "\u0436", "e\u0301", "漢", "\ue000", "\U0010fffd"]
STRANGE += ["e" + "\u0301" * 9, "\u0301\u200d", "\x80" + "\u0301" * 9, "🧑🏽", "𠀀"]


@pytest.mark.parametrize("unit", STRANGE)
def test_no_cheap_line_is_looked_at_one_by_one(
    monkeypatch: pytest.MonkeyPatch, unit: str
) -> None:
    """With a call for each, 4 KB of them took 100 times what ASCII does."""
    clean("\x80" + "e\u0301" * 9)  # makes what all lines need
    slow: list[str] = []
    monkeypatch.setattr(wire_text, "_replacement", slow.append)
    monkeypatch.setattr(wire_text, "_limit_marks", slow.append)
    assert clean(unit * 1000)
    assert slow == []


def steps(text: str) -> int:
    """Return how often Python calls something to clean `text`."""
    calls: list[str] = []
    sys.setprofile(lambda _frame, event, _argument: calls.append(event))
    try:
        clean(text)
    finally:
        sys.setprofile(None)
    return len(calls)


@pytest.mark.parametrize("between", ["", "\u200d"])
def test_marks_of_four_bytes_are_looked_at_all_at_once(between: str) -> None:
    """One by one, a line of them took the server 12 times what ASCII does."""
    clean("\x80" + "e\u0301" * 9)
    text = f"e{chr(0x301) * 8}{between}\U00011c92" * 100
    assert clean(text) == f"e{chr(0x301) * 8}" * 100
    assert steps(text) < 2.5 * len(text)


@settings(CHECK, max_examples=15)
@example("\U00011c92" * 9)  # marks that are looked at one by one
@given(unit=st.text(min_size=1, max_size=20))
def test_the_work_for_any_line_grows_only_with_its_length(unit: str) -> None:
    clean("\x80" + "e\u0301" * 9)
    text = unit * (1000 // len(unit))
    assert steps(text) < 50 + 5 * len(text)
