# Diagnosis: Each byte costs as much as all that waits
"""Step 2: cut a stream of bytes into lines.

Run it:    python -m lessons.step02_framing.exercise
Check it:  python -m lessons check 2
"""


class LineBuffer:
    def __init__(self):
        self.tail = []
    def feed(self, data):
        lines = []
        for byte in data:
            self.tail.append(byte)
            if 10 in self.tail:
                raw = bytes(self.tail[:-1]).removesuffix(b"\r")
                lines.append(raw.decode(errors="replace"))
                self.tail = []
        return lines


def main() -> None:
    """Feed a buffer with pieces, and show what comes out."""
    buffer = LineBuffer()
    for piece in (b"@all hello\n@peo", b"ple\n\n@all caf\xc3", b"\xa9\r\n", b"half"):
        print(f"{piece!r:34} gives {buffer.feed(piece)}")


if __name__ == "__main__":
    main()
