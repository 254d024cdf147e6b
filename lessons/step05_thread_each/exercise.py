"""Step 5: a server that numbers lines, with a thread for each client.

Run it:      python -m lessons.step05_thread_each.exercise
Talk to it:  python -m lessons talk     (from several terminals at once)
Check it:    python -m lessons check 5
"""

import contextlib
import socket
import sys
import threading

POLL_S = 0.2  # how often the main thread looks whether ctrl-c was pressed

Client = tuple[socket.socket, threading.Thread]


def talk(connection: socket.socket) -> None:
    """Send each line of one client back, with its number, until it has gone."""
    number, rest = 0, b""
    with connection:
        try:
            while data := connection.recv(4096):
                *lines, rest = (rest + data).split(b"\n")
                for line in lines:
                    number += 1
                    connection.sendall(b"%d %s\n" % (number, line))
        except OSError:
            pass  # it went without a goodbye, or `stop` has closed the connection
    # With its "\n": print() would write that by itself, after another thread's text.
    print(f"A client has gone after {number} lines\n", end="", flush=True)


def welcome(connection: socket.socket) -> threading.Thread:
    """Start a thread that runs `talk` for this client; return the thread at once."""
    raise NotImplementedError("YOUR TURN")


def stop(clients: list[Client]) -> None:
    """End all connections, and return when all threads have ended, in under a second.

    Some of the clients may have gone already. Then their connections are closed.
    """
    raise NotImplementedError("YOUR TURN")


def main() -> None:
    """Listen on port 12345, or on the one that is given; 0 means any free one.

    Serve until ctrl-c is pressed.
    """
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 12345
    listener = socket.create_server(("127.0.0.1", port))
    listener.settimeout(POLL_S)  # on Windows, ctrl-c does not interrupt accept()
    host, port = listener.getsockname()[:2]
    print(f"Listening on {host}:{port}", flush=True)
    clients: list[Client] = []
    try:
        while True:
            with contextlib.suppress(TimeoutError):
                connection, _ = listener.accept()
                clients = [client for client in clients if client[1].is_alive()]
                clients.append((connection, welcome(connection)))
    except KeyboardInterrupt:
        listener.close()
        stop(clients)


if __name__ == "__main__":
    main()
