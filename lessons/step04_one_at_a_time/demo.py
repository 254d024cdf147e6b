"""Step 4, the demo: while Ann is served, Bob connects, speaks, and waits.

The main thread is the server.  Another one plays both clients, one call at a time.
"""

import socket
import threading
import time

PAUSE_S = 0.5
_begun_at = time.monotonic()


def say(who: str, what: str) -> None:
    """Print a line with the time since the start."""
    print(f"{time.monotonic() - _begun_at:4.1f} s  {who}: {what}", flush=True)


def clients(address: tuple[str, int]) -> None:
    """Let Ann be served, and Bob come while she is."""
    say("Ann", "connects")
    ann = socket.create_connection(address)
    ann.sendall(b"hello\n")
    say("Ann", f"sent hello, got {ann.recv(4096)!r}")

    time.sleep(PAUSE_S)
    say("Bob", "connects")
    bob = socket.create_connection(address)
    say("Bob", "is connected")
    bob.sendall(b"hi\n")
    say("Bob", "has sent hi, and waits")
    bob.settimeout(2 * PAUSE_S)
    try:
        bob.recv(4096)
    except TimeoutError:
        say("Bob", "has got no answer yet, and no error")

    ann.sendall(b"still here\n")
    say("Ann", f"sent still here, got {ann.recv(4096)!r}")
    time.sleep(PAUSE_S)
    say("Ann", "leaves")
    ann.close()
    say("Bob", f"got {bob.recv(4096)!r}")
    bob.close()


def talk(connection: socket.socket) -> None:
    """Send each piece back, with its number, until the client has gone."""
    number = 0
    while data := connection.recv(4096):
        number += 1
        connection.sendall(b"%d %s" % (number, data))


def main() -> None:
    """Serve two clients, one at a time."""
    listener = socket.create_server(("127.0.0.1", 0))
    player = threading.Thread(target=clients, args=(listener.getsockname(),))
    player.start()
    for number in (1, 2):
        connection, _ = listener.accept()
        say("server", f"client {number} accepted")
        talk(connection)
        connection.close()
    player.join()
    listener.close()


if __name__ == "__main__":
    main()
