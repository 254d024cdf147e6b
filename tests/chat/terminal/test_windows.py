"""The keys of a Windows console: its events, on every system."""

import struct
import subprocess
import sys
from collections.abc import Iterable

import pytest

from chat.terminal.keys import Key, key_names
from chat.terminal.windows import EventDecoder, typed
from tests.support import DEADLINE_S, ROOT

NAMES = key_names()
RIGHT_ALT, LEFT_ALT, CTRL, SHIFT, ENHANCED = 0x01, 0x02, 0x08, 0x10, 0x100
ALT_KEY, MENU, NUMPAD_2 = 0x12, 0x5D, 0x62


def event(
    text: str = "\0",
    code: int = 0,
    held: int = 0,
    is_down: bool = True,
    count: int = 1,
    kind: int = 1,
) -> bytes:
    """Return the records of a key: one for each UTF-16 unit of what it types."""
    return b"".join(
        struct.pack("<HHiHHHHI", kind, 0, is_down, count, code, 0, unit, held)
        for (unit,) in struct.iter_unpack(
            "<H", text.encode("utf-16-le", "surrogatepass")
        )
    )


def pressed(text: str = "\0", code: int = 0, held: int = 0) -> bytes:
    """Return the records of keys that went down and up again."""
    return b"".join(
        event(char, code, held, is_down) for char in text for is_down in (True, False)
    )


def decoded(records: bytes) -> list[Key | str]:
    return EventDecoder(NAMES).feed(records)


# ---- keys and what they type


@pytest.mark.parametrize(
    ("code", "held", "key"),
    [
        (0x25, ENHANCED, Key.LEFT),
        (0x26, ENHANCED, Key.UP),
        (0x27, ENHANCED, Key.RIGHT),
        (0x28, ENHANCED, Key.DOWN),
        (0x24, ENHANCED, Key.HOME),
        (0x23, ENHANCED, Key.END),
        (0x2E, ENHANCED, Key.DELETE),
        (0x25, 0, Key.LEFT),  # of the number pad
        (0x25, ENHANCED | SHIFT, Key.LEFT),
        (0x25, ENHANCED | CTRL, Key.WORD_LEFT),
        (0x27, ENHANCED | LEFT_ALT, Key.WORD_RIGHT),
        (0x26, ENHANCED | CTRL, Key.UP),
    ],
)
def test_keys_that_type_nothing(code: int, held: int, key: Key) -> None:
    assert decoded(pressed(code=code, held=held)) == [key]


@pytest.mark.parametrize(
    ("text", "held", "key"),
    [
        ("\r", 0, Key.ENTER),
        ("\n", CTRL, Key.ENTER),
        ("\t", 0, Key.TAB),
        ("\x08", 0, Key.BACKSPACE),
        ("\x03", CTRL, Key.INTERRUPT),
        ("\x04", CTRL, Key.DELETE_OR_LEAVE),
        ("\x17", CTRL, Key.CUT_WORD),
        ("b", LEFT_ALT, Key.WORD_LEFT),
    ],
)
def test_keys_with_a_control_character(text: str, held: int, key: Key) -> None:
    assert decoded(pressed(text, held=held)) == [key]


@pytest.mark.parametrize("code", [0x21, 0x22, 0x2D, 0x70, 0x10, 0x11, ALT_KEY, MENU])
def test_a_key_that_means_nothing_types_nothing(code: int) -> None:
    """PageUp, PageDown, insert, F1, shift, ctrl, alt, the menu key."""
    data = pressed("a") + pressed(code=code, held=ENHANCED) + pressed("b")
    assert decoded(data) == ["a", "b"]


@pytest.mark.parametrize("text", ["\x1b", "\x00", "\x1f"])
def test_a_control_character_that_means_nothing_types_nothing(text: str) -> None:
    assert decoded(pressed("a") + pressed(text) + pressed("b")) == ["a", "b"]


@pytest.mark.parametrize("text", ["a", "à", "ß", "€", "漢", "\U0001f600", " "])
def test_text(text: str) -> None:
    """Also the letter à, which `msvcrt.getwch` does not tell from an arrow key."""
    assert decoded(event(text) + pressed("x")) == [text, "x"]


def test_a_character_may_come_in_two_reads() -> None:
    data = event("\U0001f600")
    decoder = EventDecoder(NAMES)
    assert decoder.feed(data[:20]) == []
    assert decoder.feed(data[20:]) == ["\U0001f600"]


def test_half_a_character_is_shown_as_such() -> None:
    for half in "\ud83d", "\ude00":
        assert "".join(map(str, decoded(event(half) + event("x")))) == "\ufffdx"


def test_altgr_types() -> None:
    assert decoded(pressed("@", held=RIGHT_ALT | CTRL)) == ["@"]


def test_alt_and_a_letter_types_nothing() -> None:
    assert decoded(pressed("x", held=LEFT_ALT)) == []


