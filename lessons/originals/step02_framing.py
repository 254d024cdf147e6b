"""Step 2: cut a stream of bytes into lines.

Run it:    python -m lessons.step02_framing.exercise
Check it:  python -m lessons check 2
"""


class LineBuffer:
    """Turn the bytes of one client into lines, however they were cut.

    A server makes one for each client, and feeds it everything that `recv` returns.
    """

    def __init__(self) -> None:
        """Begin with nothing."""
        raise NotImplementedError("YOUR TURN")

    def feed(self, data: bytes) -> list[str]:
        """Take the next bytes; return the lines that they complete, first one first.

        - A line ends at LF (`\\n`) and nowhere else. The LF does not belong to
          the line, and neither does one CR (`\\r`) right before it.
        - Everything else is kept: spaces, other CRs, empty lines.
        - A piece without an LF waits for the next call.
        - A line is text, decoded as UTF-8. Bytes that are not UTF-8 become `\\ufffd`,
          as with `decode(errors="replace")`.
        - No call searches again what waits, or the lines that it has already found.
        """
        raise NotImplementedError("YOUR TURN")


def main() -> None:
    """Feed a buffer with pieces, and show what comes out."""
    buffer = LineBuffer()
    for piece in (b"@all hello\n@peo", b"ple\n\n@all caf\xc3", b"\xa9\r\n", b"half"):
        print(f"{piece!r:34} gives {buffer.feed(piece)}")


if __name__ == "__main__":
    main()
