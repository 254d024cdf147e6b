"""The keys and the screen of a terminal.

One thread runs `keys()`, one `signals()`; all else belongs to the main thread,
which alone writes to the screen.  There is no lock: those two only read.
"""

import codecs
import contextlib
import os
import re
import select
import signal
import socket
import sys
import zlib
from collections.abc import Iterable, Iterator, Mapping
from types import FrameType
from typing import Any, NamedTuple

from chat.characters import columns, wrap
from chat.editor import Editor, Key

if sys.platform != "win32":
    import errno
    import termios

HANGUP = 128 + 1  # the status when the terminal is gone: as with SIGHUP
ESCAPE_WAIT_S = 0.05  # the bytes of one key come together; a lone Esc has no more
READ_BYTES = 1024


# ---- keys

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
if sys.platform == "win32":
    _OTHER_NAMES |= {"\x00s": Key.WORD_LEFT, "\x00t": Key.WORD_RIGHT}


def key_names() -> dict[str, Key]:
    """Return what each key sends; raise ImportError without readchar."""
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


# What a terminal puts around pasted text where it is asked to ("bracketed paste").
_PASTE_BEGINS, _PASTE_ENDS = "\x1b[200~", "\x1b[201~"


class KeyDecoder:
    """Cut the bytes of a terminal into keys and runs of text, however they fall.

    Pasted text has no keys: a tab or a line end in it is a blank.
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

    def feed(self, data: bytes) -> list[Key | str]:
        """Take the next bytes; return what they complete."""
        text = self._rest + self._utf8.decode(data)
        cut = self._CUT.search(text)
        self._rest = cut.group() if cut else ""
        return self._name(text.removesuffix(self._rest))

    def give_up(self) -> None:
        """Forget the start of an escape sequence: it was a lone Esc."""
        self._rest = ""

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


# ---- colours, as SGR parameters

INFO, ERROR, PRIVATE = "2", "31", "1;35"  # faint, red, bold magenta
_NAME_COLOURS = ("32", "33", "34", "36", "92", "94", "95", "96")


def name_colour(name: str) -> str:
    """Return the colour of `name`, the same in every run."""
    return _NAME_COLOURS[zlib.crc32(name.encode()) % len(_NAME_COLOURS)]


# ---- the terminal


class Line(NamedTuple):
    """A line for the screen: its start, the colour of that, and the rest."""

    start: str
    colour: str = ""
    rest: str = ""


_INDENT = "    "  # of a line's other rows, or one could be taken for a line of its own
_ERASE_ROW = "\r\x1b[J"  # and below: a narrower window may have wrapped the row
_PASTE_ON, _PASTE_OFF = "\x1b[?2004h", "\x1b[?2004l"
_LEAVING = ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT")
_NOTES = ("SIGWINCH", "SIGTSTP", "SIGCONT")


class Terminal:
    """The screen, with one row to type in and messages above it; and the keys."""

    def __init__(self) -> None:
        """Raise ImportError without readchar."""
        self._names = key_names()
        self._wakeup, self._woken = socket.socketpair()
        self._wakeup.setblocking(False)  # Python asks for it
        self._has_escapes = os.environ.get("TERM") != "dumb"
        # See no-color.org.
        self._has_colour = self._has_escapes and not os.environ.get("NO_COLOR")
        self._is_typing = False
        # readchar on Windows would take the brackets for keys.
        self._can_bracket = self._has_escapes and sys.platform != "win32"
        if sys.platform != "win32":
            self._saved = termios.tcgetattr(0)

    @contextlib.contextmanager
    def session(self) -> Iterator[None]:
        """Read keys without echo; whatever ends it, leave the terminal as it was."""
        try:
            signal.set_wakeup_fd(self._wakeup.fileno())
            _handle(_LEAVING, _leave)
            _handle(_NOTES, lambda *_: None)  # signals() tells of them
            self._take_over()
            yield
        finally:
            _handle(_LEAVING, signal.SIG_IGN)  # nothing may come between
            if _is_in_foreground():  # else it is someone else's, and we were stopped
                self._step_aside()
            signal.set_wakeup_fd(-1)

    def signals(self) -> Iterator[signal.Signals]:
        """Yield each signal that arrives.  Blocks.

        Its thread must hand them to the main thread: a signal that comes when that
        is just about to wait interrupts nothing, and its handler runs only when
        something else wakes it.
        """
        while data := self._woken.recv(16):
            yield from map(signal.Signals, data)

    def keys(self) -> Iterator[list[Key | str]]:
        """Yield what is typed, until the terminal is gone.  Blocks."""
        if sys.platform == "win32":
            yield from self._keys_on_windows()
        decoder = KeyDecoder(self._names)
        with contextlib.suppress(OSError):
            while True:
                if decoder.is_waiting and not _is_ready(ESCAPE_WAIT_S):
                    decoder.give_up()
                # A read that is resumed in the background stops the program again,
                # and it could not even be killed.
                _is_ready(None)
                data = os.read(0, READ_BYTES)
                if not data:
                    return
                if keys := decoder.feed(data):
                    yield keys

    def _keys_on_windows(self) -> Iterator[list[Key | str]]:
        import readchar

        readchar.config.INTERRUPT_KEYS = []  # or ctrl-c would end this thread only
        while True:
            key = readchar.readkey()
            yield [self._names.get(key, key)]

    def show(self, lines: Iterable[Line], prompt: str, editor: Editor) -> None:
        """Print `lines` above the row being typed, and draw that anew.

        Blocks while the screen takes nothing; exits when it is gone.
        """
        try:
            width = _width()
            above = "".join(self._wrapped(line, width) for line in lines)
            _write(self._erasing(width) + above + self._row(prompt, editor, width))
        except OSError:
            raise SystemExit(HANGUP) from None

    def _wrapped(self, line: Line, width: int) -> str:
        """Return the rows of `line`, in colour where colours are wanted."""
        left = len(line.start)  # so much of it is to be coloured
        rows = []
        for row in wrap(line.start + line.rest, width, len(_INDENT)):
            rows.append(self._paint(row[:left], line.colour) + row[left:] + "\n")
            left = max(0, left - len(row))
        return _INDENT.join(rows)

    def _erasing(self, width: int) -> str:
        """Return what empties the row being typed."""
        return _ERASE_ROW if self._has_escapes else f"\r{' ' * (width - 1)}\r"

    def _row(self, prompt: str, editor: Editor, width: int) -> str:
        """Return the row being typed, and what leaves the cursor where it belongs."""
        if columns(prompt) > width // 2:
            prompt = "> "
        before, after = editor.view(max(4, width - columns(prompt) - 1))
        self._is_typing = bool(before or after)
        # Written again to its place: terminals differ on how wide an emoji is.
        back = "\r" + prompt + before if after else ""
        return prompt + before + after + back

    def _paint(self, text: str, colour: str) -> str:
        if not (text and colour and self._has_colour):
            return text
        return f"\x1b[{colour}m{text}\x1b[m"

    def obey(self, note: signal.Signals) -> None:
        """Do what a signal asked for; the caller then draws the row anew."""
        if note.name == "SIGTSTP":
            self._suspend()
        if note.name != "SIGWINCH":  # the shell may have changed the mode
            self._take_over()

    def _suspend(self) -> None:
        """Stop, as ctrl-z does in any program; return when it goes on."""
        if sys.platform != "win32":
            self._step_aside()
            handler = signal.signal(signal.SIGTSTP, signal.SIG_DFL)
            os.kill(os.getpid(), signal.SIGTSTP)
            signal.signal(signal.SIGTSTP, handler)

    def _take_over(self) -> None:
        """Make the terminal ours."""
        self._set_mode(keys=True)
        if self._can_bracket:
            with contextlib.suppress(OSError):  # `show` will hear of it
                _write(_PASTE_ON)

    def _step_aside(self) -> None:
        """Leave the terminal to another program, with what was typed on it."""
        try:
            row = "\n" if self._is_typing else self._erasing(_width())
            _write(row + _PASTE_OFF * self._can_bracket)
        except OSError:
            discard_output()
        self._set_mode(keys=False)

    def _set_mode(self, keys: bool) -> None:
        if sys.platform != "win32":
            mode = _key_mode(self._saved) if keys else self._saved
            with contextlib.suppress(termios.error):  # the terminal is gone
                _set_attributes(mode)


if sys.platform != "win32":

    def _key_mode(saved: Any) -> Any:
        """Return the mode without lines and echo; signals still work."""
        mode = [*saved[:6], list(saved[6])]
        mode[0] &= ~termios.IXON  # ctrl-s would freeze the screen
        mode[3] &= ~(termios.ICANON | termios.ECHO | termios.IEXTEN)
        mode[6][termios.VMIN], mode[6][termios.VTIME] = 1, 0
        return mode

    def _set_attributes(mode: Any) -> None:
        """Set the mode; TCSADRAIN, for TCSAFLUSH throws away what was typed."""
        while True:
            try:
                return termios.tcsetattr(0, termios.TCSADRAIN, mode)
            except termios.error as error:
                if error.args[0] != errno.EINTR:  # not retried for us, as in PEP 475
                    raise


def _is_ready(timeout_s: float | None) -> bool:
    return bool(select.select([0], [], [], timeout_s)[0])


def _is_in_foreground() -> bool:
    if sys.platform != "win32":
        with contextlib.suppress(OSError):  # it is gone
            return os.tcgetpgrp(0) == os.getpgrp()
    return True


def _width() -> int:
    """Return the columns of the screen; not those of COLUMNS, which never change."""
    return os.get_terminal_size(1).columns or 80


def _write(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


def discard_output() -> None:
    """Write to nowhere from now on: nobody reads, and Python will flush at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


def _handle(names: Iterable[str], handler: Any) -> None:
    for name in names:
        if number := getattr(signal, name, None):  # Windows lacks most
            signal.signal(number, handler)


def _leave(number: int, frame: FrameType | None) -> None:
    """End the program by the normal way, which puts the terminal right, once."""
    _handle(_LEAVING, signal.SIG_IGN)
    raise SystemExit(128 + number)
