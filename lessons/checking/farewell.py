"""Words that a server may take for the end, though they are lines like any other.

PURE.
"""

from lessons.checking.answer import Answer
from lessons.checking.diagnosis import Wrong, quoted

WORDS = (b"exit", b"quit", b"bye", b"@exit")


def ends_at(word: bytes, answer: Answer) -> Wrong:
    """Explain that a connection ends because a client has sent a word."""
    return Wrong(
        "A word in a line ends the connection",
        seen=f"{quoted(word)} was sent as a line, and the connection was closed",
        expected="An answer, as to any other line",
        why="A client that sends such a word may still be here. Only the end of the "
        "connection says that the client has left.",
        look=answer.line_with(word.decode(), own=True),
    )


def ends_at_an_empty_line(answer: Answer) -> Wrong:
    """Explain that a connection ends where a client sends a line without a word."""
    return Wrong(
        "An empty line ends the connection",
        seen="b'\\n' was sent, and the connection was closed",
        expected="An answer, as to any other line",
        why="An empty line is a line. Only b'' from recv(), or from readline(), says "
        "that the client has left.",
        look=answer.line_with(
            '== b""', "== b''", '== b"\\n"', "not line", "if line", "strip(", own=True
        )
        or answer.line_with("return", "break", own=True),
    )
