"""Step 3, one good answer: a server that survives every goodbye, and every line."""

import socket
import sys

LIMIT = 100  # bytes in a line, its LF not counted
TOO_LONG = f"[ERROR] A line has at most {LIMIT} bytes; yours was thrown away\n".encode()


class LineBuffer:
    """The buffer of step 2, with a limit."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._tail = bytearray()  # of the unfinished line, unless it is too long
        self._is_too_long = False  # it is, and None has been given for it

    def feed(self, data: bytes) -> list[str | None]:
        """Take the next bytes; return the lines that they complete, as in step 2.

        - A line of more than LIMIT bytes is thrown away, all of it, up to its LF.
        - Instead of it, the list has one None. It comes as soon as the line is too
          long, without waiting for the LF.
        - So never more than LIMIT bytes are kept from one call to the next.
        """
        lines: list[str | None] = []
        *ended, rest = data.split(b"\n")
        for piece in ended:
            self._add(piece, lines)
            if not self._is_too_long:
                text = self._tail.removesuffix(b"\r").decode(errors="replace")
                lines.append(text)
            self._tail.clear()
            self._is_too_long = False
        self._add(rest, lines)
        return lines

    def _add(self, piece: bytes, lines: list[str | None]) -> None:
        """Add to the unfinished line; once it is too long, throw it away."""
        if self._is_too_long:
            return
        self._tail += piece
        if len(self._tail) > LIMIT:
            self._is_too_long = True
            self._tail.clear()
            lines.append(None)


def talk(connection: socket.socket) -> str:
    """Answer a client until it is gone; return how it went.

    - Each line goes back to the client, with an LF; TOO_LONG goes back for a line
      that is too long. The client stays.
    - At the end of file, return "left". An unfinished line is thrown away then.
    - When the connection breaks (ConnectionError), return "lost", whichever call
      raises the exception.
    - Any other exception is a bug, or ctrl-c. Do not catch it.
    """
    buffer = LineBuffer()
    try:
        while data := connection.recv(4096):
            for line in buffer.feed(data):
                connection.sendall(TOO_LONG if line is None else f"{line}\n".encode())
    except ConnectionError:
        return "lost"
    return "left"


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
