"""A line editor: keys in, the state of one line and perhaps a finished line out.

PURE: no terminal, clock or thread.  The text is a string, and the cursor is an index
into it.  What is seen as one character may be several in the string: a letter and its
accent, a flag, a family of emoji (a "cluster", see characters.py).  The cursor never
stops inside a cluster, so each is passed and deleted as one.
"""

from collections import deque
from collections.abc import Callable, Iterable

from chat.terminal.characters import columns, left, right, settle, typable
from chat.terminal.keys import Key

HISTORY_LINES = 500

# ---- where a key takes the cursor: (text, cursor) -> cursor

Move = Callable[[str, int], int]


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
    """Go to the end of the word."""
    while cursor < len(text) and not text[cursor].isalnum():
        cursor = right(text, cursor)
    while cursor < len(text) and text[cursor].isalnum():
        cursor = right(text, cursor)
    return cursor


def blank_left(text: str, cursor: int) -> int:
    """Go to the start of the word; for ctrl-w only blanks separate words."""
    return _word_start(text, len(text[:cursor].rstrip()))


def _shared_length(words: Iterable[str]) -> int:
    """Return with how many equal characters all words begin."""
    shared = 0
    for same_place in zip(*words, strict=False):
        if len(set(same_place)) > 1:
            break
        shared += 1
    return shared


def _word_start(text: str, cursor: int) -> int:
    while cursor and not text[cursor - 1].isspace():
        cursor -= 1
    return cursor


# ---- the editor


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
        self._first = 0  # where the window begins, see view()
        self._history: deque[str] = deque(maxlen=HISTORY_LINES)
        self._back = 0  # how many lines up in the history; 0 is the draft
        self._draft = ""  # what was being typed before the first UP

    def press(self, key: Key | str) -> str | None:
        """Do what `key` asks; a string is typed in.  Return the line that it finishes.

        A key that has no meaning here does nothing: what tab and ctrl-c do, and that
        ctrl-d on an empty line leaves, is decided by the caller.
        """
        if isinstance(key, str):
            self._insert(typable(key))
        elif key is Key.ENTER:
            return self._finish()
        elif key in _MOVES:
            self.cursor = _MOVES[key](self.text, self.cursor)
        elif key in _CUTS:
            self._cut(_CUTS[key](self.text, self.cursor))
        elif key in (Key.UP, Key.DOWN):
            self._recall(self._back + (1 if key is Key.UP else -1))
        return None

    def complete(self, first: Iterable[str], later: Iterable[str]) -> list[str]:
        """Complete the word before the cursor, as far as the choices agree.

        If that adds nothing, return the choices.  The line's first word is completed
        from `first`, any other from `later`.
        """
        begin = _word_start(self.text, self.cursor)
        word = self.text[begin : self.cursor].lower()
        is_first = not self.text[:begin].strip()
        words = sorted(first if is_first else later)
        choices = [w for w in words if w.lower().startswith(word)]
        shared = _shared_length([w.lower() for w in choices])
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
        """Move the window only if the cursor has left it, or nearly.

        If it moved with each key, the whole row would jump while one types.
        """
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
        self.cursor = settle(self.text, cursor)

    def _cut(self, other: int) -> None:
        begin, stop = sorted((self.cursor, other))
        self.text = self.text[:begin] + self.text[stop:]
        self.cursor = settle(self.text, begin)

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


class UnseenEditor(Editor):
    """A line that is typed, such as a password, and that nobody sees."""

    def view(self, width: int) -> tuple[str, str]:
        """Return nothing to show; not even how long it is."""
        return "", ""
