"""Step 3, the demo: three goodbyes, and a server that is prepared for none."""

import socket
import threading
import time

from lessons.checking import Peer

PAUSE_S = 1.0
_begun_at = time.monotonic()


def say(who: str, what: str) -> None:
    """Print a line with the time since the start."""
    print(f"{time.monotonic() - _begun_at:4.1f} s  {who}: {what}", flush=True)


def visit(client: Peer) -> None:
    """Say hello, stay for a while in silence, and leave."""
    say("client 1", "sends b'hello\\n'")
    client.send(b"hello\n")
    time.sleep(PAUSE_S)
    say("client 1", "leaves")
    client.close()


def read_badly(connection: socket.socket, end_at: float) -> None:
    """Read in a loop that nothing ends, but for the demo's sake at `end_at`."""
    calls, before_s = 0, time.process_time()
    while time.monotonic() < end_at:
        data = connection.recv(4096)
        calls += 1
        if calls <= 4:
            used_s = time.process_time() - before_s
            say("server", f"recv() returns {data!r}; processor: {used_s:.2f} s")
    used_s = time.process_time() - before_s
    say("server", f"recv() has returned {calls:,} times; processor: {used_s:.2f} s")


def read_after_reset(connection: socket.socket) -> None:
    """Read from a connection that the other side has torn down."""
    try:
        connection.recv(4096)
    except ConnectionError as error:
        say("server", f"recv() raises {type(error).__name__}")


def wait_for_a_line(connection: socket.socket, size: int) -> None:
    """Keep what comes until a line is whole; stop at `size`, for the demo's sake."""
    tail = bytearray()
    while len(tail) < size:
        data = connection.recv(4096)
        tail += data
        if b"\n" in data:
            break
    say("server", f"has no whole line yet, and keeps {len(tail):,} bytes")


def main() -> None:
    """Play three clients and their server."""
    listener = socket.create_server(("127.0.0.1", 0))

    client = Peer(listener.getsockname())
    connection, _ = listener.accept()
    threading.Thread(target=visit, args=(client,)).start()
    read_badly(connection, time.monotonic() + 2 * PAUSE_S)

    client = Peer(listener.getsockname())
    connection, _ = listener.accept()
    say("client 2", "breaks off, without a goodbye")
    client.reset()
    read_after_reset(connection)

    client = Peer(listener.getsockname())
    connection, _ = listener.accept()
    say("client 3", "sends 10 MB without an LF")
    threading.Thread(target=client.send, args=(b"x" * 10_000_000,)).start()
    wait_for_a_line(connection, 10_000_000)


if __name__ == "__main__":
    main()
