"""Step 12, another right answer: the loop asks for its listener."""

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
        """Serve for ever: one turn, then close whoever is finished."""
        while True:
            self.turn()
            for client in self.clients.finished():
                self.clients.remove(client)
                client.sock.close()

    def accept(self) -> None:
        """Take in one new client; nobody will ever wait for its socket."""
        with contextlib.suppress(OSError):  # it has gone again
            sock, _ = self.listener.accept()
            sock.setblocking(False)
            self.clients.add(sock)

    def turn(self) -> None:
        """Wait until a socket is ready, then serve all that are."""
        reading = [self.listener]
        for client in self.clients:
            if not client.ended:
                reading.append(client)
        writing = [client for client in self.clients if client.backlog]
        wait = self.clients.patience_s()
        readable, writable, _ = select.select(reading, writing, [], wait)
        for one in readable:
            if one is self.listener:
                self.accept()
            else:
                self.read(one)
        for client in writable:
            self.write(client)

    def read(self, client: Client) -> None:
        """Take what has come, and do what each whole line in it asks."""
        try:
            data = client.sock.recv(READ_BYTES)
        except OSError:
            self.clients.drop(client)
            return
        if data == b"":
            self.clients.end(client)
        for line in client.lines.feed(data):
            self.clients.receive(client, line)

    def write(self, client: Client) -> None:
        """Give the socket as much of the backlog as it takes, and keep the rest."""
        try:
            count = client.sock.send(client.backlog)
        except OSError:
            self.clients.drop(client)
        else:
            client.took(count)


def main() -> None:
    """Listen on port 12345, or on the one after --port; 0 means any free one."""
    with contextlib.suppress(KeyboardInterrupt):
        SelectServer(*start()).run()


if __name__ == "__main__":
    main()
