# Diagnosis: Bytes that are no UTF-8 end the server
"""Step 2: cut a stream of bytes into lines."""


class LineBuffer:
    """Turn the bytes of one client into lines, however they were cut.

    A server makes one for each client, and feeds it with all that `recv` returns.
    """

    def __init__(self) -> None:
        """Begin with nothing."""
        self.tail = b""

    def feed(self, data: bytes) -> list[str]:
        """Take the next bytes; return the lines that they complete, first one first.

        - A line ends at LF (`\\n`) and nowhere else. The LF is no part of the line,
          and one CR (`\\r`) right before it is none either.
        - All else is kept: spaces, other CRs, empty lines.
        - What has no LF yet waits for the next call.
        - A line is text, decoded as UTF-8; bytes that are no UTF-8 become `\\ufffd`,
          as `decode(errors="replace")` does it.
        - No call goes again through what waits, or through lines already found.
        """
        *lines, self.tail = (self.tail + data).split(b"\n")
        return [line.removesuffix(b"\r").decode() for line in lines]


def main() -> None:
    """Feed a buffer with pieces, and show what comes out."""
    buffer = LineBuffer()
    for piece in (b"@all hello\n@peo", b"ple\n\n@all caf\xc3", b"\xa9\r\n", b"half"):
        print(f"{piece!r:34} gives {buffer.feed(piece)}")


if __name__ == "__main__":
    main()
