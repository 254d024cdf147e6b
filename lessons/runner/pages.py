"""Text that comes bit by bit, and stops before it scrolls out of the window.

One thread.  Where nobody can press a key, nothing stops.
"""

import shutil

from lessons.runner.screen import Screen
from lessons.runner.wrapping import rows_of

OWN_ROWS = 2  # the line with the question, and the command that was typed


class Pages:
    """The window's rows, and how many of them have been used since the last key."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self._used = 0

    @property
    def has_keys(self) -> bool:
        """Whether there is somebody who can press a key."""
        return self._screen.is_dialogue

    @property
    def is_new(self) -> bool:
        """Whether nothing has been printed since the last key."""
        return self._used == 0

    @property
    def room(self) -> int:
        """Return how many rows a page has."""
        return max(1, shutil.get_terminal_size().lines - OWN_ROWS)

    def has_room_for(self, lines: list[str]) -> bool:
        """Tell whether nothing would scroll out of the window."""
        return self._used + self._rows(lines) <= self.room

    def write(self, *lines: str) -> None:
        """Print lines, and wait for a key before the first would scroll out."""
        for line in lines:
            if self._used and not self.has_room_for([line]):
                self.turn("go on")
            self._screen.write(line)
            self._used += self._rows([line])

    def turn(self, what: str) -> None:
        """Wait for Enter; what is on the screen may scroll out now."""
        if self.has_keys:
            self._screen.ask(f"-- Enter: {what} -- ")
        self.forget()

    def count(self, rows: int) -> None:
        """Count rows that somebody else has printed."""
        self._used += rows

    def forget(self) -> None:
        """Let what is on the screen scroll out."""
        self._used = 0

    def _rows(self, lines: list[str]) -> int:
        columns = shutil.get_terminal_size().columns
        return sum(rows_of(line, columns) for line in lines)
