"""The keys of a terminal: what it sends for each, and how to tell that from text.

A terminal sends bytes.  A letter is its UTF-8; a key such as "left" is a sequence that
begins with Esc, and terminals do not agree on all of them.  A `read` may return any
piece of that: half a character, half a sequence, or a hundred keys at once.

readchar has the names of the keys.  Its `readkey()` is not used, because it sets the
mode of the terminal for each key, and what was typed in between is lost (readchar's
issues 73 and 95).  No other file imports it.

PURE.  A Windows console sends events in place of bytes; see windows.py.
"""

import codecs
import re
from collections.abc import Mapping
from enum import Enum, auto


class Key(Enum):
    """A key that does something else than type a character."""

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
    INTERRUPT = auto()  # ctrl-c on Windows; elsewhere it is a signal


_OTHER_NAMES = {  # what readchar has no constant for; terminals differ
    "\x1b[1;5D": Key.WORD_LEFT,  # ctrl-left
    "\x1b[1;3D": Key.WORD_LEFT,  # alt-left
    "\x1b[5D": Key.WORD_LEFT,
    "\x1bOd": Key.WORD_LEFT,
    "\x1bb": Key.WORD_LEFT,  # alt-b
    "\x1b[1;5C": Key.WORD_RIGHT,
    "\x1b[1;3C": Key.WORD_RIGHT,
    "\x1b[5C": Key.WORD_RIGHT,
    "\x1bOc": Key.WORD_RIGHT,
    "\x1bf": Key.WORD_RIGHT,
    "\x1bOA": Key.UP,
    "\x1bOB": Key.DOWN,
    "\x1bOC": Key.RIGHT,
    "\x1bOD": Key.LEFT,
    "\x1bOH": Key.HOME,
    "\x1b[1~": Key.HOME,
    "\x1b[7~": Key.HOME,
    "\x1bOF": Key.END,
    "\x1b[4~": Key.END,
    "\x1b[8~": Key.END,
}


def key_names() -> dict[str, Key]:
    """Return the name of each key by what it sends; ImportError without readchar."""
    from readchar import key  # only a client on a terminal needs it

    return _OTHER_NAMES | {
        key.LEFT: Key.LEFT,
        key.RIGHT: Key.RIGHT,
        key.UP: Key.UP,
        key.DOWN: Key.DOWN,
        key.HOME: Key.HOME,
        key.END: Key.END,
        key.DELETE: Key.DELETE,
        key.BACKSPACE: Key.BACKSPACE,
        key.CTRL_H: Key.BACKSPACE,
        key.CTRL_A: Key.HOME,
        key.CTRL_B: Key.LEFT,
        key.CTRL_C: Key.INTERRUPT,
        key.CTRL_D: Key.DELETE_OR_LEAVE,
        key.CTRL_E: Key.END,
        key.CTRL_F: Key.RIGHT,
        key.CTRL_K: Key.CUT_TO_END,
        key.CTRL_N: Key.DOWN,
        key.CTRL_P: Key.UP,
        key.CTRL_U: Key.CUT_TO_START,
        key.CTRL_W: Key.CUT_WORD,
        key.TAB: Key.TAB,
        key.LF: Key.ENTER,
        key.CR: Key.ENTER,
    }


# What a terminal puts around pasted text if it is asked to ("bracketed paste").
_PASTE_BEGINS, _PASTE_ENDS = "\x1b[200~", "\x1b[201~"


class KeyDecoder:
    """Cut the bytes of a terminal into keys and text, in whatever pieces they arrive.

    In pasted text there are no keys: a tab or the end of a line becomes a blank.  If it
    did not, pasting three lines would send two of them.
    """

    # a CSI sequence, an SS3 sequence, alt and a key; a control; text
    _TOKEN = re.compile(
        r"\x1b(?:\[[0-?]*[ -/]*[@-~]|O[ -~]|[^\x00-\x1f\x7f[O])?"
        r"|[\x00-\x1f\x7f]|[^\x00-\x1f\x7f]+"
    )
    _CUT = re.compile(r"\x1b(?:\[[0-?]*[ -/]*|O|)\Z")

    def __init__(self, names: Mapping[str, Key]) -> None:
        self._names = names
        self._utf8 = codecs.getincrementaldecoder("utf-8")("replace")
        self._rest = ""
        self._is_pasting = False

    @property
    def is_waiting(self) -> bool:
        """Whether it holds what may be the start of an escape sequence."""
        return bool(self._rest)

    @property
    def is_pasting(self) -> bool:
        """Whether a paste has begun and not ended."""
        return self._is_pasting

    def feed(self, data: bytes) -> list[Key | str]:
        """Take the next bytes; return what they complete."""
        text = self._rest + self._utf8.decode(data)
        cut = self._CUT.search(text)
        self._rest = cut.group() if cut else ""
        return self._name(text.removesuffix(self._rest))

    def give_up(self) -> None:
        """Forget the start of an escape sequence: it was a lone Esc."""
        self._rest = ""

    def end_paste(self) -> None:
        """Take what comes next as keys: the end of a paste was lost, or never sent."""
        self._is_pasting = False

    def _name(self, text: str) -> list[Key | str]:
        """Name the keys in `text`; drop those that mean nothing here."""
        found: list[Key | str] = []
        for token in self._TOKEN.findall(text):
            if token in (_PASTE_BEGINS, _PASTE_ENDS):
                self._is_pasting = token == _PASTE_BEGINS
            elif self._is_pasting and token in ("\t", "\r", "\n"):
                found.append(" ")
            elif token in self._names and not self._is_pasting:
                found.append(self._names[token])
            elif token >= " " and token != "\x7f":
                found.append(token)
        return found
