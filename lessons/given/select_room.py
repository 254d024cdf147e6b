"""The chat room in one thread, as step 12 builds it: a server for other steps to use.

It is a finished answer to step 12, so do that step before you read on.  Step 14 tries
tests on it, and `python -m lessons compare` measures it.
"""

import contextlib
import select
import socket

from chat.config import Limits
from lessons.given.select_clients import Client, Clients, start

READ_BYTES = 8192


class SelectServer:
    """The room's sockets, and the loop that serves whichever of them is ready."""

    def __init__(self, listener: socket.socket, limits: Limits) -> None:
        self.listener = listener
        self.listener.setblocking(False)
        self.clients = Clients(limits)

    def run(self) -> None:
        """Serve forever: one turn, then close whoever is finished."""
        while True:
            self.turn()
            for client in self.clients.finished():
                self.clients.remove(client)
                client.sock.close()

    def accept(self) -> None:
        """Take in one new client."""
        with contextlib.suppress(OSError):  # it has gone again
            sock, _ = self.listener.accept()
            sock.setblocking(False)
            self.clients.add(sock)

    def turn(self) -> None:
        """Wait until a socket is ready, then serve all that are."""
        reading: list[socket.socket | Client] = [self.listener]
        reading += [client for client in self.clients if not client.ended]
        writing = [client for client in self.clients if client.backlog]
        patience_s = self.clients.patience_s()
        readable, writable, _ = select.select(reading, writing, [], patience_s)
        for one in readable:
            if isinstance(one, Client):
                self.read(one)
            else:
                self.accept()
        for client in writable:
            self.write(client)

    def read(self, client: Client) -> None:
        """Take what has come, and do what each whole line in it asks."""
        try:
            data = client.sock.recv(READ_BYTES)
        except OSError:
            self.clients.drop(client)
            return
        for line in client.lines.feed(data):
            self.clients.receive(client, line)
        if not data:
            self.clients.end(client)

    def write(self, client: Client) -> None:
        """Give the socket as much of the backlog as it takes, and keep the rest."""
        try:
            client.took(client.sock.send(client.backlog))
        except OSError:
            self.clients.drop(client)


def main() -> None:
    """Listen on port 12345, or on the one after --port; 0 means any free one."""
    with contextlib.suppress(KeyboardInterrupt):
        SelectServer(*start()).run()


if __name__ == "__main__":
    main()
