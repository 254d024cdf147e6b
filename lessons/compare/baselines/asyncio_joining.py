"""The asyncio server again, with one write for each client in a turn of the loop.

One thread, no lock.  What is meant for a client is collected.  It is written in one
piece when all clients that were ready in this turn of the loop have been served.
"""

import asyncio

from lessons.compare.baselines import asyncio_streams


class JoiningRoom(asyncio_streams.Room):
    """A room that collects first and writes later."""

    def __init__(self) -> None:
        super().__init__()
        self._waiting: dict[asyncio.StreamWriter, list[bytes]] = {}

    def send(self, writer: asyncio.StreamWriter, data: bytes) -> None:
        """Collect `data`; the first call in a turn of the loop schedules the flush."""
        if not self._waiting:
            asyncio.get_running_loop().call_soon(self._flush)
        self._waiting.setdefault(writer, []).append(data)

    def _flush(self) -> None:
        for writer, parts in self._waiting.items():
            super().send(writer, b"".join(parts))
        self._waiting.clear()


if __name__ == "__main__":
    asyncio.run(asyncio_streams.main(JoiningRoom()))
