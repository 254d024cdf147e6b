"""The asyncio server, as a good engineer writes it with streams.

One thread, no lock: between two `await` nothing else runs.  Each line is written to
each receiver at once.  Nobody awaits the `drain` of another client, so a slow reader
delays nobody.  It is cut off when too much is waiting for it.
"""

import asyncio

from lessons.compare.baselines import common


class Room:
    """Who is online."""

    def __init__(self) -> None:
        self._members: dict[str, asyncio.StreamWriter] = {}

    def send(self, writer: asyncio.StreamWriter, data: bytes) -> None:
        """Write `data` without waiting; cut off a client that does not read."""
        if writer.transport.get_write_buffer_size() > common.WAITING_BYTES:
            writer.transport.abort()
        else:
            writer.write(data)

    def send_all(self, data: bytes, but: str) -> None:
        """Send `data` to everyone but one."""
        for name, writer in self._members.items():
            if name != but:
                self.send(writer, data)

    def run(self, name: str, line: bytes) -> None:
        """Do what the `line` of `name` says."""
        target, text = common.command(line)
        if target == "all":
            self.send_all(common.to_all(name, text), but=name)
        elif target == "people":
            others = [other for other in self._members if other != name]
            self.send(self._members[name], common.people(others))
        elif target in self._members:
            self.send(self._members[target], common.private(name, text))
        else:
            self.send(self._members[name], common.NOBODY)

    async def serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Serve one client until it closes."""
        try:
            writer.write(common.ASK)
            name = (await reader.readline()).strip().decode()
            if name and name not in self._members:
                await self._stay(name, reader, writer)
            else:
                writer.write(common.TAKEN)
        except ConnectionError:
            pass  # it has gone
        finally:
            writer.close()

    async def _stay(
        self, name: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.send(writer, common.welcome(name))
        self.send_all(common.joined(name), but=name)
        self._members[name] = writer
        try:
            while line := await reader.readline():
                self.run(name, line)
                await writer.drain()  # its own answers: if it asks, it must also read
        finally:
            del self._members[name]
            self.send_all(common.left(name), but=name)


async def main(room: Room) -> None:
    """Accept clients until the process ends."""
    server = await asyncio.start_server(room.serve, sock=common.listen())
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(Room()))
