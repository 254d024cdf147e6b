"""Single keys from a terminal; from a pipe, the first letter of each line.

`keys` blocks in a separate thread; `key_mode` belongs to the main thread.
"""

import contextlib
import select
import signal
import sys
from collections.abc import Iterable, Iterator
from types import FrameType
from typing import Any

from chat.terminal.keys import Key, KeyDecoder
from chat.terminal.tty import read_input, typed_lines

if sys.platform == "win32":
    from chat.terminal.windows import read_keys
else:
    import termios
    import tty

INTERRUPT = "\x03"  # ctrl-c, where it is a key: on some consoles of Windows
UP, DOWN, HOME, END = "up", "down", "home", "end"
ENTER, BACKSPACE, LEAVE = "enter", "backspace", "leave"
ESCAPE_WAIT_S = 0.05  # the rest of a key's sequence comes sooner than that

# What a terminal sends; a console of Windows has events for the first four.
NAMES = {
    **dict.fromkeys(("\x1b[A", "\x1bOA"), Key.UP),
    **dict.fromkeys(("\x1b[B", "\x1bOB"), Key.DOWN),
    **dict.fromkeys(("\x1b[H", "\x1bOH", "\x1b[1~", "\x1b[7~"), Key.HOME),
    **dict.fromkeys(("\x1b[F", "\x1bOF", "\x1b[4~", "\x1b[8~"), Key.END),
    **dict.fromkeys("\r\n", Key.ENTER),
    **dict.fromkeys("\x7f\b", Key.BACKSPACE),
    **dict.fromkeys("\x1b\x04", Key.DELETE_OR_LEAVE),  # Esc, ctrl-d
    INTERRUPT: Key.INTERRUPT,
}
_NAMED = {
    Key.UP: UP,
    Key.DOWN: DOWN,
    Key.HOME: HOME,
    Key.END: END,
    Key.ENTER: ENTER,
    Key.BACKSPACE: BACKSPACE,
    Key.DELETE_OR_LEAVE: LEAVE,
    Key.INTERRUPT: INTERRUPT,
}


def has_keys() -> bool:
    """Tell whether standard input is a terminal."""
    return sys.stdin.isatty()


@contextlib.contextmanager
def key_mode() -> Iterator[None]:
    """Take keys as they are typed, without echo; set the terminal back at the end."""
    if sys.platform == "win32" or not has_keys():
        yield
        return
    saved = termios.tcgetattr(0)
    with _handling(("SIGTERM", "SIGHUP"), _leave), _handling(("SIGCONT",), _set_keys):
        try:
            _set_keys()
            yield
        finally:
            with contextlib.suppress(termios.error):  # the terminal is gone
                termios.tcsetattr(0, termios.TCSADRAIN, saved)


def keys() -> Iterator[str]:
    """Yield each key, as a character or a name from above, to the end.  Blocks."""
    typed = _letters if has_keys() else _first_letters
    with contextlib.suppress(OSError):  # the terminal is gone, or there is no input
        yield from typed()


def _letters() -> Iterator[str]:
    if sys.platform == "win32":
        for pressed in read_keys(NAMES):
            yield from letters(pressed)
        return
    decoder = KeyDecoder(NAMES)
    while data := read_input():
        yield from letters(decoder.feed(data))
        if decoder.is_waiting and not select.select([0], [], [], ESCAPE_WAIT_S)[0]:
            decoder.give_up()
            yield LEAVE  # Esc alone


def letters(pressed: Iterable[Key | str]) -> Iterator[str]:
    """Yield the characters that were typed, and the names of the other keys."""
    for key in pressed:
        if isinstance(key, str):
            yield from key
        elif key in _NAMED:
            yield _NAMED[key]


def _first_letters() -> Iterator[str]:
    for line in typed_lines():
        if isinstance(line, str):
            yield line.strip()[:1]


def _set_keys(number: int = 0, frame: FrameType | None = None) -> None:
    """Set the mode; once more when the shell has stopped us and goes on."""
    if sys.platform != "win32":
        with contextlib.suppress(termios.error):
            tty.setcbreak(0, termios.TCSADRAIN)


def _leave(number: int, frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


@contextlib.contextmanager
def _handling(names: tuple[str, ...], handler: Any) -> Iterator[None]:
    """Handle those of the signals that the system has."""
    numbers = [getattr(signal, name) for name in names if hasattr(signal, name)]
    before = {number: signal.signal(number, handler) for number in numbers}
    try:
        yield
    finally:
        for number, old in before.items():
            signal.signal(number, old)
