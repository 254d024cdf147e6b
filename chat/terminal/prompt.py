"""A row to type in, below what a program prints in several threads.

It is what the server's console needs of a terminal.  `screen.py` does more, but a
client leaves the whole process to it: the signals, and the main thread.  Here any
thread may print, so there is a lock, and one thread reads the keys.

A server may be put into the background.  Then the shell has the keys.  So the reading
thread looks now and then whether the terminal is ours, and sets its mode again if the
shell has changed it.

Not for Windows: its consoles have their own row, and recall what was typed.
"""

import contextlib
import select
import sys
import threading
import time
from collections.abc import Iterator

from chat.terminal.editor import Editor
from chat.terminal.keys import Key, KeyDecoder, key_names
from chat.terminal.tty import is_in_foreground, read_input, screen_size, write_raw
from chat.wire.framing import NOT_UTF8, Fault

if sys.platform != "win32":
    import termios

    from chat.terminal.tty import key_mode, set_mode

LOOK_S = 0.5  # how soon the reading thread sees that the terminal is ours again
_ERASE_ROW = "\r\x1b[K"


class Prompt:
    """The last row of the terminal, and an editor for it."""

    def __init__(self) -> None:
        """Raise ImportError without readchar."""
        self._decoder = KeyDecoder(key_names())  # of the reading thread alone
        self._lock = threading.Lock()  # guards all below, and the row on the screen
        self._editor = Editor()
        self._saved: list[object] | None = None  # the mode to put back, if we set one
        self._is_closed = False

    def print(self, text: str) -> None:
        """Print lines above the row; block while the terminal takes nothing.

        Any thread may call it.
        """
        with self._lock:
            self._draw(f"{text}\n")

    def lines(self) -> Iterator[str | Fault]:
        """Yield what is typed, until ctrl-d on an empty row.  Blocks."""
        with contextlib.suppress(OSError):  # the terminal is gone
            while data := self._read():
                for key in self._decoder.feed(data):
                    if key is Key.DELETE_OR_LEAVE and not self._editor.text:
                        return
                    line = self._press(key)
                    if line is not None:
                        yield NOT_UTF8 if "\ufffd" in line else line

    def take_over(self) -> bool:
        """Make the terminal ours if it is not; tell whether the row is closed.

        A ctrl-d that is typed before is lost: the terminal itself has taken it.
        """
        with self._lock:
            if sys.platform != "win32" and not self._is_closed and is_in_foreground():
                mode = termios.tcgetattr(0)
                if mode[3] & termios.ICANON:
                    self._saved = mode
                    set_mode(key_mode(mode))
                    self._draw("")
            return self._is_closed

    def close(self, patience_s: float) -> None:
        """Put the terminal back, unless another thread is writing to it for so long."""
        if not self._lock.acquire(timeout=patience_s):
            return
        if self._editor.text:
            write_raw("\n")  # it stays on the screen
        self._is_closed = True
        if sys.platform != "win32" and self._saved and is_in_foreground():
            set_mode(self._saved, termios.TCSANOW)
        self._lock.release()

    # ---- the reading thread

    def _press(self, key: Key | str) -> str | None:
        with self._lock:
            line = self._editor.press(key)
            self._draw("" if line is None else f"{line}\n")
            return line

    def _read(self) -> bytes:
        """Return the bytes that were typed for us; in the background, wait."""
        while not self.take_over():
            if not select.select([0], [], [], LOOK_S)[0]:
                # The bytes of a key come together, and so does what is pasted.
                self._decoder.give_up()
                self._decoder.end_paste()
            elif is_in_foreground():
                return read_input()
            else:
                time.sleep(LOOK_S)
        return b""

    # ---- any thread

    def _draw(self, above: str) -> None:
        """Print `above`, and the row again below it, in one write; needs the lock."""
        if self._is_closed or not self._saved or not is_in_foreground():
            write_raw(above)
            return
        with contextlib.suppress(OSError):  # the terminal is gone
            before, after = self._editor.view(max(4, screen_size()[0] - 1))
            back = f"\r{before}" if after else ""
            write_raw(f"{_ERASE_ROW}{above}{before}{after}{back}")
