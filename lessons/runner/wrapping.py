"""Text cut into lines between its words.

PURE.  A word is a list of pieces, each a text and its colour (SGR parameters, or "");
what has blanks in one piece, such as a command, is cut only where it must be.
"""

import re
from collections.abc import Callable, Iterable

from chat.terminal.characters import columns

Piece = tuple[str, str]
Word = list[Piece]
Paint = Callable[[str, str], str]

_SGR = re.compile(r"\x1b\[[\d;]*m")


def plain(text: str, colour: str) -> str:
    """Return `text` as it is: the Paint of where there are no colours."""
    return text


def seen(text: str) -> int:
    """Return how many columns `text` takes, its colours left out."""
    return columns(_SGR.sub("", text))


def rows_of(line: str, columns: int) -> int:
    """Return how many rows of a terminal a line takes: it wraps a long one."""
    return max(1, -(-seen(line) // max(1, columns)))


def words_of(text: str, colour: str = "") -> list[Word]:
    """Return the words of a text of one colour.

    A run of blanks stays inside a word: a text may be about how many there are.
    """
    words = re.split(r"(?<! ) (?! )|[^\S ]\s*", text.strip())
    return [[(word, colour)] for word in words if word]


def size(word: Word) -> int:
    """Return how many columns a word takes."""
    return sum(seen(text) for text, _ in word)


def fill(
    words: Iterable[Word],
    width: int,
    first: str = "",
    rest: str = "",
    paint: Paint = plain,
) -> list[str]:
    """Return lines of at most `width` columns, if no word is longer than that.

    `first` comes before the first line, `rest` before the others.
    """
    lines, line, free = [], first, width - seen(first)
    is_empty = True
    for word in _fitting(words, width - seen(rest)):
        needed = size(word) + (not is_empty)
        if needed > free and not is_empty:
            lines.append(line)
            line, free, is_empty = rest, width - seen(rest), True
            needed = size(word)
        line += ("" if is_empty else " ") + _painted(word, paint)
        free, is_empty = free - needed, False
    lines.append(line.rstrip())
    return lines


def _painted(word: Word, paint: Paint) -> str:
    return "".join(paint(text, colour) if colour else text for text, colour in word)


def _fitting(words: Iterable[Word], room: int) -> Iterable[Word]:
    """Cut what is too long for a line at the blanks inside it."""
    for word in words:
        if size(word) <= room:
            yield word
        else:
            yield from _cut(word)


def _cut(word: Word) -> Iterable[Word]:
    part: Word = []
    for text, colour in word:
        head, *tail = text.split(" ")
        part.append((head, colour))
        for piece in tail:
            yield part
            part = [(piece, colour)]
    yield part
