"""Step 4, one good answer: a server that numbers lines, one client at a time."""

import socket
import sys

BOB_IS_ANSWERED_AT_S = 6  # when Ann has gone, and the server accepts him
CLEO_IS_ANSWERED_AT_S = 8  # Bob came first, though he says nothing for long
BOB_IS_READ_AT_S = 6  # what he sent has waited in the kernel, and so has his end


def talk(connection: socket.socket) -> None:
    """Send each line of one client back, with its number; return when it has gone."""
    number, rest = 0, b""
    try:
        while data := connection.recv(4096):
            *lines, rest = (rest + data).split(b"\n")
            for line in lines:
                number += 1
                connection.sendall(b"%d %s\n" % (number, line))
    except ConnectionError:
        pass  # it went without a goodbye, as in step 3


def serve(listener: socket.socket) -> None:
    """Serve one client after the other, without end, in the order in which they came.

    Serve each with `talk` until it has gone; then close its connection.
    """
    while True:
        connection, _ = listener.accept()
        with connection:
            talk(connection)


def main() -> None:
    """Listen on port 12345, or on the one that is given; 0 means any free one."""
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 12345
    listener = socket.create_server(("127.0.0.1", port))
    host, port = listener.getsockname()[:2]
    print(f"Listening on {host}:{port}", flush=True)
    serve(listener)


if __name__ == "__main__":
    main()
