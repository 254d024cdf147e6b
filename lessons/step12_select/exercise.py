"""Step 12: the chat room in one thread.

Run it:      python -m lessons.step12_select.exercise
Talk to it:  python -m lessons talk     (in three terminals; ctrl-c leaves)
Check it:    python -m lessons check 12
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
        """Serve without end: one turn, then close the clients that are finished."""
        while True:
            self.turn()
            for client in self.clients.finished():
                self.clients.remove(client)
                client.sock.close()

    def accept(self) -> None:
        """Accept one new client; no call will ever wait for its socket."""
        with contextlib.suppress(OSError):  # it has gone again
            sock, _ = self.listener.accept()
            sock.setblocking(False)
            self.clients.add(sock)

    def turn(self) -> None:
        """Wait until a socket is ready, then serve all that are.

        Wait for the listener, and for each client that may still send (until `ended`).
        Also wait for room in the socket of each client that has a backlog.  Wait at
        most `self.clients.patience_s()`.  Then `accept`, `read`, `write`.
        """
        raise NotImplementedError("YOUR TURN")

    def read(self, client: Client) -> None:
        """Take what has come, and do what each complete line in it asks.

        `client.lines` (a LineBuffer) makes lines of bytes; `self.clients.receive`
        does what one of them asks.  At the end of file: `self.clients.end(client)`;
        when the connection is broken: `self.clients.drop(client)`.
        """
        raise NotImplementedError("YOUR TURN")

    def write(self, client: Client) -> None:
        """Give the socket as much of the backlog as it takes, and keep the rest.

        `client.took(count)` says how many bytes that was.  When the connection is
        broken: `self.clients.drop(client)`.
        """
        raise NotImplementedError("YOUR TURN")


def main() -> None:
    """Listen on port 12345, or on the one after --port; 0 means any free one."""
    with contextlib.suppress(KeyboardInterrupt):
        SelectServer(*start()).run()


if __name__ == "__main__":
    main()
