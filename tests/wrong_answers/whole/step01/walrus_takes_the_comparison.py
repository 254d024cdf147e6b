# Diagnosis: A comparison's True is taken for the bytes
"""Step 1: an echo server, for one client after the other.

Run it:      python -m lessons.step01_one_client.exercise
Talk to it:  nc 127.0.0.1 12345     (ctrl-c leaves)
Check it:    python -m lessons check 1
"""

import socket
import sys


def open_listener(port):
    return socket.create_server(("127.0.0.1", port))


def serve(listener):
    while True:
        connection, address = listener.accept()
        with connection:
            while data := connection.recv(4096) != b"":
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
