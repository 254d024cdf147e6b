"""Step 2, another right answer: the pieces of an unfinished line wait in a list."""


class LineBuffer:
    """Turn the bytes of one client into lines, however they were cut."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.pieces: list[bytes] = []

    def feed(self, data: bytes) -> list[str]:
        """Take the next bytes; return the lines that they complete."""
        first, *others = data.split(b"\n")
        self.pieces.append(first)
        if not others:
            return []
        *lines, rest = b"".join(self.pieces), *others
        self.pieces = [rest]
        return [line.removesuffix(b"\r").decode(errors="replace") for line in lines]


def main() -> None:
    """Feed a buffer with pieces, and show what comes out."""
    buffer = LineBuffer()
    for piece in (b"@all hello\n@peo", b"ple\n\n@all caf\xc3", b"\xa9\r\n", b"half"):
        print(f"{piece!r:34} gives {buffer.feed(piece)}")


if __name__ == "__main__":
    main()
