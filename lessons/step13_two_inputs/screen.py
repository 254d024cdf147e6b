"""What is given in step 13: the room's own terminal and connection, made small.

One thread may run `Screen.keys()`, one `lines()`.  All else of a Screen belongs to
one thread, its owner; there is no lock.
"""

import contextlib
import itertools
import socket
from collections.abc import Iterator

from chat.client.connection import received
from chat.terminal.editor import Editor
from chat.terminal.keys import Key
from chat.terminal.screen import Line, Terminal

PROMPT = "> "


def lines(sock: socket.socket) -> Iterator[str]:
    """Yield each line of the server, until it is gone. Blocks."""
    for found in received(sock):
        yield from found


class Screen:
    """The keys, a row to type in, and above it all that was said."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal
        self._editor = Editor()

    @contextlib.contextmanager
    def session(self) -> Iterator[None]:
        """Make the terminal ready, as in `with screen.session():`.

        At the end of the block the terminal is as it was before.
        """
        with self._terminal.session():
            self._draw([])
            yield

    def keys(self) -> Iterator[Key | str]:
        """Yield each key, until the terminal is gone. Blocks."""
        yield from itertools.chain.from_iterable(self._terminal.keys())

    def press(self, key: Key | str) -> str | None:
        """Do what a key asks, in the row; return the line that it finishes, or None.

        A finished line is moved above. Raise EOFError for ctrl-d on an empty row.
        """
        if key is Key.INTERRUPT:  # on Windows; elsewhere it is a signal
            raise KeyboardInterrupt
        if key is Key.DELETE_OR_LEAVE and not self._editor.text:
            raise EOFError
        line = self._editor.press(key)
        self._draw([] if line is None else [PROMPT + line])
        return line

    def show(self, line: str) -> None:
        """Print a line above the row, which stays as it is."""
        self._draw([line])

    def _draw(self, above: list[str]) -> None:
        self._terminal.show([Line(line) for line in above], PROMPT, self._editor)