def test_a_character_may_be_typed_as_its_number() -> None:
    """So comes also what is pasted and no key of this keyboard types."""
    down = event(code=ALT_KEY, held=LEFT_ALT)
    digits = pressed(code=NUMPAD_2, held=LEFT_ALT) + pressed(code=0x25, held=LEFT_ALT)
    up = event("ä", code=ALT_KEY, is_down=False)
    assert decoded(down + digits + up) == ["ä"]


def test_a_key_that_is_held_repeats() -> None:
    assert decoded(event("a", count=3)) == ["a", "a", "a"]


@pytest.mark.parametrize("kind", [2, 4, 8, 16])
def test_other_events_are_no_keys(kind: int) -> None:
    """The mouse, a new size, a menu, the focus."""
    assert decoded(event("a", kind=kind)) == []


# ---- what comes together


def typed_in(*pieces: bytes, at_once: Iterable[bool] = ()) -> list[list[Key | str]]:
    """Return what comes of `pieces`; `at_once` tells whether the next is there."""
    left, ready = iter(pieces), iter(at_once)
    return list(typed(lambda: next(left, b""), lambda: next(ready, False), NAMES))


def test_each_line_that_is_typed_is_sent() -> None:
    pieces = [pressed(char) for char in "hi\ryou\r"]
    keys = [key for keys in typed_in(*pieces) for key in keys]
    assert keys == [*"hi", Key.ENTER, *"you", Key.ENTER]


@pytest.mark.parametrize("end", ["", "\r"])
def test_pasted_line_ends_and_tabs_are_blanks(end: str) -> None:
    (keys,) = typed_in(pressed(f"one\ttwo\rthree{end}"))
    assert keys == [*"one two three", *" " * len(end)]


def test_a_paste_may_come_in_several_pieces() -> None:
    pieces = pressed("one"), pressed("\r"), pressed("two"), pressed("\r")
    assert typed_in(*pieces, at_once=[True, True]) == [[*"one two"], [Key.ENTER]]


def test_keys_without_text_are_not_pasted() -> None:
    keys = pressed("\r\r\t") + pressed(code=0x26)
    assert typed_in(keys) == [[Key.ENTER, Key.ENTER, Key.TAB, Key.UP]]


def test_nothing_is_waited_for_after_one_key() -> None:
    assert typed_in(pressed("a"), pressed("b"), at_once=[True]) == [["a"], ["b"]]


def test_events_that_type_nothing_are_not_told() -> None:
    assert typed_in(event(kind=4), event("a", is_down=False), event("b")) == [["b"]]


# ---- on a real console

# A program with a console of its own that types something there.
_TYPING = """
import ctypes, msvcrt, os, struct, sys
from chat.terminal.keys import key_names
from chat.terminal.tty import has_escapes, read_input
os.dup2(os.open("CONIN$", os.O_RDWR | os.O_BINARY), 0)
units = struct.iter_unpack("<H", "Grüße \U0001f600\\r".encode("utf-16-le"))
records = b"".join(
    struct.pack("<HHiHHHHI", 1, 0, is_down, 1, 13 * (unit == 13), 0, unit, 0)
    for (unit,) in units for is_down in (1, 0)
)
console = ctypes.c_void_p(msvcrt.get_osfhandle(0))
count = ctypes.byref(ctypes.c_ulong())
kernel = ctypes.WinDLL("kernel32")
assert kernel.WriteConsoleInputW(console, records, len(records) // 20, count)
"""


def told_on_a_console(script: str) -> str:
    """Run `script` where something was typed, and return what it prints."""
    return subprocess.run(
        [sys.executable, "-X", "utf8", "-c", _TYPING + script],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=DEADLINE_S,
        check=True,
        creationflags=subprocess.CREATE_NO_WINDOW,  # that is: a console without one
    ).stdout.rstrip("\n")


on_windows = pytest.mark.skipif(sys.platform != "win32", reason="needs such a console")


@on_windows
def test_a_line_of_the_console_is_utf8_whatever_its_code_page() -> None:
    assert told_on_a_console("print(read_input().decode())") == "Grüße \U0001f600"


@on_windows
def test_the_keys_of_the_console_are_read() -> None:
    script = "from chat.terminal.windows import read_keys\n"
    script += "print(*next(read_keys(key_names())), sep='|')"
    assert told_on_a_console(script) == "|".join("Grüße \U0001f600 ")


@on_windows
def test_the_console_shows_colours_if_it_is_asked_to() -> None:
    script = "os.dup2(os.open('CONOUT$', os.O_RDWR), 2); print(has_escapes(2))"
    assert told_on_a_console(script) == "True"


@on_windows
def test_a_pipe_has_no_colours() -> None:
    assert told_on_a_console("print(has_escapes(1))") == "False"
