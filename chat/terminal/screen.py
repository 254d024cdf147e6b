"""The keys and the screen of a terminal.

One thread runs `keys()` and one runs `signals()`.  Everything else belongs to the main
thread, which alone writes to the screen.  There is no lock, because those two threads
only read: the one from standard input, the other from a socket.

The last row is the one in which the user types.  To print a message, that row is
erased, the message is printed in its place, and the row is drawn again below it, all in
one write.  So the terminal scrolls as with any program, and what has scrolled out can
be read again: the client needs no separate window.

While that is written, the terminal's auto-wrap is off.  The client breaks long lines
itself, but terminals differ on how wide a character is.  Where a row turns out wider
than the screen, what is too much is drawn over its last column.  It does not begin a
row, which could look like a line from someone else.

The mode of the terminal is set once, at the start, and not at each key.  It is put back
however the program ends: after ctrl-d, with a bug, by every signal that can be caught.

A signal goes a long way.  `signals` yields it in its thread, the inbox takes it to the
main thread, and the caller passes it to `obey`.  This way the main thread handles it
between two events, never in the middle of a `show`.  And the main thread wakes up for
it, which a signal handler alone cannot promise (see `signals`).
"""

import contextlib
import os
import select
import signal
import socket
import sys
import zlib
from collections.abc import Iterable, Iterator
from types import FrameType
from typing import Any, NamedTuple

from chat.terminal.characters import columns, wrap
from chat.terminal.editor import Editor
from chat.terminal.keys import Key, KeyDecoder, key_names
from chat.terminal.tty import (
    discard_output,
    has_escapes,
    is_in_foreground,
    read_input,
    screen_size,
)

if sys.platform == "win32":
    from chat.terminal.windows import read_keys
else:
    import termios

    from chat.terminal.tty import key_mode, set_mode

HANGUP = 128 + 1  # the exit status if the terminal is gone: as with SIGHUP
PASTE_WAIT_S = 0.5  # what is pasted comes at once; then Enter must send again
ESCAPE_WAIT_S = 0.05  # the bytes of one key come together; after Esc alone none come


# ---- colours, as SGR parameters

INFO, ERROR, PRIVATE = "2", "31", "1;35"  # faint, red, bold magenta
TEACHER = "1;7"  # bold, with the colours of text and background exchanged
# Of the colours that terminals agree on, only these and a grey can be read on black and
# on white: the contrast is at least 4.5 with both (WCAG 2).  No colour is the only sign
# of anything: the text of a line says all.
_NAME_COLOURS = tuple(f"38;5;{number}" for number in (29, 63, 98, 131, 163))


def name_colour(name: str) -> str:
    """Return the colour of `name`, the same in every run."""
    return _NAME_COLOURS[zlib.crc32(name.encode()) % len(_NAME_COLOURS)]


# ---- the terminal


class Line(NamedTuple):
    """A line for the screen: its start, the colour of that, and the rest."""

    start: str
    colour: str = ""
    rest: str = ""
    rings: bool = False  # the terminal's bell


# All rows of a line but the first are indented.  Otherwise a user could send a text so
# long that its second row looks like a line from someone else.
_INDENT = "    "
_BELL = "\a"
# All below is erased, too: if the window became narrower, the row now takes two.
_ERASE_ROW = "\r\x1b[J"
_WRAP_ON, _WRAP_OFF = "\x1b[?7h", "\x1b[?7l"
_PASTE_ON, _PASTE_OFF = "\x1b[?2004h", "\x1b[?2004l"
_LEAVING = ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT")
_NOTES = ("SIGWINCH", "SIGTSTP", "SIGCONT")


