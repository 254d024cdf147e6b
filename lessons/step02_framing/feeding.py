"""Feeds the learner's buffer of step 2, and says what is wrong with what comes out.

The thread of the check enters.
"""

from lessons.checking import Answer, Wrong

Pieces = list[bytes]
ERROR = ["UnicodeDecodeError"]  # instead of the lines, if feed raises it
SHOWN = "The lines are Python's way of showing bytes, not text"
LOOK = {  # where the mistake of a title is likely to be
    "The LF stays in the line": ("keepends", "splitlines("),
    "A line ends where there is no LF": ("splitlines(",),
    "The CR of CR LF stays in the line": (r"\r", "decode("),
    "A CR stays in the line if its LF comes in the next piece": (r"\r",),
    "A CR inside a line is lost": (r"\r",),
    "More than one CR before the LF is removed": (r"\r",),
    "Spaces at the ends of a line are lost": ("strip(",),
    "The bytes are not decoded as UTF-8": ("decode(",),
    "Bytes that are not UTF-8 raise an exception": ("decode(",),
    "Bytes that are not UTF-8 are dropped": ("decode(", "ignore"),
    "Bytes that are not UTF-8 come out wrong": ("decode(",),
    SHOWN: ("str(", "repr(", 'f"', "f'"),
}


def gives(
    answer: Answer,
    pieces: Pieces,
    expected: list[str],
    why: str,
    titles: dict[str, list[str]],
    other: str,
) -> None:
    """Raise Wrong unless a new buffer gives the expected lines for all the pieces.

    `titles` says which title each known list of lines gets; `other` is for all else.
    """
    try:
        came = in_all(answer, pieces)
    except UnicodeDecodeError:
        came = ERROR
    if came == expected:
        return
    calls = ", ".join(f"feed({piece!r})" for piece in pieces)
    title = next((title for title, lines in titles.items() if lines == came), other)
    if any(line.startswith(("b'", "bytearray(")) for line in came):
        title = SHOWN
    raise Wrong(
        title,
        seen=f"{calls} gives {ERROR[0] if came is ERROR else came}"
        + " in all" * (len(pieces) > 1),
        expected=str(expected),
        why=why,
        look=answer.line_with(*LOOK.get(title, ()), within="LineBuffer")
        or answer.line_with("decode(" if came is ERROR else "def feed("),
    )


def in_all(answer: Answer, pieces: Pieces) -> list[str]:
    """Return what a new buffer gives for all the pieces."""
    buffer = answer.module.LineBuffer()
    lines = []
    for piece in pieces:
        lines += _checked(answer, piece, buffer.feed(piece))
    return lines


def _checked(answer: Answer, piece: bytes, came: object) -> list[str]:
    """Return what a call gave, if that is a list of text."""
    look = answer.line_with("    return", "    yield") or answer.line_with("def feed(")
    if not isinstance(came, list):
        raise Wrong(
            "feed does not return a list",
            seen=f"feed({piece!r}) returns {type(came).__name__}, not list",
            expected="A list; an empty one if no line is complete",
            why="The code that calls it goes through its lines in a loop.",
            look=look,
        )
    if not all(isinstance(line, str) for line in came):
        raise Wrong(
            "The lines are bytes, not text",
            seen=f"feed({piece!r}) returns {came!r}",
            expected="A list of str",
            why="People read text, and bytes are not equal to any text.",
            look=look,
        )
    return came


def lines_of(pieces: Pieces) -> list[str]:
    """Return the lines that must come out: easy, when all the bytes are there."""
    whole = b"".join(pieces).split(b"\n")[:-1]
    return [line.removesuffix(b"\r").decode(errors="replace") for line in whole]
