"""Words that a server may take for the end, though they are lines like any other.

PURE.
"""

import ast
import re

from lessons.checking.answer import Answer
from lessons.checking.diagnosis import Wrong, quoted

WORDS = (b"exit", b"quit", b"bye", b"@exit")
_IS_A_WORD = re.compile(rb"[!-~]{1,20}").fullmatch


def words(answer: Answer) -> list[bytes]:
    """Return WORDS, and those that the answer has for something, perhaps for the end.

    A line with any of them is a line like others.
    """
    found = dict.fromkeys(WORDS)
    for node in ast.walk(answer.tree):
        match node:
            case ast.Constant(value=str() | bytes() as value):
                text = value if isinstance(value, str) else value.decode("latin-1")
                word = text.strip().encode("utf-8", "replace")
                if _IS_A_WORD(word):
                    found[word] = None
    return list(found)


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
