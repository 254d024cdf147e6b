"""Step 1: an echo server, for one client after the other.

Run it:      python -m lessons.step01_one_client.exercise
Talk to it:  python -m lessons talk     (ctrl-c leaves)
Check it:    python -m lessons check 1
"""

import socket
import sys


def open_listener(port: int) -> socket.socket:
    """Return a socket that listens on this machine only, at `port`.

    The same port can be used again as soon as the server has ended.
    """
    raise NotImplementedError("YOUR TURN")


def serve(listener: socket.socket) -> None:
    """Accept one client after the other, as long as the server runs.

    Send each client all of its bytes back, until it has no more. Then close its
    connection and accept the next one.
    """
    raise NotImplementedError("YOUR TURN")


def main() -> None:
    """Listen on port 12345, or on the one that is given; 0 means any free one."""
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 12345
    listener = open_listener(port)
    host, port = listener.getsockname()[:2]
    print(f"Listening on {host}:{port}", flush=True)
    serve(listener)


if __name__ == "__main__":
    main()
