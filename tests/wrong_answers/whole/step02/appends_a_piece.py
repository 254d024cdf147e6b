# Diagnosis: append() is given more than one byte
"""Step 2: cut a stream of bytes into lines.

Run it:    python -m lessons.step02_framing.exercise
Check it:  python -m lessons check 2
"""


class LineBuffer:
    def __init__(self):
        self.tail = bytearray()
    def feed(self, data):
        lines = []
        *ended, rest = data.split(b"\n")
        for piece in ended:
            self.tail.append(piece)
            lines.append(self.tail.removesuffix(b"\r").decode(errors="replace"))
            self.tail.clear()
        self.tail.append(rest)
        return lines


def main() -> None:
    """Feed a buffer with pieces, and show what comes out."""
    buffer = LineBuffer()
    for piece in (b"@all hello\n@peo", b"ple\n\n@all caf\xc3", b"\xa9\r\n", b"half"):
        print(f"{piece!r:34} gives {buffer.feed(piece)}")


if __name__ == "__main__":
    main()
