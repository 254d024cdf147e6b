"""The lines that wait for the screen.  Only the main thread uses it."""

from collections import deque
from collections.abc import Iterator

from chat.terminal import screen
from chat.terminal.screen import Line

# How much of what the server sends may wait: as much as is printed in a
# fraction of a second.
SHOWN_LINES = 500
SHOWN_CHARS = 64 * 1024


class Waiting:
    """The lines that are to be printed, and no more than can be printed soon.

    A line is shown as soon as it comes.  But many users together can send more than a
    slow terminal shows.  If all of it were printed, the screen would fall behind by
    ever more, and in the end the server would disconnect us.

    What answers a key comes before what others have sent and nobody has seen yet.
    """

    def __init__(self) -> None:
        self._own: deque[Line] = deque()
        self._lines: deque[Line] = deque()
        self._size = 0  # characters in `_lines`
        self._dropped = 0

    def add(self, line: Line) -> None:
        """Add a line; drop the oldest ones if that makes too much."""
        self._lines.append(line)
        self._size += len(line.start) + len(line.rest)
        while len(self._lines) > SHOWN_LINES or (
            self._size > SHOWN_CHARS and len(self._lines) > 1
        ):
            self._pop()
            self._dropped += 1

    def add_own(self, text: str, colour: str = "") -> None:
        """Add what answers a key."""
        self._own.append(Line(text, colour))

    def __bool__(self) -> bool:
        """Tell whether anything waits."""
        return bool(self._own or self._lines)

    def take(self) -> Iterator[Line]:
        """Take out one line after the other, until the caller has enough."""
        while self._own:
            yield self._own.popleft()
        if dropped := self._dropped:
            self._dropped = 0
            told = f"[INFO] {dropped:,} lines came too fast to be shown"
            yield Line(told, screen.INFO)
        while self._lines:
            yield self._pop()

    def _pop(self) -> Line:
        line = self._lines.popleft()
        self._size -= len(line.start) + len(line.rest)
        return line
