"""What was said to everyone, for those who come later.

The room adds each message in the block in which it posts the letter (see room.py).
So the history has the one order in which everyone has seen the messages.  It has no
lock: the room uses it only under the lock of the registry.

It is memory alone.  A message is one append to a deque, which forgets the oldest one by
itself.
"""

import functools
import time
from collections import defaultdict, deque

from chat import config
from chat.wire.answers import format_history


class History:
    """The last messages of each room, by the key of the room's name."""

    def __init__(self, kept: int = config.HISTORY_LINES) -> None:
        """`kept` is how many for each room; 0 is none."""
        self.kept = kept
        self._rooms: defaultdict[str, deque[tuple[float, bytes]]] = defaultdict(
            lambda: deque(maxlen=kept)
        )

    def add(self, room: str, line: bytes) -> None:
        """Keep a message, as it goes over the wire."""
        self._rooms[room].append((time.time(), line))

    def forget(self, room: str) -> None:
        """Forget a room, because it has ended."""
        self._rooms.pop(room, None)

    def recall(self, room: str, name: str, count: int) -> bytes:
        """Return the last `count` messages of a room as an answer; `name` is its name.

        There are fewer if they are long.  Otherwise a short command would make a very
        long answer, and whoever sent it again and again could not read so much.
        """
        lines: deque[bytes] = deque()
        free = config.HISTORY_BYTES
        for said_at, line in reversed(self._rooms.get(room, ())):
            free -= len(line)
            if len(lines) == count or free < 0:
                break
            lines.appendleft(_clock(int(said_at) // 60) + line)
        return format_history(name, lines)


@functools.lru_cache(maxsize=256)  # few of the messages differ in it
def _clock(minute: int) -> bytes:
    return time.strftime("[%H:%M] ", time.localtime(minute * 60)).encode()
