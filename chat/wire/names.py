"""What a name may be, and when two names are the same user.  PURE."""

import re
import unicodedata

MAX_CHARS = 24
MAX_BYTES = 64
ALLOWED = (
    f"1 to {MAX_CHARS} letters, digits, _ - . are allowed, a letter or digit first"
)
RESERVED = frozenset(
    "all people help exit join leave room rooms history login register server "
    "system admin info error online".split()
)

# Letters and marks by category, but nothing is drawn for them: the fillers of
# Hangul, the grapheme joiner, inherent vowels of Khmer, variation selectors.
_INVISIBLE = frozenset(
    "\u115f\u1160\u3164\uffa0\u2800\u034f\u17b4\u17b5\u180b\u180c\u180d\u180e\u180f"
) | {chr(c) for block in ((0xFE00, 0xFE10), (0xE0100, 0xE01F0)) for c in range(*block)}

# Casefolded Cyrillic and Greek letters that are drawn like a Latin one, in small
# or as capitals: whoever sees РАУ or ΝΙΚΟ in capitals reads PAY and NIKO.
_LOOKALIKES = str.maketrans(
    "авсԁенһіјкӏморԛѕтԝхуүѵ" + "αβεζηικμνορτυχϳ",
    "abcdehhijklmopqstwxyyv" + "abezhikmnoptyxj",
)

# Scripts that are written together in one word (Unicode UTS 39, section 5.1).
_TOGETHER = (
    {"CJK", "IDEOGRAPHIC", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA"},
    {"CJK", "IDEOGRAPHIC", "HANGUL"},
)

# L letter, M combining mark, N digit, P punctuation, x anything else
_SHAPE = re.compile("(?:LM{0,2}|N)(?:LM{0,2}|N|P)*")


class BadName(ValueError):
    """The name is not allowed; the message says why and what is."""


def normalise(text: str) -> str:
    """Return the name that `text` stands for, or raise BadName."""
    name = unicodedata.normalize("NFKC", text).strip()
    if key(name) in RESERVED:
        raise BadName("That name is reserved; please send another")
    if fault := _fault(name):
        raise BadName(f"{fault}: {ALLOWED}")
    return name


def key(name: str) -> str:
    """Return what is equal for two names of one user; works on any text."""
    if name.isascii():
        return name.lower()
    folded = _fold(name)
    while folded != name:  # no single character needs it, but no rule says so
        name, folded = folded, _fold(folded)
    return folded


def _fold(name: str) -> str:
    text = unicodedata.normalize("NFKC", name).casefold()
    # Apart from its accents, so that Cyrillic U+0457 meets Latin i with a diaeresis.
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
        return f"{what} cannot stand there in a name"
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
