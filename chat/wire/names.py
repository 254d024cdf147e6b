"""What a name may be, and when two names are the same user.  PURE.

In a chat a name is all that you know of the others, so nobody may look like somebody
else.  Three things are done for that.  A name has only letters, digits and a few signs
(`normalise` refuses the rest, also what is invisible).  All its letters are of one
script.  And each name has a *key*: case, accents written in two ways, and letters that
are drawn alike make no difference to it.  Two names with one key are one user, so the
second to ask for it is refused.

These are the rules of section 2 of chat/PROTOCOL.md.  It is not all that Unicode
knows of letters that can be confused (its UTS 39 lists thousands): `rn` and `m` stay
two names, as do `1` and `l`.
"""

import functools
import re
import unicodedata

MAX_CHARS = 24
MAX_BYTES = 64
# A longer text cannot be a name, so it is refused before it is folded.  A U+FDFA, for
# example, turns into 18 letters, and folding a whole line of them takes 8 ms.
MAX_FOLDED_BYTES = 256
ALLOWED = (
    f"1 to {MAX_CHARS} letters, digits, _ - . are allowed, a letter or digit first"
)
LOBBY = "lobby"  # the room in which everyone begins
RESERVED = frozenset(
    "all people help exit join leave room rooms history login register server "
    "system admin info error online lobby unregister secret key".split()
)

# Unicode calls these letters or marks, but nothing is drawn for them: the fillers of
# Hangul, an empty cell of Braille, the grapheme joiner, two vowels of Khmer, variation
# selectors.  With one of them a second "bob" could look like the first.
_INVISIBLE = frozenset(
    "\u115f\u1160\u3164\uffa0\u2800\u034f\u17b4\u17b5\u180b\u180c\u180d\u180e\u180f"
) | {chr(c) for block in ((0xFE00, 0xFE10), (0xE0100, 0xE01F0)) for c in range(*block)}

# Cyrillic and Greek letters that are drawn like a Latin letter.  Each is listed as the
# small letter that casefolding leaves, even if only its capital is drawn alike: small
# Greek nu does not look like n, but NIKO in Greek capitals looks like NIKO in Latin
# ones.  They are written by name, because on a screen a wrong one could not be seen.
_DRAWN_ALIKE = {
    "a": "\N{CYRILLIC SMALL LETTER A}\N{GREEK SMALL LETTER ALPHA}",
    "b": "\N{CYRILLIC SMALL LETTER VE}\N{GREEK SMALL LETTER BETA}",
    "c": "\N{CYRILLIC SMALL LETTER ES}",
    "d": "\N{CYRILLIC SMALL LETTER KOMI DE}",
    "e": "\N{CYRILLIC SMALL LETTER IE}\N{GREEK SMALL LETTER EPSILON}",
    "h": "\N{CYRILLIC SMALL LETTER EN}\N{CYRILLIC SMALL LETTER SHHA}"
    "\N{GREEK SMALL LETTER ETA}",
    "i": "\N{CYRILLIC SMALL LETTER BYELORUSSIAN-UKRAINIAN I}"
    "\N{GREEK SMALL LETTER IOTA}",
    "j": "\N{CYRILLIC SMALL LETTER JE}\N{GREEK LETTER YOT}",
    "k": "\N{CYRILLIC SMALL LETTER KA}\N{GREEK SMALL LETTER KAPPA}",
    "l": "\N{CYRILLIC SMALL LETTER PALOCHKA}",
    "m": "\N{CYRILLIC SMALL LETTER EM}\N{GREEK SMALL LETTER MU}",
    "n": "\N{GREEK SMALL LETTER NU}",
    "o": "\N{CYRILLIC SMALL LETTER O}\N{GREEK SMALL LETTER OMICRON}",
    "p": "\N{CYRILLIC SMALL LETTER ER}\N{GREEK SMALL LETTER RHO}",
    "q": "\N{CYRILLIC SMALL LETTER QA}",
    "s": "\N{CYRILLIC SMALL LETTER DZE}",
    "t": "\N{CYRILLIC SMALL LETTER TE}\N{GREEK SMALL LETTER TAU}",
    "v": "\N{CYRILLIC SMALL LETTER IZHITSA}",
    "w": "\N{CYRILLIC SMALL LETTER WE}",
    "x": "\N{CYRILLIC SMALL LETTER HA}\N{GREEK SMALL LETTER CHI}",
    "y": "\N{CYRILLIC SMALL LETTER U}\N{CYRILLIC SMALL LETTER STRAIGHT U}"
    "\N{GREEK SMALL LETTER UPSILON}",
    "z": "\N{GREEK SMALL LETTER ZETA}",
}
_LOOKALIKES = {ord(c): latin for latin, alike in _DRAWN_ALIKE.items() for c in alike}

