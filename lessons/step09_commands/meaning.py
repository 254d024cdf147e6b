"""Step 9, for the check: what a line means, as the exercise says it.  PURE."""

from collections.abc import Callable
from itertools import product

from chat.wire.commands import Help, People, ToAll, ToOne

Strip = Callable[[str], str]


def meanings(line: str) -> list[object]:
    """Return a command, None for a blank line, or the kind of a BadCommand.

    Where a line has a tab, or another character that Python counts as space, the
    exercise leaves open whether that is one.  Then there may be several meanings.
    """
    found = []
    for is_blank, cut, strip in product(_STRIPS, _CUTS, _STRIPS):
        meaning = _meaning(line, is_blank, cut, strip)
        if meaning not in found:
            found.append(meaning)
    return found


def _strip_spaces(text: str) -> str:
    return text.strip(" ")


def _strip_all(text: str) -> str:
    return text.strip()


def _cut_at_space(text: str) -> tuple[str, str]:
    word, _, rest = text.partition(" ")
    return word, rest


def _cut_at_any_space(text: str) -> tuple[str, str]:
    end = next((i for i, char in enumerate(text) if char.isspace()), len(text))
    return text[:end], text[end + 1 :]


_STRIPS = (_strip_spaces, _strip_all)
_CUTS = (_cut_at_space, _cut_at_any_space)


def _meaning(
    line: str, blank: Strip, cut: Callable[[str], tuple[str, str]], strip: Strip
) -> object:
    if not blank(line):
        return None
    if not line.startswith("@"):
        return "no @"
    target, text = cut(line[1:])
    text, word = strip(text), target.lower()
    simple = {"people": People(), "help": Help(), "exit": "@exit", "": "no target"}
    if word in simple:
        return simple[word]
    if not text:
        return "no message"
    return ToAll(text) if word == "all" else ToOne(target, text)


def words_of(line: str) -> tuple[str, str]:
    """Return the word after the @ and the text after it, as the exercise cuts them."""
    word, text = _cut_at_space(line[1:])
    return word, text.strip(" ")


def is_one_of(found: object, line: str) -> bool:
    """Tell whether what a parser has found is a meaning of the line."""
    return any(found == one and type(found) is type(one) for one in meanings(line))
