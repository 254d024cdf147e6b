"""Judges what a line buffer returns: the checks of steps 2 and 3 use it.

One thread, that of the check, enters.
"""

from lessons.checking.answer import Answer
from lessons.checking.diagnosis import Wrong

MANY = 4000  # lines: more than the calls that Python lets wait for each other


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


def see_many(answer: Answer) -> None:
    """Raise Wrong if many lines in one piece are too many for a recursion."""
    try:
        answer.module.LineBuffer().feed(b"\n" * MANY)
    except RecursionError as error:
        raise Wrong(
            "A function that calls itself fails when many lines come at once",
            seen=f"A buffer was fed a piece of {MANY:,} empty lines: RecursionError",
            expected=f"{MANY:,} empty lines",
            why="If a function calls itself for each line, all of these calls wait for "
            "each other. Python allows about a thousand.",
            look=answer.where(error),
        ) from None
