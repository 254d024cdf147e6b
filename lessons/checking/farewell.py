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
