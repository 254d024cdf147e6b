"""Step 6, the demo: a handler that returns after one line, and what happens around it.

The main thread runs the server.  Another one plays the clients.
"""

import socket
import socketserver
import threading
import time
from typing import Any

PAUSE_S = 0.5
_begun_at = time.monotonic()


def say(who: str, what: str) -> None:
    """Print a line with the time since the start."""
    print(f"{time.monotonic() - _begun_at:4.1f} s  {who}: {what}", flush=True)


def me() -> str:
    """Return the name of the thread that calls."""
    return threading.current_thread().name.split()[0]


class Handler(socketserver.StreamRequestHandler):
    """Reads one line, and tells of each of its methods."""

    def setup(self) -> None:
        """Prepare the connection."""
        say(me(), "setup()")
        super().setup()

    def handle(self) -> None:
        """Answer one line."""
        say(me(), "handle() begins")
        self.wfile.write(b"Welcome\n")
        line = self.rfile.readline()
        self.wfile.write(line)
        say(me(), f"handle() has answered {line!r}")
        say(me(), "handle() returns")

    def finish(self) -> None:
        """Put away what setup made."""
        say(me(), "finish()")
        super().finish()


class Server(socketserver.ThreadingTCPServer):
    """Tells of what it does before and after the handler."""

    def process_request(self, request: Any, client_address: Any) -> None:
        """Start a thread for a new client."""
        say(me(), "has accepted a client, and starts a thread")
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Close a connection."""
        say(me(), "the connection is closed")
        super().shutdown_request(request)


def clients(server: Server) -> None:
    """Let Ann send two lines, then Bob one; then stop the server."""
    try:
        visit("Ann", b"hello\nstill here\n", server)
        visit("Bob", b"hi\n", server)
    finally:
        server.shutdown()


def visit(who: str, lines: bytes, server: Server) -> None:
    """Connect, send, and see what comes."""
    say(who, "connects")
    with socket.create_connection(server.socket.getsockname()) as client:
        client.recv(4096)  # the welcome
        time.sleep(PAUSE_S)
        say(who, f"sends {lines!r}")
        client.sendall(lines)
        client.shutdown(socket.SHUT_WR)  # no more will come
        say(who, f"got {client.recv(4096)!r}, then {client.recv(4096)!r}")
    time.sleep(PAUSE_S)


def main() -> None:
    """Serve until the clients' thread stops the server."""
    with Server(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=clients, args=(server,), name="clients").start()
        server.serve_forever(poll_interval=0.1)


if __name__ == "__main__":
    main()