class Terminal:
    """The screen, with one row to type in and messages above it; and the keys."""

    def __init__(self) -> None:
        """Raise ImportError without readchar."""
        self._names = key_names()
        self._wakeup, self._woken = socket.socketpair()
        self._wakeup.setblocking(False)  # signal.set_wakeup_fd requires it
        self._has_escapes = has_escapes(1)
        # See no-color.org.
        self._has_colour = self._has_escapes and not os.environ.get("NO_COLOR")
        self._is_typing = False
        # A Windows console gives keys as events, and does not mark what is pasted.
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
            _handle(_LEAVING, signal.SIG_IGN)  # a second one must not interrupt this
            # In the background the terminal belongs to another program, and we gave it
            # back when we were stopped.
            if is_in_foreground():
                self._step_aside()
            signal.set_wakeup_fd(-1)

    def signals(self) -> Iterator[signal.Signals]:
        """Yield each signal that arrives.  Blocks.

        Its thread must hand them to the main thread.  Python runs a signal's handler in
        the main thread, between two of its steps.  If that thread is just about to wait
        when the signal comes, the handler does not run before something else wakes it.
        """
        while data := self._woken.recv(16):
            yield from map(signal.Signals, data)

    def keys(self) -> Iterator[list[Key | str]]:
        """Yield what is typed, until the terminal is gone.  Blocks."""
        if sys.platform == "win32":
            yield from read_keys(self._names)
            return
        decoder = KeyDecoder(self._names)
        with contextlib.suppress(OSError):
            while True:
                if decoder.is_waiting and not _is_ready(ESCAPE_WAIT_S):
                    decoder.give_up()
                if decoder.is_pasting and not _is_ready(PASTE_WAIT_S):
                    decoder.end_paste()
                # Wait with select and not in read.  A read that goes on in the
                # background, after ctrl-z and `bg`, stops the program again, and then
                # it could not even be killed.
                _is_ready(None)
                data = read_input()
                if not data:
                    return
                if keys := decoder.feed(data):
                    yield keys

    def show(self, lines: Iterable[Line], prompt: str, editor: Editor) -> None:
        """Print `lines` above the row being typed, and draw that row again.

        It takes no more lines when the screen is full, so that the caller can look at
        the keys before it goes on.

        Blocks while the terminal takes nothing; exits when it is gone.
        """
        try:
            width, height = screen_size()
            above: list[str] = []
            for line in lines:
                above += self._rows(line, width)
                if len(above) >= height:
                    break
            row = self._row(prompt, editor, width)
            _write(self._unwrapped(self._erasing(width) + "".join(above) + row))
        except OSError:
            raise SystemExit(HANGUP) from None

    def _rows(self, line: Line, width: int) -> list[str]:
        """Return the rows of `line`, in colour if colours are wanted."""
        left = len(line.start)  # how many characters are still to be coloured
        rows: list[str] = []
        indent = _BELL if line.rings and self._has_escapes else ""
        for row in wrap(line.start + line.rest, width, len(_INDENT)):
            painted = self._paint(row[:left], line.colour) + row[left:]
            rows.append(f"{indent}{painted}\n")
            left, indent = max(0, left - len(row)), _INDENT
        return rows

    def _unwrapped(self, text: str) -> str:
        """Return `text` so printed that no row of it runs over into a new one."""
        return f"{_WRAP_OFF}{text}{_WRAP_ON}" if self._has_escapes else text

    def _erasing(self, width: int) -> str:
        """Return the sequence that erases the row being typed."""
        return _ERASE_ROW if self._has_escapes else f"\r{' ' * (width - 1)}\r"

    def _row(self, prompt: str, editor: Editor, width: int) -> str:
        """Return the row being typed, with what puts the cursor in its place."""
        if columns(prompt) > width // 2:
            prompt = "> "
        before, after = editor.view(max(4, width - columns(prompt) - 1))
        self._is_typing = bool(before or after)
        # The cursor is put back by writing the text before it again.  Counting columns
        # could go wrong, because terminals differ on how wide an emoji is.
        back = "\r" + prompt + before if after else ""
        return prompt + before + after + back

    def _paint(self, text: str, colour: str) -> str:
        if not (text and colour and self._has_colour):
            return text
        return f"\x1b[{colour}m{text}\x1b[m"

    def obey(self, note: signal.Signals) -> None:
        """Do what a signal asked for; the caller then draws the row again."""
        if note.name == "SIGTSTP":
            self._suspend()
        if note.name != "SIGWINCH":  # the shell may have changed the mode
            self._take_over()

    def _suspend(self) -> None:
        """Stop, as ctrl-z stops any program; return when the program goes on."""
        if sys.platform != "win32":
            self._step_aside()
            handler = signal.signal(signal.SIGTSTP, signal.SIG_DFL)
            os.kill(os.getpid(), signal.SIGTSTP)
            signal.signal(signal.SIGTSTP, handler)

    def _take_over(self) -> None:
        """Make the terminal ours."""
        self._set_mode(keys=True)
        if self._can_bracket:
            with contextlib.suppress(OSError):  # `show` will notice it
                _write(_PASTE_ON)

    def _step_aside(self) -> None:
        """Leave the terminal to another program; what was typed stays on the screen."""
        try:
            row = "\n" if self._is_typing else self._erasing(screen_size()[0])
            _write(row + _PASTE_OFF * self._can_bracket)
        except OSError:
            discard_output()
        self._set_mode(keys=False)

    def _set_mode(self, keys: bool) -> None:
        if sys.platform != "win32":
            mode = key_mode(self._saved) if keys else self._saved
            set_mode(mode)


def _is_ready(timeout_s: float | None) -> bool:
    return bool(select.select([0], [], [], timeout_s)[0])


def _write(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


def _handle(names: Iterable[str], handler: Any) -> None:
    for name in names:
        if number := getattr(signal, name, None):  # Windows lacks most
            signal.signal(number, handler)


@contextlib.contextmanager
def signals_stay_here() -> Iterator[None]:
    """Start threads that leave the signals which end the program to this thread.

    Threads started in this block never take such a signal.  Otherwise a client that is
    stopped (ctrl-z) and then killed could hang.  As it goes on, another thread takes
    the signal.  Before the handler can run, the main thread sets the mode of the
    terminal, and because that happens in the background, it stops the program once
    more.  Then the signal has been used up, and nothing lets the program go on.
    """
    if sys.platform == "win32":
        yield
        return
    ours = {getattr(signal, name) for name in _LEAVING}
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ours)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _leave(number: int, frame: FrameType | None) -> None:
    """End the program in the normal way, which puts the terminal back; only once."""
    _handle(_LEAVING, signal.SIG_IGN)
    raise SystemExit(128 + number)
