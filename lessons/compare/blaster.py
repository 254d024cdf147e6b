"""A server that only sends, as fast as its sockets take it.

It shows how much the generator can receive.  Clients join it as they join the naive
server.  On `@blast` it sends all of them the lines of ten senders who do not exist.
These lines are made beforehand, in pieces.  A piece is what ten senders say at once,
with eight lines in flight each.
"""

from lessons.compare.baselines import naive_threads
from lessons.compare.script import Script

SENDERS = [f"b{i}" for i in range(10)]
BURST = 8  # lines of each sender, in a piece
PIECES = 400
LINES = PIECES * BURST * len(SENDERS)


def pieces() -> list[bytes]:
    """Make all pieces."""
    script = Script(SENDERS)
    return [
        b"".join(
            script.heard(sender, number)
            for sender in range(len(SENDERS))
            for number in range(piece * BURST, (piece + 1) * BURST)
        )
        for piece in range(PIECES)
    ]


class BlastingRoom(naive_threads.Room):
    """A room with one more command."""

    def __init__(self) -> None:
        super().__init__()
        self._pieces = pieces()

    def run(self, name: str, line: bytes) -> None:
        """Do what the `line` of `name` says."""
        if line != b"@blast\n":
            super().run(name, line)
            return
        with self._lock:
            for piece in self._pieces:
                self._send_all(piece, but="")


if __name__ == "__main__":
    naive_threads.main(BlastingRoom())
