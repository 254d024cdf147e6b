"""Single keys from a terminal; from a pipe, the first letter of each line.

`keys` blocks in a separate thread; `key_mode` belongs to the main thread.
"""

import contextlib
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
NAMES = {INTERRUPT: Key.INTERRUPT}


def has_keys() -> bool:
    """Tell whether standard input is a terminal."""
    return sys.stdin.isatty()


@contextlib.contextmanager
def key_mode() -> Iterator[None]:
    """Take keys as they are typed, without echo; leave the terminal as it was."""
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
    """Yield each key, until the input ends.  Blocks."""
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


def letters(pressed: Iterable[Key | str]) -> Iterator[str]:
    """Yield the characters that were typed; of the other keys, ctrl-c alone."""
    for key in pressed:
        if key is Key.INTERRUPT:
            yield INTERRUPT
        elif isinstance(key, str):
            yield from key


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
    """Handle signals, those that the system has."""
    numbers = [getattr(signal, name) for name in names if hasattr(signal, name)]
    before = {number: signal.signal(number, handler) for number in numbers}
    try:
        yield
    finally:
        for number, old in before.items():
            signal.signal(number, old)
