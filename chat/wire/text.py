"""What text may hold: everything that could deceive a reader is replaced.  PURE.

A terminal obeys some characters instead of showing them.  With an escape sequence one
user could move the cursor on the screen of another, and with a CR write over a line; a
direction mark lets a text read backwards.  So each line is cleaned once, when it comes
in ("Cleaning" in section 1 of chat/PROTOCOL.md).

Bad characters are replaced by U+FFFD and not removed.  If they were removed, the pieces
around them would join: `@a<NUL>ll` would become the command `@all`.
"""

import functools
import re
from collections.abc import Callable
from unicodedata import category

# Marks are drawn above and below their letter.  A hundred of them would cover the lines
# around it; no language puts more than a few on one letter.
MAX_MARKS = 8

# Categories of Unicode: control characters, surrogates, private use, not assigned, the
# separators of lines and of paragraphs, and format characters such as direction marks.
BANNED = frozenset({"Cc", "Cs", "Co", "Cn", "Zl", "Zp", "Cf"})
JOINERS = "\u200c\u200d"  # Cf, but Persian and emoji cannot be written without them
# Unicode keeps what is not assigned here for pictures.  So an emoji that is newer than
# Python's table is not a danger, and stays.
PICTURES = "\U0001f000", "\U0001faff"

# What a line holds must make little difference to the time that cleaning takes, or a
# few users with strange lines would keep the server busy.  So each character is looked
# at in C: with a table for `str.translate`, and with patterns.  They are made when the
# first strange line comes, which takes about 60 ms.
#
# From here on Unicode has no characters but the variation selectors.  So the table ends
# here, and has 0.8 MB.
_TABLE_ENDS = 0x34000
_BEYOND = re.compile("[\U00034000-\U000e00ff\U000e01f0-\U0010ffff]")
# All marks of four bytes are among these characters.
_PERHAPS_MARKS = "\U00010000-\U0001efff\U000e0100-\U000e01ef"
_HAS_PERHAPS_MARKS = re.compile(f"[{_PERHAPS_MARKS}]")


def clean(text: str) -> str:
    """Replace what could move a cursor, fake a line or reverse the text."""
    if not text.isprintable():  # blanks such as U+00A0 are not, either
        text = _BEYOND.sub("\ufffd", text.translate(_table()))
    if text.isascii():
        return text
    below, anywhere = _runs_of_marks()
    text = _replaced(below, _first_marks, text)
    if _HAS_PERHAPS_MARKS.search(text):
        text = _replaced(anywhere, _limit_marks, text)
    return text


@functools.cache
def _table() -> str:
    """Return for each character the one that a reader gets instead."""
    chars = map(chr, range(_TABLE_ENDS))
    return "".join([c if c.isprintable() else _replacement(c) for c in chars])


def _replacement(char: str) -> str:
    if char == "\t":
        return " "
    return "\ufffd" if is_bad(char) else char


def is_bad(char: str) -> bool:
    """Tell whether a character could deceive a reader."""
    return category(char) in BANNED and not (char in JOINERS or is_picture(char))


def is_picture(char: str) -> bool:
    """Tell whether a character is an emoji or the like, now or one day."""
    return PICTURES[0] <= char <= PICTURES[1]


@functools.cache
def _marks() -> frozenset[str]:
    """Return all combining marks."""
    codes = *range(0x300, 0x1F000), *range(0xE0100, 0xE01F0)
    return frozenset(c for c in map(chr, codes) if category(c)[0] == "M")


@functools.cache
def _runs_of_marks() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return two patterns of a run of marks that may be too long.

    Marks after a joiner are drawn on the same letter, so a joiner ends no run.  A
    pattern is quick with any number of characters below U+10000, and slow with many
    ranges above.  So the first finds marks below.  The second takes most characters
    above for marks.  Where they are not, those of a run are looked at one by one.
    """
    below = "".join(sorted(c for c in _marks() if c < "\U00010000"))
    return _run_of(below), _run_of(below + _PERHAPS_MARKS)


def _run_of(marks: str) -> re.Pattern[str]:
    return re.compile(f"([{marks}][{marks}{JOINERS}]{{{MAX_MARKS},}})")


def _replaced(runs: re.Pattern[str], shorten: Callable[[str], str], text: str) -> str:
    """Do the same as `runs.sub`, in half the time."""
    pieces = runs.split(text)
    if len(pieces) == 1:
        return text
    pieces[1::2] = map(shorten, pieces[1::2])
    return "".join(pieces)


def _first_marks(run: str) -> str:
    """Return the first marks of a run; if there are too many, without joiners."""
    return _limited(run, _without_joiners(run))


def _limit_marks(run: str) -> str:
    """Do the same where perhaps not all characters are marks."""
    marks, bare = _marks(), _without_joiners(run)
    if marks.issuperset(bare):
        return _limited(run, bare)
    kept, count = [], 0
    for char in run:
        if char in marks:
            count += 1
            if count > MAX_MARKS:
                continue
        elif char not in JOINERS:
            count = 0
        kept.append(char)
    return "".join(kept)


def _without_joiners(run: str) -> str:
    return run.replace(JOINERS[0], "").replace(JOINERS[1], "")


def _limited(run: str, marks: str) -> str:
    return run if len(marks) <= MAX_MARKS else marks[:MAX_MARKS]
