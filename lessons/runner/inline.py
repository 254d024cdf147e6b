"""Markdown inside a line: code, bold, emphasis, links, as words to be wrapped.

PURE.
"""

import re
from collections.abc import Iterator

from lessons.runner.wrapping import Word

CODE, BOLD, EMPHASIS = "36", "1", "4"

_INLINE = re.compile(
    r"\\(?P<escaped>[^\w\s])"
    r"|(?P<ticks>`+)(?P<code>.+?)(?<!`)(?P=ticks)(?!`)"
    r"|\*\*(?=\S)(?P<bold>.+?)(?<=\S)\*\*"
    r"|\*(?=[^\s*])(?P<emphasis>.+?)(?<=[^\s*])\*(?!\*)"
    r"|!?\[(?P<link>(?:`[^`]*`|[^\]`])+)\]\((?P<target>[^)\s]*)\)"
    r"|<(?P<address>https?://[^>\s]+)>"
    r"|<!--.*?-->"
)


def words(text: str, has_colours: bool, colour: str = "") -> list[Word]:
    """Return the words of a text; without colours, code keeps its backticks."""
    found: list[Word] = [[]]
    for piece, piece_colour, is_code in _pieces(text, colour):
        if is_code:
            quoted = piece if has_colours else f"`{piece}`"
            found[-1].append((quoted, piece_colour))
            continue
        for part in re.split(r"(\s+)", piece):
            if part.isspace():
                found.append([])
            elif part:
                found[-1].append((part, piece_colour))
    return [word for word in found if word]


def _pieces(text: str, colour: str) -> Iterator[tuple[str, str, bool]]:
    """Yield each run of one colour, and whether it is code."""
    at = 0
    for match in _INLINE.finditer(text):
        if match.start() > at:
            yield text[at : match.start()], colour, False
        yield from _special(match, colour)
        at = match.end()
    if at < len(text):
        yield text[at:], colour, False


def _special(match: re.Match[str], colour: str) -> Iterator[tuple[str, str, bool]]:
    match match.lastgroup and match.groupdict():
        case {"code": str(text)}:
            yield _without_padding(text), _joined(colour, CODE), True
        case {"escaped": str(text)} | {"address": str(text)}:
            yield text, colour, False
        case {"bold": str(text)}:
            yield from _pieces(text, _joined(colour, BOLD))
        case {"emphasis": str(text)}:
            yield from _pieces(text, _joined(colour, EMPHASIS))
        case {"link": str(text), "target": str(target)}:
            yield from _pieces(text, colour)
            if "://" in target:
                yield f" ({target})", colour, False


def _without_padding(code: str) -> str:
    """Drop the one blank at each side that lets code begin with a backtick."""
    if code.startswith(" ") and code.endswith(" ") and code.strip():
        return code[1:-1]
    return code


def _joined(*colours: str) -> str:
    return ";".join(filter(None, colours))
