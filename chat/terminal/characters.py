"""Characters as a reader sees them: what is one, how wide it is, where a row ends.

What you see as one character may be several code points: a letter with its marks, an
emoji that is joined of others, a flag made of two letters.  It is called a cluster
here.  The standard library does not know clusters, so the rules for the usual ones are
written here; Unicode's UAX 29 has more.

No table of widths agrees with every terminal.  For emoji `columns` takes the greatest
width of those that terminals use, so a row may end early but does not run over.

PURE.
"""

import re
import unicodedata
from collections.abc import Iterator

from chat.wire.text import BANNED, JOINERS

_JOINER = "\u200d"  # the one that makes one emoji of two
_EMOJI_STYLE = "\ufe0f"  # makes a symbol two columns wide in many terminals


def typable(text: str) -> str:
    """Return `text` without the characters that cleaning would replace."""
    return "".join(
        c for c in text if unicodedata.category(c) not in BANNED or c in JOINERS
    )


def _extends(char: str) -> bool:
    """Tell whether `char` belongs to the character before it."""
    skin_tone = "\U0001f3fb" <= char <= "\U0001f3ff"
    return skin_tone or char in JOINERS or unicodedata.category(char)[0] == "M"


def _is_flag_letter(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"


def _is_boundary(text: str, index: int) -> bool:
    """Tell whether a cluster may begin at `index`; a subset of Unicode's UAX 29."""
    if index in (0, len(text)):
        return True
    before, after = text[index - 1], text[index]
    if _extends(after):
        return False
    if before == _JOINER:
        return unicodedata.category(after) != "So"
    if _is_flag_letter(before) and _is_flag_letter(after):
        letters = index
        while letters and _is_flag_letter(text[letters - 1]):
            letters -= 1
        return (index - letters) % 2 == 0  # two letters make one flag
    return True


def columns(text: str) -> int:
    """Return how many columns `text` takes; of emoji, how many it takes at most."""
    return sum(map(_columns, text))


def _columns(char: str) -> int:
    if char.isascii() or char == _EMOJI_STYLE:
        return 1
    if char in JOINERS or unicodedata.category(char) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def left(text: str, cursor: int) -> int:
    """Go to the start of the cluster before the cursor."""
    cursor = max(0, cursor - 1)
    while not _is_boundary(text, cursor):
        cursor -= 1
    return cursor


def right(text: str, cursor: int) -> int:
    """Go to the end of the cluster at the cursor."""
    return settle(text, min(len(text), cursor + 1))


def settle(text: str, cursor: int) -> int:
    """Go to the next place between two clusters, if the cursor is inside one."""
    while not _is_boundary(text, cursor):
        cursor += 1
    return cursor


# ---- rows

_WORDS = re.compile("( *)([^ ]+)")


def wrap(text: str, width: int, indent: int) -> list[str]:
    """Return the rows of a line, cut between words.

    A word that is wider than a row is cut, too.  All rows but the first leave `indent`
    columns free.  Joined, the rows are the line without the blanks where it was cut.
    """
    if columns(text) <= width:
        return [text]
    rows, free = [""], width
    for blanks, piece in _pieces(text, width - indent):
        size = columns(piece)
        if len(blanks) + size > free:
            rows.append("")
            blanks, free = "", width - indent
        rows[-1] += blanks + piece
        free -= len(blanks) + size
    return rows


def _pieces(text: str, width: int) -> Iterator[tuple[str, str]]:
    """Yield each word, and the blanks before it; cut one that is wider than a row."""
    for blanks, word in _WORDS.findall(text):
        if columns(word) <= width:
            yield blanks, word
            continue
        begin = 0
        while begin < len(word):
            stop = right(word, begin)
            yield blanks, word[begin:stop]
            blanks, begin = "", stop
