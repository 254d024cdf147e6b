"""Step 1, one good answer: an echo server, for one client after the other."""

import socket
import sys


def open_listener(port: int) -> socket.socket:
    """Return a socket that listens on this machine only, at `port`.

    The same port can be used again as soon as the server has ended.
    """
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen()
    return listener


def serve(listener: socket.socket) -> None:
    """Accept one client after the other, as long as the server runs.

    Send each client all of its bytes back, until it has no more. Then close its
    connection and accept the next one.
    """
    while True:
        connection, _ = listener.accept()
        with connection:
            while data := connection.recv(4096):
                connection.sendall(data)


def main() -> None:
    """Listen on port 12345, or on the one that is given; 0 means any free one."""
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 12345
    listener = open_listener(port)
    host, port = listener.getsockname()[:2]
    print(f"Listening on {host}:{port}", flush=True)
    serve(listener)


if __name__ == "__main__":
    main()
