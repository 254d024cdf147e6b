"""The keys of a Windows console, which come as events and not as bytes.

PURE, apart from `read_keys`.  The thread that runs it is the only one that reads.

`msvcrt.getwch`, and so readchar, cannot do this.  It returns "\\xe0" for the letter à,
and also as the first of two letters for an arrow key; nothing tells which one it is.
And of pasted text it shows no more than that it was typed very fast.  An event has both
the key and what it types, and one read returns all the events that wait.
"""

import struct
import sys
from collections.abc import Callable, Iterator, Mapping

from chat.terminal.keys import Key

EVENTS = 512  # that are read at once
PASTE_WAIT_MS = 20  # the pieces of what is pasted come faster than that

# An INPUT_RECORD: what kind of event it is, whether the key went down, how often, the
# key, its place on the keyboard, the UTF-16 unit that it types, and what was held.
_RECORD = struct.Struct("<H2xiHHHHI")
_KEY_EVENT = 1
_ALT, _CTRL, _ENHANCED = 0x0003, 0x000C, 0x0100  # held; not a key of the number pad
_ALT_KEY = 0x12
_KEYS = {
    0x23: Key.END,
    0x24: Key.HOME,
    0x25: Key.LEFT,
    0x26: Key.UP,
    0x27: Key.RIGHT,
    0x28: Key.DOWN,
    0x2E: Key.DELETE,
}
_WITH_CTRL_OR_ALT = {Key.LEFT: Key.WORD_LEFT, Key.RIGHT: Key.WORD_RIGHT}


class EventDecoder:
    """Turn the console's events into keys and text."""

    def __init__(self, names: Mapping[str, Key]) -> None:
        self._names = names
        self._half = 0  # the first unit of a character that has two

    def feed(self, records: bytes) -> list[Key | str]:
        """Return the keys and text that were typed, without keys of no meaning here."""
        found: list[Key | str] = []
        for kind, is_down, count, code, _, unit, held in _RECORD.iter_unpack(records):
            # A character may be typed as alt and its number: it comes with the alt
            # key, when that goes up.
            is_number = code == _ALT_KEY and unit and not is_down
            if kind != _KEY_EVENT or not (is_down or is_number):
                continue
            if is_number:
                held = 0
            key = self._typed(unit, held) if unit else _key(code, held)
            if key is not None:
                found += [key] * count
        return found

    def _typed(self, unit: int, held: int) -> Key | str | None:
        """Return the text or the meaning of a key that types a character."""
        if 0xD800 <= unit < 0xDC00:
            self._half = unit
            return None
        units = [self._half, unit] if self._half else [unit]
        self._half = 0
        text = struct.pack(f"<{len(units)}H", *units).decode("utf-16-le", "replace")
        if held & _ALT and not held & _CTRL:  # ctrl and alt are AltGr
            return self._names.get("\x1b" + text)
        if text in self._names:
            return self._names[text]
        return text if text >= " " and text != "\x7f" else None


def _key(code: int, held: int) -> Key | None:
    """Return the meaning of a key that types no character."""
    key = _KEYS.get(code)
    if key is None or not held & (_ALT | _CTRL):
        return key
    if held & _ALT and not held & _ENHANCED:  # a digit of a character's number
        return None
    return _WITH_CTRL_OR_ALT.get(key, key)


def typed(
    read: Callable[[], bytes],
    is_ready: Callable[[], bool],
    names: Mapping[str, Key],
) -> Iterator[list[Key | str]]:
    """Yield the keys in the events that `read` returns, until there are none.

    `is_ready` tells whether more events come very soon.
    """
    decoder = EventDecoder(names)
    while records := read():
        keys = decoder.feed(records)
        while len(keys) > 1 and is_ready():
            keys += decoder.feed(read())
        if keys:
            yield _unpasted(keys)


def _unpasted(keys: list[Key | str]) -> list[Key | str]:
    """Replace line ends and tabs that came together with text: they were pasted.

    No console says what was pasted.  If somebody's line comes in one piece because they
    typed faster than we read, they have to press Enter once more; the other way round,
    half a text would be sent before they have seen it.
    """
    if Key.ENTER not in keys or not any(isinstance(key, str) for key in keys):
        return keys
    return [" " if key in (Key.ENTER, Key.TAB) else key for key in keys]


if sys.platform == "win32":
    import ctypes
    import msvcrt

    def read_keys(names: Mapping[str, Key]) -> Iterator[list[Key | str]]:
        """Yield what is typed, until the console is gone.  Blocks."""
        kernel = ctypes.WinDLL("kernel32")
        console = ctypes.c_void_p(msvcrt.get_osfhandle(0))
        records = ctypes.create_string_buffer(EVENTS * _RECORD.size)
        count = ctypes.c_ulong()

        def read() -> bytes:
            if kernel.ReadConsoleInputW(console, records, EVENTS, ctypes.byref(count)):
                return records.raw[: count.value * _RECORD.size]
            return b""

        def is_ready() -> bool:
            return bool(kernel.WaitForSingleObject(console, PASTE_WAIT_MS) == 0)

        return typed(read, is_ready, names)
