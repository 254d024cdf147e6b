"""Judges what a line buffer has returned before: the checks of steps 2 and 3 use it.

One thread, that of the check, enters.
"""

from lessons.checking.answer import Answer
from lessons.checking.diagnosis import Wrong


def see_kept(answer: Answer) -> None:
    """Raise Wrong if a later call changes what an earlier one has returned."""
    buffer = answer.module.LineBuffer()
    first = buffer.feed(b"hello\n")
    before = list(first)
    for piece in (b"bye\n", b"half", b" a line\n"):
        buffer.feed(piece)
    if first != before:
        raise Wrong(
            "A later call changes what an earlier one has returned",
            seen=f"feed(b'hello\\n') returned {before}; after further calls that list "
            f"is {first}",
            expected="A new list from each call",
            why="The code that got the lines may still be using them.",
            look=answer.line_with("return", within="feed")
            or answer.line_with("def feed("),
        )
