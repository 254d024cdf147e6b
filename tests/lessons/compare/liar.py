"""A naive server that does one thing wrong, at its thirtieth public line or its first.

Run as `python -m tests.lessons.compare.liar --port 0 LIE`.
"""

import os
import sys
import threading

from lessons.compare.baselines import naive_threads

LIE_AT = 30
LOSES_THE_FIRST = "loses-the-first"


class LyingRoom(naive_threads.Room):
    """A room that tells the truth but once."""

    def __init__(self, lie: str) -> None:
        super().__init__()
        self._lie = lie
        self._lie_at = 1 if lie == LOSES_THE_FIRST else LIE_AT
        self._lines = 0
        self._kept = b""

    def _send_all(self, data: bytes, but: str) -> None:
        if data.startswith(b"[INFO]") or b"quiet" in data:
            super()._send_all(data, but)
            return
        self._lines += 1
        # Not the last that has joined: that may be the one for whom a sender waits.
        victim = max(name for name in self._members if name != but)
        for name, sock in self._members.items():
            if name != but:
                lies = name == victim and self._lines >= self._lie_at
                self._send(sock, self._bend(data) if lies else data)

    def _bend(self, data: bytes) -> bytes:
        """Return what the victim gets in the place of `data`."""
        first = self._lines == self._lie_at
        if self._lie in ("loses", LOSES_THE_FIRST):
            return b"" if first else data
        if self._lie == "doubles":
            return data * 2 if first else data
        if self._lie == "tears":
            return data[:20] + data[21:] if first else data
        if self._lie == "overtakes":
            return self._overtake(data)
        if self._lie == "mixes":
            return data[:40] + b"u0001: " + data[40:] if first else data
        if self._lie == "freezes":
            threading.Event().wait()
        print("boom", file=sys.stderr, flush=True)
        os._exit(3)

    def _overtake(self, data: bytes) -> bytes:
        """Let one line wait until the same sender's next has passed it."""
        if self._lines == self._lie_at:
            self._kept = data
            return b""
        if self._kept and data[:6] == self._kept[:6]:  # the sender's name
            data, self._kept = data + self._kept, b""
        return data


if __name__ == "__main__":
    how = sys.argv.pop()
    if how == "mute":
        threading.Event().wait()
    naive_threads.main(LyingRoom(how))