# Scripts that are written together in one word (Unicode UTS 39, section 5.1).
_TOGETHER = (
    {"CJK", "IDEOGRAPHIC", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA"},
    {"CJK", "IDEOGRAPHIC", "HANGUL"},
)

# A name as the kinds of its characters: L letter, M combining mark, N digit, P one of
# _ - . and x anything else.  A letter has at most two marks; more would be drawn over
# the lines around it.
_SHAPE = re.compile("(?:LM{0,2}|N)(?:LM{0,2}|N|P)*")


class BadName(ValueError):
    """The name is not allowed; the message says why and what is."""


def normalise(text: str) -> str:
    """Return the name that `text` means, or raise BadName."""
    if _is_too_long(text):
        raise BadName(f"That name has {len(text)} characters: {ALLOWED}")
    name = unicodedata.normalize("NFKC", text).strip()
    matched = key(name)
    if matched in RESERVED or "teacher" in matched:
        raise BadName("That name is reserved; please send another")
    if fault := _fault(name):
        raise BadName(f"{fault}: {ALLOWED}")
    return name


def normalise_room(text: str) -> str:
    """Return the name of the room that `text` means, or raise BadName.

    The same rules hold for a room as for a user, but there is a lobby.
    """
    return LOBBY if key(text) == LOBBY else normalise(text)


def key(name: str) -> str:
    """Return the key of a name: two names with the same key are one user.

    Any text has a key, also one that is not allowed as a name.  A text that is far too
    long to be one is not folded: it equals no name.
    """
    if name.isascii():
        return name.lower()
    return name if _is_too_long(name) else _folded(name)


@functools.lru_cache(maxsize=256)  # a command asks for the same key two or three times
def _folded(name: str) -> str:
    if _is_too_long(unicodedata.normalize("NFKC", name)):
        return name
    folded = _fold(name)
    # The key of a key must be the key itself, so fold until nothing changes any more.
    # No text is known that changes in a second round, and no single character does (all
    # of Unicode was tried).  But Unicode does not promise that for every text.
    while folded != name:
        name, folded = folded, _fold(folded)
    return folded


def _is_too_long(text: str) -> bool:
    """Tell whether `text` is far too long to be a name."""
    if len(text) * 4 <= MAX_FOLDED_BYTES:
        return False
    return len(text.encode("utf-8", "surrogatepass")) > MAX_FOLDED_BYTES


def _fold(name: str) -> str:
    text = unicodedata.normalize("NFKC", name).casefold()
    # NFKD takes letters and accents apart, so that the table of look-alikes finds the
    # letter: U+0457, the Cyrillic i with two dots, becomes the Latin i with two dots.
    text = unicodedata.normalize("NFKD", text).translate(_LOOKALIKES)
    return unicodedata.normalize("NFKC", text)


def _fault(name: str) -> str:
    if not name:
        return "That name is empty"
    if len(name) > MAX_CHARS:
        return f"That name has {len(name)} characters"
    if len(name.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        return f"That name takes more than {MAX_BYTES} bytes"
    if not _INVISIBLE.isdisjoint(name):
        return "That name has an invisible character"
    fitting = _SHAPE.match("".join(map(_kind, name)))
    if not fitting or fitting.end() < len(name):
        char = name[fitting.end() if fitting else 0]
        what = "A blank" if char == " " else repr(char)
        return f"{what} is not allowed there in a name"
    if not _one_script(name):
        return "That name mixes letters of several scripts"
    return ""


def _kind(char: str) -> str:
    category = unicodedata.category(char)
    if category[0] == "L":
        return "L"
    if category in ("Mn", "Mc"):
        return "M"
    if category == "Nd":
        return "N"
    return "P" if char in "_-." else "x"


def _one_script(name: str) -> bool:
    scripts = {_script(c) for c in name if unicodedata.category(c)[0] == "L"}
    scripts.discard("MODIFIER")  # letters such as U+02BB belong to any script
    return len(scripts) <= 1 or any(scripts <= group for group in _TOGETHER)


def _script(letter: str) -> str:
    """Return the first word of the letter's name, which tells scripts in use apart.

    The standard library has no table of scripts.
    """
    return unicodedata.name(letter, "UNNAMED").split()[0]
