# Diagnosis: The limit is higher than LIMIT
"""Step 3: a server that survives every goodbye, and every line.

Run it:      python -m lessons.step03_goodbye.exercise
Talk to it:  nc 127.0.0.1 12345     (ctrl-c leaves)
Check it:    python -m lessons check 3
"""

import socket
import sys

LIMIT = 100  # bytes in a line, its LF not counted
TOO_LONG = f"[ERROR] A line has at most {LIMIT} bytes; yours was thrown away\n".encode()


class LineBuffer:
    def __init__(self):
        self.tail = bytearray()
        self.skip = False
    def feed(self, data):
        lines = []
        *ended, rest = data.split(b"\n")
        for piece in ended:
            self.add(piece, lines)
            if not self.skip:
                lines.append(self.tail.removesuffix(b"\r").decode(errors="replace"))
            self.tail.clear()
            self.skip = False
        self.add(rest, lines)
        return lines
    def add(self, piece, lines):
        if not self.skip:
            self.tail += piece
            if len(self.tail) > LIMIT + 1:
                self.skip = True
                self.tail.clear()
                lines.append(None)


def talk(connection):
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
