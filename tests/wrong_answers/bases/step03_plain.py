"""Step 3, another right answer: `add` says when a line has become too long."""

import socket
import sys

LIMIT = 100  # bytes in a line, its LF not counted
TOO_LONG = f"[ERROR] A line has at most {LIMIT} bytes; yours was thrown away\n".encode()


class LineBuffer:
    """The buffer of step 2, with a limit."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.tail = bytearray()
        self.too_long = False

    def feed(self, data: bytes) -> list[str | None]:
        """Take the next bytes; return the lines that they complete."""
        lines: list[str | None] = []
        *ended, rest = data.split(b"\n")
        for piece in ended:
            if self.add(piece):
                lines.append(None)
            if not self.too_long:
                lines.append(self.tail.removesuffix(b"\r").decode(errors="replace"))
            self.tail.clear()
            self.too_long = False
        if self.add(rest):
            lines.append(None)
        return lines

    def add(self, piece: bytes) -> bool:
        """Add a piece to the line; return True if it is too long now."""
        if self.too_long:
            return False
        self.tail += piece
        if len(self.tail) <= LIMIT:
            return False
        self.tail.clear()
        self.too_long = True
        return True


def talk(connection: socket.socket) -> str:
    """Answer a client until it is gone; return how it went."""
    buffer = LineBuffer()
    try:
        while data := connection.recv(4096):
            for line in buffer.feed(data):
                if line is None:
                    connection.sendall(TOO_LONG)
                else:
                    connection.sendall(line.encode() + b"\n")
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
