"""Characters as a reader sees them: what is one, how wide it is, where a row ends.

What you see as one character may be several code points: a letter with its marks, an
emoji that is joined of others, a flag made of two letters.  It is called a cluster
here.  The standard library does not know clusters, so the rules for the usual ones are
written here; Unicode's UAX 29 has more.

No table of widths agrees with every terminal.  For emoji `columns` takes the greatest
width of those that terminals use, so a row may end early but seldom runs over.  Nothing
depends on that: see how screen.py prints a row.

Others choose the text that is shown here.  So the work grows only with its length,
whatever it holds: each function looks at a character a fixed number of times.  (A rule
for flags that looked back over all the letters before it took 50 ms for one line, and
two users who sent such lines could keep the client too busy to be typed in.)

PURE.
"""

import bisect
import functools
import unicodedata
from collections.abc import Iterator

from chat.wire.text import JOINERS, is_bad, is_picture

_JOINER = "\u200d"  # the one that makes one emoji of two
_EMOJI_STYLE = "\ufe0f"  # makes a symbol two columns wide in many terminals
# Some terminals, tmux among them, draw these wider than Unicode's table says.
_WIDE_AT_TIMES = frozenset(map(chr, [*range(0x3248, 0x3250), *range(0x4DC0, 0x4E00)]))


def typable(text: str) -> str:
    """Return `text` without the characters that cleaning would replace."""
    return "".join(c for c in text if not is_bad(c))


def clusters(text: str) -> Iterator[str]:
    """Cut `text` into clusters: a subset of the rules in Unicode's UAX 29."""
    begin, is_open = 0, False  # open: one more letter would complete a flag
    for index in range(1, len(text)):
        before, after = text[index - 1], text[index]
        is_open = _is_flag_letter(before) and not is_open
        if not (_belongs(before, after) or (is_open and _is_flag_letter(after))):
            yield text[begin:index]
            begin = index
    if text:
        yield text[begin:]


def _belongs(before: str, after: str) -> bool:
    """Tell whether `after` belongs to the cluster of the character before it."""
    if after.isascii():
        return False
    if _is_skin_tone(after):
        return not _is_skin_tone(before)
    if after in JOINERS or unicodedata.category(after)[0] == "M":
        return True
    return before == _JOINER and unicodedata.category(after) in ("So", "Cn")


def _is_skin_tone(char: str) -> bool:
    return "\U0001f3fb" <= char <= "\U0001f3ff"


def _is_flag_letter(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"


@functools.lru_cache(maxsize=2)  # for the line being typed, until it changes
def _places(text: str) -> list[int]:
    """Return where a cursor may be: the places between clusters, and both ends."""
    places = [0]
    for cluster in clusters(text):
        places.append(places[-1] + len(cluster))
    return places


def columns(text: str) -> int:
    """Return how many columns `text` takes; of emoji, how many it takes at most."""
    return len(text) if text.isascii() else sum(map(_columns, text))


def _columns(char: str) -> int:
    if char.isascii() or char == _EMOJI_STYLE:
        return 1
    if char in JOINERS or unicodedata.category(char) in ("Mn", "Me"):
        return 0
    if unicodedata.category(char) == "Cn" and is_picture(char):
        return 2  # an emoji that is newer than Python's table
    is_wide = unicodedata.east_asian_width(char) in "WF" or char in _WIDE_AT_TIMES
    return 2 if is_wide else 1


def left(text: str, cursor: int) -> int:
    """Go to the start of the cluster before the cursor."""
    places = _places(text)
    return places[max(0, bisect.bisect_left(places, cursor) - 1)]


def right(text: str, cursor: int) -> int:
    """Go to the end of the cluster at the cursor."""
    return settle(text, min(len(text), cursor + 1))


def settle(text: str, cursor: int) -> int:
    """Go to the next place between two clusters, if the cursor is inside one."""
    places = _places(text)
    return places[bisect.bisect_left(places, cursor)]


# ---- rows


def wrap(text: str, width: int, indent: int) -> list[str]:
    """Return the rows of a line, cut between words.

    A word that is wider than a row is cut, too.  All rows but the first leave `indent`
    columns free.  Joined, the rows are the line without the blanks where it was cut.
    """
    if columns(text) <= width:
        return [text]
    row: list[str] = []
    rows, free = [row], width
    for blanks, piece, size in _pieces(text, width - indent):
        if blanks + size > free:
            row = []
            rows.append(row)
            blanks, free = 0, width - indent
        row += " " * blanks, piece
        free -= blanks + size
    return list(map("".join, rows))


def _pieces(text: str, width: int) -> Iterator[tuple[int, str, int]]:
    """Yield how many blanks are before each word, the word, and its width.

    A word that is wider than a row is cut into clusters.  Others may send clusters of
    any length, and one that is wider than a row is cut into its characters.
    """
    blanks = 0
    for word in text.split(" "):
        for piece in _parts(word, width):
            yield blanks, piece, columns(piece)
            blanks = 0
        blanks += 1


def _parts(word: str, width: int) -> Iterator[str]:
    """Cut `word` as far as it is wider than `width`."""
    if columns(word) <= width:
        yield from [word] if word else []
    else:
        for cluster in clusters(word):
            yield from [cluster] if columns(cluster) <= width else cluster
