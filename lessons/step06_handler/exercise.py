"""Step 6: the server of step 5, as a handler of socketserver.

Run it:      python -m lessons.step06_handler.exercise
Talk to it:  python -m lessons talk     (from several terminals at once)
Check it:    python -m lessons check 6
"""

import contextlib
import socket
import socketserver
import sys
from typing import Any


class Handler(socketserver.StreamRequestHandler):
    """One client, in its own thread: sends each line back with its number."""

    def setup(self) -> None:
        """Prepare what lasts as long as this connection: its count of lines."""
        raise NotImplementedError("YOUR TURN")

    def handle(self) -> None:
        """Send each line back, with its number, until the client has gone.

        A connection that breaks off raises an OSError: its client has gone.
        """
        raise NotImplementedError("YOUR TURN")

    def finish(self) -> None:
        """Print `A client has gone after 3 lines`, with this client's count.

        In one piece, as in step 5; and even if `handle` ended with an exception.
        """
        raise NotImplementedError("YOUR TURN")


class Server(socketserver.ThreadingTCPServer):
    """Runs a Handler for each client, in a new thread.

    It can use its port even if another server has used it a moment ago.
    """

    # YOUR TURN: the one line that lets it use its port again.

    request_queue_size = 128  # the room in the backlog of step 4; 5 is the usual

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self._connections: list[socket.socket] = []

    def process_request(self, request: Any, client_address: Any) -> None:
        """Start the thread of a client; remember the connection for `stop`."""
        self._connections = [c for c in self._connections if c.fileno() >= 0]
        self._connections.append(request)
        super().process_request(request, client_address)

    def stop(self) -> None:
        """End all connections, and return when all threads have ended."""
        for connection in self._connections:
            with contextlib.suppress(OSError):  # it has gone before
                connection.shutdown(socket.SHUT_RDWR)
                if sys.platform == "win32":  # close() would wait there for `rfile`
                    socket.close(connection.detach())
        self.server_close()  # closes the listening socket, and joins the threads


def main() -> None:
    """Listen on port 12345, or on the one that is given; 0 means any free one.

    Serve until ctrl-c is pressed.
    """
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 12345
    server = Server(port)
    host, port = server.socket.getsockname()[:2]
    print(f"Listening on {host}:{port}", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        server.stop()


if __name__ == "__main__":
    main()
