"""What text may hold: all that could deceive a reader is replaced.  PURE."""

import unicodedata

MAX_MARKS = 8  # combining marks in a row
BANNED = frozenset({"Cc", "Cs", "Co", "Cn", "Zl", "Zp", "Cf"})
JOINERS = "\u200c\u200d"  # Persian and emoji cannot be written without them


class _Table(dict[int, str]):
    """What `str.translate` asks for each character.

    It remembers nothing: a user who sends all of Unicode must not fill memory.
    """

    def __missing__(self, code: int) -> str:
        char = chr(code)
        if unicodedata.category(char) in BANNED and char not in JOINERS:
            return "\ufffd"
        return char


_TABLE = _Table({ord("\t"): " "})


def clean(text: str) -> str:
    """Replace all that could move a cursor, fake a line or reverse the text."""
    if text.isascii() and text.isprintable():
        return text
    return _limit_marks(text.translate(_TABLE))


def _limit_marks(text: str) -> str:
    kept, marks = [], 0
    for char in text:
        if unicodedata.category(char)[0] == "M":
            marks += 1
            if marks > MAX_MARKS:
                continue
        elif char not in JOINERS:  # marks behind a joiner are drawn on the same base
            marks = 0
        kept.append(char)
    return "".join(kept)
