"""Step 1, the demo: a server that says when each of its calls begins and returns.

A thread plays the client, who takes its time; how threads work is step 5.
"""

import socket
import threading
import time

PAUSE_S = 1.0
_begun_at = time.monotonic()


def say(who: str, what: str) -> None:
    """Print a line with the time since the start."""
    print(f"{time.monotonic() - _begun_at:4.1f} s  {who}: {what}", flush=True)


def client(address: tuple[str, int]) -> None:
    """Connect, send a word and leave, with a pause before each."""
    time.sleep(PAUSE_S)
    say("client", "connects")
    with socket.create_connection(address) as connection:
        time.sleep(PAUSE_S)
        say("client", "sends b'hello'")
        connection.sendall(b"hello")
        time.sleep(PAUSE_S)
        say("client", "leaves")


def main() -> None:
    """Serve one client, and tell of every call."""
    listener = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=client, args=(listener.getsockname(),)).start()
    say("server", "accept() begins")
    connection, _ = listener.accept()
    say("server", "accept() returns: somebody has connected")
    data = b"anything"
    while data:
        say("server", "recv() begins")
        data = connection.recv(4096)
        say("server", f"recv() returns {data!r}")
    connection.close()
    listener.close()


if __name__ == "__main__":
    main()
