"""A line editor: keys in, the state of one line and perhaps a finished line out.

PURE: no terminal, clock or thread.  The text is a string, the cursor an index into
it that never stands inside a cluster: what is seen as one character (a base with
its marks, a joined emoji, a flag) is passed and deleted as one.
"""

import os
import unicodedata
from collections import deque
from collections.abc import Callable, Iterable
from enum import Enum, auto

HISTORY_LINES = 500

# ---- characters as they are seen

_JOINER = "\u200d"
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_JOINERS = "\u200c" + _JOINER
_EMOJI_STYLE = "\ufe0f"  # makes a symbol two columns wide in many terminals


def typable(text: str) -> str:
    """Return `text` without its control and other invisible characters."""
    return "".join(
        c for c in text if unicodedata.category(c) not in _UNSEEN or c in _JOINERS
    )


def _extends(char: str) -> bool:
    """Tell whether `char` belongs to the character before it."""
    skin_tone = "\U0001f3fb" <= char <= "\U0001f3ff"
    return skin_tone or char in _JOINERS or unicodedata.category(char)[0] == "M"


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
    """Return at most how many columns `text` takes; terminals differ on emoji."""
    return sum(map(_columns, text))


def _columns(char: str) -> int:
    if char.isascii() or char == _EMOJI_STYLE:
        return 1
    if char in _JOINERS or unicodedata.category(char) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


# ---- where a key takes the cursor: (text, cursor) -> cursor

Move = Callable[[str, int], int]


def left(text: str, cursor: int) -> int:
    """Go to the start of the cluster before the cursor."""
    cursor = max(0, cursor - 1)
    while not _is_boundary(text, cursor):
        cursor -= 1
    return cursor


def right(text: str, cursor: int) -> int:
    """Go behind the cluster at the cursor."""
    return _settle(text, min(len(text), cursor + 1))


def _settle(text: str, cursor: int) -> int:
    while not _is_boundary(text, cursor):
        cursor += 1
    return cursor


def start(text: str, cursor: int) -> int:
    """Go to the start of the line."""
    return 0


def end(text: str, cursor: int) -> int:
    """Go to the end of the line."""
    return len(text)


def word_left(text: str, cursor: int) -> int:
    """Go to the start of the word: letters and digits make words."""
    while cursor and not text[left(text, cursor)].isalnum():
        cursor = left(text, cursor)
    while cursor and text[left(text, cursor)].isalnum():
        cursor = left(text, cursor)
    return cursor


def word_right(text: str, cursor: int) -> int:
    """Go behind the end of the word."""
    while cursor < len(text) and not text[cursor].isalnum():
        cursor = right(text, cursor)
    while cursor < len(text) and text[cursor].isalnum():
        cursor = right(text, cursor)
    return cursor


def blank_left(text: str, cursor: int) -> int:
    """Go to the start of the word: blanks part words, as ctrl-w sees them."""
    return _word_start(text, len(text[:cursor].rstrip()))


def _word_start(text: str, cursor: int) -> int:
    while cursor and not text[cursor - 1].isspace():
        cursor -= 1
    return cursor


# ---- the editor


class Key(Enum):
    """The keys that do something else than type themselves."""

    LEFT = auto()
    RIGHT = auto()
    HOME = auto()
    END = auto()
    WORD_LEFT = auto()
    WORD_RIGHT = auto()
    BACKSPACE = auto()
    DELETE = auto()
    DELETE_OR_LEAVE = auto()  # ctrl-d
    CUT_WORD = auto()
    CUT_TO_START = auto()
    CUT_TO_END = auto()
    UP = auto()
    DOWN = auto()
    ENTER = auto()
    TAB = auto()
    INTERRUPT = auto()  # ctrl-c where it is no signal


_MOVES: dict[Key, Move] = {
    Key.LEFT: left,
    Key.RIGHT: right,
    Key.HOME: start,
    Key.END: end,
    Key.WORD_LEFT: word_left,
    Key.WORD_RIGHT: word_right,
}
_CUTS: dict[Key, Move] = {  # these delete all between here and there
    Key.BACKSPACE: left,
    Key.DELETE: right,
    Key.DELETE_OR_LEAVE: right,
    Key.CUT_WORD: blank_left,
    Key.CUT_TO_START: start,
    Key.CUT_TO_END: end,
}


