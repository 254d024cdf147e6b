"""Step 3: a server that survives every goodbye, and every line.

Run it:      python -m lessons.step03_goodbye.exercise
Talk to it:  python -m lessons talk     (ctrl-c leaves)
Check it:    python -m lessons check 3
"""

import socket
import sys

LIMIT = 100  # bytes in a line, its LF not counted
TOO_LONG = f"[ERROR] A line has at most {LIMIT} bytes; yours was thrown away\n".encode()


class LineBuffer:
    """Your buffer of step 2, with a limit; begin with a copy of it."""

    def __init__(self) -> None:
        """Begin with nothing."""
        raise NotImplementedError("YOUR TURN")

    def feed(self, data: bytes) -> list[str | None]:
        """Take the next bytes; return the lines that they complete, as in step 2.

        - A line of more than LIMIT bytes is thrown away, all of it, up to its LF.
        - Instead of it, the list has one None. It comes as soon as the line is too
          long, without waiting for the LF.
        - So never more than LIMIT bytes are kept from one call to the next.
        """
        raise NotImplementedError("YOUR TURN")


def talk(connection: socket.socket) -> str:
    """Answer a client until it is gone; return how it went.

    - Each line goes back to the client, with an LF; TOO_LONG goes back for a line
      that is too long. The client stays.
    - At the end of file, return "left". An unfinished line is thrown away then.
    - When the connection breaks (ConnectionError), return "lost", whichever call
      raises the exception.
    - Any other exception is a bug, or ctrl-c. Do not catch it.
    """
    raise NotImplementedError("YOUR TURN")


def serve(listener: socket.socket) -> None:
    """Talk to one client after the other, and say how each went."""
    while True:
        connection, _ = listener.accept()
        with connection:
            print(f"The last client: {talk(connection)}", flush=True)


def main() -> None:
    """Listen on port 12345, or on the one that is given; 0 means any free one."""
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 12345
    with socket.create_server(("127.0.0.1", port)) as listener:
        host, port = listener.getsockname()[:2]
        print(f"Listening on {host}:{port}", flush=True)
        serve(listener)


if __name__ == "__main__":
    main()
