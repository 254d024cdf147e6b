"""What text may hold: everything that could deceive a reader is replaced.  PURE.

A terminal obeys some characters instead of showing them.  With an escape sequence one
user could move the cursor on the screen of another, and with a CR write over a line; a
direction mark lets a text read backwards.  So each line is cleaned once, when it comes
in ("Cleaning" in section 1 of chat/PROTOCOL.md).

Bad characters are replaced by U+FFFD and not removed.  If they were removed, the pieces
around them would join: `@a<NUL>ll` would become the command `@all`.
"""

import re
import unicodedata

# Marks are drawn above and below their letter.  A hundred of them would cover the lines
# around it; no language puts more than a few on one letter.
MAX_MARKS = 8

# Categories of Unicode: control characters, surrogates, private use, not assigned, the
# separators of lines and of paragraphs, and format characters such as direction marks.
BANNED = frozenset({"Cc", "Cs", "Co", "Cn", "Zl", "Zp", "Cf"})
JOINERS = "\u200c\u200d"  # Cf, but Persian and emoji cannot be written without them


def _replacement(char: str) -> str:
    """Return what a reader gets in place of `char`."""
    if char == "\t":
        return " "
    is_bad = unicodedata.category(char) in BANNED and char not in JOINERS
    return "\ufffd" if is_bad else char


class _Table(dict[int, str]):
    """What `str.translate` asks for each character.

    It knows those that take one or two bytes, because a line can have most of them.  It
    does not store what it answers for others.  If it did, a user who sends all of
    Unicode would make it grow to a million entries.
    """

    def __missing__(self, code: int) -> str:
        return _replacement(chr(code))


_TABLE = _Table({code: _replacement(chr(code)) for code in range(0x800)})

# More marks than may stay, in a line where each character is written as its category.
# Marks after a joiner are drawn on the same letter.  In a clean line, Cf is a joiner.
_TOO_MANY_MARKS = re.compile(rf"(?:M[nce](?:Cf)*){{{MAX_MARKS + 1}}}")


def clean(text: str) -> str:
    """Replace what could move a cursor, fake a line or reverse the text.

    What a line holds must make little difference to the time that this takes, or cheap
    lines would keep the server busy.  So the loops over characters are in C; only in a
    line with too many marks is each looked at here.
    """
    if text.isascii() and text.isprintable():  # nearly every line: the quick way
        return text
    if not text.isprintable():  # blanks such as U+00A0 are not, either
        text = text.translate(_TABLE)
    if text.isascii() or not _TOO_MANY_MARKS.search(_categories(text)):
        return text
    return _limit_marks(text)


def _categories(text: str) -> str:
    return "".join(map(unicodedata.category, text))


def _limit_marks(text: str) -> str:
    kept, marks = [], 0
    for char in text:
        if unicodedata.category(char)[0] == "M":
            marks += 1
            if marks > MAX_MARKS:
                continue
        elif char not in JOINERS:  # marks after a joiner are drawn on the same letter
            marks = 0
        kept.append(char)
    return "".join(kept)