class Editor:
    """The line being typed, and those typed before."""

    def __init__(self) -> None:
        self.text = ""
        self.cursor = 0
        self._first = 0  # what of the text is left of the window, see view()
        self._history: deque[str] = deque(maxlen=HISTORY_LINES)
        self._back = 0  # so many lines up in the history; 0 is the draft
        self._draft = ""

    def press(self, key: Key | str) -> str | None:
        """Do what `key` asks, a string is typed in; return the line that it finishes.

        Raise EOFError for ctrl-d on an empty line.
        """
        if isinstance(key, str):
            self._insert(typable(key))
        elif key is Key.ENTER:
            return self._finish()
        elif key is Key.DELETE_OR_LEAVE and not self.text:
            raise EOFError
        elif key in _MOVES:
            self.cursor = _MOVES[key](self.text, self.cursor)
        elif key in _CUTS:
            self._cut(_CUTS[key](self.text, self.cursor))
        elif key in (Key.UP, Key.DOWN):
            self._recall(self._back + (1 if key is Key.UP else -1))
        return None

    def complete(self, first: Iterable[str], later: Iterable[str]) -> list[str]:
        """Complete the word before the cursor; return the choices if that is stuck.

        The line's first word is taken from `first`, any other from `later`.
        """
        begin = _word_start(self.text, self.cursor)
        word = self.text[begin : self.cursor].lower()
        is_first = not self.text[:begin].strip()
        words = sorted(first if is_first else later)
        choices = [w for w in words if w.lower().startswith(word)]
        lowered = [w.lower() for w in choices]
        shared = len(os.path.commonprefix(lowered))  # noqa: RUF071 - of characters
        if len(choices) > 1 and shared == len(word):
            return choices
        if choices:
            self._cut(begin)
            self._insert(choices[0][:shared] + " " * (len(choices) == 1))
        return []

    def forget(self) -> None:
        """Drop the history; the line being typed stays."""
        self._history.clear()
        self._back = 0

    def view(self, width: int) -> tuple[str, str]:
        """Return what to show in `width` columns: before the cursor, and from it on.

        A longer line is seen through a window; `<` and `>` mark its cut ends.
        """
        self._scroll(width)
        before = "<" * (self._first > 0) + self.text[self._first : self.cursor]
        rest = self.text[self.cursor :]
        free = width - columns(before)
        if columns(rest) <= free:
            return before, rest
        stop = 0
        while columns(rest[: right(rest, stop)]) < free:
            stop = right(rest, stop)
        return before, rest[:stop] + ">"

    def _scroll(self, width: int) -> None:
        """Move the window only if the cursor is not well inside."""
        if columns(self.text) <= width:
            self._first = 0
            return
        seen = columns(self.text[self._first : self.cursor])
        if not self.cursor or (self._first < self.cursor and seen < width - 2):
            self._first = min(self._first, self.cursor)
            return
        self._first = self.cursor
        while self._first and (
            columns(self.text[left(self.text, self._first) : self.cursor]) <= width // 2
        ):
            self._first = left(self.text, self._first)

    def _insert(self, text: str) -> None:
        cursor = self.cursor + len(text)
        self.text = self.text[: self.cursor] + text + self.text[self.cursor :]
        self.cursor = _settle(self.text, cursor)

    def _cut(self, other: int) -> None:
        begin, stop = sorted((self.cursor, other))
        self.text = self.text[:begin] + self.text[stop:]
        self.cursor = _settle(self.text, begin)

    def _finish(self) -> str:
        line = self.text
        if line.strip() and (not self._history or self._history[-1] != line):
            self._history.append(line)
        self._back = 0
        self._replace("")
        return line

    def _recall(self, back: int) -> None:
        if not 0 <= back <= len(self._history):
            return
        if self._back == 0:
            self._draft = self.text
        self._back = back
        self._replace(self._history[-back] if back else self._draft)

    def _replace(self, text: str) -> None:
        self.text, self.cursor = text, len(text)
