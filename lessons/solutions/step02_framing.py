"""Step 2, one good answer: cut a stream of bytes into lines."""


class LineBuffer:
    """Turn the bytes of one client into lines, however they were cut.

    A server makes one for each client, and feeds it everything that `recv` returns.
    """

    def __init__(self) -> None:
        """Begin with nothing."""
        self._tail = bytearray()  # of the line whose end has not come yet

    def feed(self, data: bytes) -> list[str]:
        """Take the next bytes; return the lines that they complete, first one first."""
        lines = []
        *ended, rest = data.split(b"\n")
        for piece in ended:
            self._tail += piece
            lines.append(self._tail.removesuffix(b"\r").decode(errors="replace"))
            self._tail.clear()
        self._tail += rest
        return lines


def main() -> None:
    """Feed a buffer with pieces, and show what comes out."""
    buffer = LineBuffer()
    for piece in (b"@all hello\n@peo", b"ple\n\n@all caf\xc3", b"\xa9\r\n", b"half"):
        print(f"{piece!r:34} gives {buffer.feed(piece)}")


if __name__ == "__main__":
    main()
