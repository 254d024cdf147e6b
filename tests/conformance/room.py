"""A running server, as the tests of this suite see it."""

import subprocess
from pathlib import Path

from tests.support import Client, until

# What keeps a test of something else from running into a limit.
# What keeps a test of something else from running into a limit on a busy machine.
FREE: dict[str, float] = {
    "rate": 0,
    "max_clients": 0,
    "max_pending": 0,
    "join_timeout": 0,
}


class Room:
    """A server that several tests use, one after the other, and its clients."""

    def __init__(
        self, process: subprocess.Popen[str], log: Path, client: type[Client] = Client
    ) -> None:
        self.process = process
        self.client = client
        self._log = log
        self._clients: list[Client] = []

    @property
    def address(self) -> tuple[str, int]:
        """Where it listens."""
        address: tuple[str, int] = self.process.address  # type: ignore[attr-defined]
        return address

    def connect(self, receive_bytes: int = 0) -> Client:
        """Return a new connection that has said nothing yet."""
        client = self.client(self.address, receive_bytes=receive_bytes)
        self._clients.append(client)
        return client

    def greeted(self) -> Client:
        """Return a new connection that has been asked for its name."""
        client = self.connect()
        assert client.line().startswith("[INFO] ")
        return client

    def let_in(self) -> Client:
        """Return a greeted connection; others may still be on their way out."""
        tries = (self.connect() for _ in iter(int, 1))
        return next(c for c in tries if c.line().startswith("[INFO] "))

    def join(self, name: str, receive_bytes: int = 0) -> Client:
        """Return a newcomer; what it gets next is the first line after the welcome."""
        return self.connect(receive_bytes).join(name)

    def people(self, *names: str) -> list[Client]:
        """Return clients with these names that have nothing left to read."""
        clients = [self.join(name) for name in names]
        for index, client in enumerate(clients):
            for name in names[index + 1 :]:
                assert client.line() == f"[INFO] {name} joined"
        return clients

    def log(self) -> str:
        """Return the log so far."""
        return self._log.read_text(errors="backslashreplace")

    def clear(self) -> None:
        """End all clients and wait until the room is empty; the server must live."""
        for client in self._clients:
            client.close()
        self._clients.clear()
        assert self.process.poll() is None, "the server is gone"
        assert "Traceback" not in self.log()
        probe = self.let_in()
        probe.send("probe")
        assert probe.lines(2)[0] == "[INFO] You are probe"
        until(lambda: probe.settle() == [] and self._alone(probe), "an empty room")
        probe.leave()
        for client in self._clients:
            client.close()
        self._clients.clear()

    def _alone(self, probe: Client) -> bool:
        probe.send("@people")
        line = probe.line()
        while line.startswith("[INFO] "):
            line = probe.line()
        return line == "No other users connected"
