"""What text may hold: everything that could deceive a reader is replaced.  PURE.

A terminal obeys some characters instead of showing them.  With an escape sequence one
user could move the cursor on the screen of another, and with a CR write over a line; a
direction mark lets a text read backwards.  So each line is cleaned once, when it comes
in ("Cleaning" in section 1 of chat/PROTOCOL.md).

Bad characters are replaced by U+FFFD and not removed.  If they were removed, the pieces
around them would join: `@a<NUL>ll` would become the command `@all`.
"""

import unicodedata

# Marks are drawn above and below their letter.  A hundred of them would cover the lines
# around it; no language puts more than a few on one letter.
MAX_MARKS = 8

# Categories of Unicode: control characters, surrogates, private use, not assigned, the
# separators of lines and of paragraphs, and format characters such as direction marks.
BANNED = frozenset({"Cc", "Cs", "Co", "Cn", "Zl", "Zp", "Cf"})
JOINERS = "\u200c\u200d"  # Cf, but Persian and emoji cannot be written without them


class _Table(dict[int, str]):
    """What `str.translate` asks for each character.

    It does not store what it answers.  If it did, a user who sends all of Unicode would
    make it grow to a million entries.
    """

    def __missing__(self, code: int) -> str:
        char = chr(code)
        if unicodedata.category(char) in BANNED and char not in JOINERS:
            return "\ufffd"
        return char


_TABLE = _Table({ord("\t"): " "})


def clean(text: str) -> str:
    """Replace what could move a cursor, fake a line or reverse the text."""
    if text.isascii() and text.isprintable():  # nearly every line: the quick way
        return text
    return _limit_marks(text.translate(_TABLE))


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
