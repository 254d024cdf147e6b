"""A server that does what a test says, for one client."""

import socket

from tests.support import DEADLINE_S


class Scripted:
    """It listens on `port`; the test does the rest."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(DEADLINE_S)
        self.port = str(self._listener.getsockname()[1])

    def accept(self) -> socket.socket:
        sock, _ = self._listener.accept()
        sock.settimeout(DEADLINE_S)
        return sock

    def welcome(self) -> socket.socket:
        """Take a client in, whatever its name, as alice."""
        sock = self.accept()
        assert sock.recv(4096).endswith(b"\n")
        sock.sendall(b"[INFO] You are alice\n")
        return sock

    def receive_little(self) -> None:
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)

    def close(self) -> None:
        self._listener.close()


def read_all(sock: socket.socket) -> bytes:
    return b"".join(iter(lambda: sock.recv(4096), b""))
