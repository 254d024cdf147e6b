"""Judges step 2: feeds the learner's buffer with pieces of every kind."""

import time
from typing import Any

from hypothesis import strategies as st

from lessons.checking import SCALE, Answer, Wrong
from lessons.checking.diagnosis import quoted
from lessons.checking.returned import see_kept
from lessons.checking.smallest import smallest

Pieces = list[bytes]
LINE = b"x" * 100 + b"\n"
CRLF = b"hello\r\n"
MIXED = "".join(f"{number} é " for number in range(9000))  # no two parts are the same
MUCH = 8.0  # times the cost; what grows with all that waits costs 50 times and more
CHECK_LIMIT_S = 6.0 * SCALE  # a loop without an end is told soon
ERROR = ["UnicodeDecodeError"]  # stands for the lines, where there is that
COPIES = "Each piece costs as much as all that waits"
ALONE = "About the same time for both: what waits is neither copied nor searched again"
SHOWN = "Bytes come out as Python shows them"
LOOK = {  # where the fault of a title is likely to stand
    "The LF stays in the line": ("keepends", "splitlines("),
    "A line ends where there is no LF": ("splitlines(",),
    "The CR of telnet stays in the line": (r"\r", "decode("),
    "A CR that is cut from its LF stays in the line": (r"\r",),
    "A CR inside a line is lost": (r"\r",),
    "More than one CR is taken away": (r"\r",),
    "Spaces at the ends of a line are lost": ("strip(",),
    "The bytes are decoded by another rule than UTF-8": ("decode(",),
    "Bytes that are no UTF-8 end the server": ("decode(",),
    "Bytes that are no UTF-8 vanish": ("decode(", "ignore"),
    SHOWN: ("str(", "repr(", 'f"', "f'"),
}


def whole_line(answer: Answer) -> None:
    """A whole line comes out, as text and without its end"""
    why = "Who says hello once wants to be heard once, and as it was said."
    titles = {
        "The LF stays in the line": ["hello\n"],
        "An empty line comes out that nobody sent": ["hello", ""],
        "The end of a line is lost": ["hell"],
    }
    if _in_all(answer, [b"hello\n"]) == [] and _in_all(answer, [CRLF]) == ["hello"]:
        titles = {"Only CR LF is taken for an end": []}
    _gives(answer, [b"hello\n"], ["hello"], why, titles, "A whole line is lost")
    titles = {
        "A line is given out twice": ["hello", "hello", "bye"],
        "A line begins with the one before it": ["hello", "hellobye"],
    }
    pieces = [b"hello\n", b"bye\n"]
    _gives(answer, pieces, ["hello", "bye"], why, titles, "The second line is lost")
    see_kept(answer)


def all_lines(answer: Answer) -> None:
    """Every line of a piece comes out, in order"""
    why = "TCP joins what was sent in two calls, if it arrives before it is received."
    titles = {
        "A piece is taken for a line": ["one\ntwo\nthree"],
        "Only one line of a piece comes out": ["one"],
        "The lines come in the wrong order": ["three", "two", "one"],
    }
    lines = ["one", "two", "three"]
    _gives(answer, [b"one\ntwo\nthree\n"], lines, why, titles, "Lines are lost")


def two_buffers(answer: Answer) -> None:
    """Each buffer has its own unfinished line"""
    ann, bob = answer.module.LineBuffer(), answer.module.LineBuffer()
    ann.feed(b"I am ")
    bob.feed(b"You ")
    came = ann.feed(b"Ann\n"), bob.feed(b"there!\n")
    if "You " in "".join(came[0]):
        raise Wrong(
            "Two clients share one unfinished line",
            seen="Ann's buffer was fed b'I am ', Bob's b'You ', Ann's b'Ann\\n' and "
            f"Bob's b'there!\\n'; Ann's gave {came[0]}, Bob's {came[1]}",
            expected="['I am Ann'] and ['You there!']",
            why="What one client has half typed would go out under another's name.",
            look=answer.line_with("bytearray(", 'b""', "b''", "= []"),
        )


def unfinished(answer: Answer) -> None:
    """What has no end yet waits for it"""
    why = "TCP cuts what was sent in one call; only the LF says that a line is whole."
    _gives(answer, [b"hel"], [], why, {}, "An unfinished line is given out")
    pieces = [b"hel", b"lo\nb", b"y", b"e\n"]
    titles = {"The start of a line is lost": ["lo"]}
    other = "A line that came in pieces is not put together"
    _gives(answer, pieces[:2], ["hello"], why, titles, other)
    other = "A line that came in more than two pieces is not put together"
    _gives(answer, pieces, ["hello", "bye"], why, {}, other)


def empty_lines(answer: Answer) -> None:
    """An empty line is a line"""
    why = "Whether an empty line means something is for others to decide."
    titles = {"Empty lines are lost": ["hi"]}
    lines = ["", "", "hi", ""]
    _gives(answer, [b"\n\nhi\n\n"], lines, why, titles, "Empty lines come out wrong")


def ends(answer: Answer) -> None:
    """Only LF ends a line, and one CR before it goes with it"""
    why = "Programs such as telnet end their lines with CR LF."
    other = "The CR of telnet stays in the line"
    _gives(answer, [b"hi\r\n"], ["hi"], why, {}, other)
    other = "A CR that is cut from its LF stays in the line"
    titles = {"A CR alone is taken for an end": ["hi", ""]}
    _gives(answer, [b"hi\r", b"\n"], ["hi"], why, titles, other)


def nothing_else(answer: Answer) -> None:
    """All else in a line is kept"""
    why = "A client means what it sends: who cuts lines changes nothing in them."
    for inside in "\r\x0b\x0c\x1c\x85\u2028":
        titles = {
            "A line ends where there is no LF": ["a", "b"],
            "A CR inside a line is lost": ["ab"],
            "The bytes are decoded by another rule than UTF-8": [
                f"a{inside}b".encode().decode("latin-1")
            ],
        }
        piece = f"a{inside}b\n".encode()
        other = "A character inside a line is lost"
        _gives(answer, [piece], [f"a{inside}b"], why, titles, other)
    other = "Spaces at the ends of a line are lost"
    _gives(answer, [b"  a b \t\n"], ["  a b \t"], why, {}, other)
    _gives(answer, [b"a\r\r\n"], ["a\r"], why, {}, "More than one CR is taken away")


def text(answer: Answer) -> None:
    """Text is decoded when its line is whole, and bad bytes do no harm"""
    why = "é is two bytes, and TCP does not know that they belong together."
    other = "A character that was cut is broken"
    _gives(answer, [b"caf\xc3", b"\xa9\n"], ["café"], why, {}, other)
    why = "A client may send any bytes; they must not end the server."
    titles = {
        "Bytes that are no UTF-8 end the server": ERROR,
        "Bytes that are no UTF-8 vanish": ["ab"],
    }
    other = "Bytes that are no UTF-8 come out wrong"
    _gives(answer, [b"a\xffb\n"], ["a\ufffdb"], why, titles, other)


def any_cut(answer: Answer) -> None:
    """Any bytes, cut anywhere, give the same lines"""
    piece = st.text("ab \n\r\x00\x85\xc3\xa9\xff", min_size=1, max_size=8)
    streams = st.lists(piece.map(lambda text: text.encode("latin-1")), max_size=6)
    found = smallest(streams, lambda pieces: _in_all(answer, pieces) != _lines(pieces))
    if found is None:
        return
    whole = b"".join(found)
    is_whole_right = _in_all(answer, [whole]) == _lines([whole])
    why = "Where the cuts fall is up to the network: it is different every time."
    _gives(
        answer,
        found,
        _lines(found),
        why,
        {},
        "Where the bytes are cut changes the lines"
        if is_whole_right
        else "Some bytes come out wrong",
    )


def cost(answer: Answer) -> None:
    """Each call works on its own bytes alone"""
    _grows_little(answer)
    few = _cost_s(answer.module.LineBuffer(), [LINE * 50] * 180)
    many = _cost_s(answer.module.LineBuffer(), [LINE * 9000])
    if many > MUCH * few:
        raise Wrong(
            "Each line costs as much as all that come after it",
            seen=f"9000 lines, 50 in a piece: {few:.3f} s; all in one: {many:.3f} s",
            expected="About the same time for both",
            why="What is copied again for each line grows with the square of the "
            "lines: ten times more take a hundred times longer.",
            look=answer.line_with("while ", ".partition(", ".find(", ".index("),
        )
    buffer = answer.module.LineBuffer()
    empty = _cost_s(buffer, [b"0123456789"] * 1000)
    _cost_s(buffer, [b"x" * 400_000] * 10)
    full = _cost_s(buffer, [b"0123456789"] * 1000)
    if full > MUCH * empty:
        raise Wrong(
            COPIES,
            seen=f"1000 pieces of 10 bytes took {empty:.3f} s while nothing waited; "
            f"{full:.3f} s while 4 MB waited for their LF",
            expected=ALONE,
            why="A client that sends one long line in small pieces would keep the "
            "whole server busy.",
            look=_goes_over_all(answer),
        )


def long_line(answer: Answer) -> None:
    """A long line waits for its end, too"""
    if came := _in_all(answer, [b"x" * 1000] * 70):
        raise Wrong(
            "A long line is given out before its end",
            seen=f"70 pieces of 1000 bytes without an LF; {len(came)} lines came out",
            expected="No line: the limit is for step 3",
            why="Only the LF says that a line is whole, however long it is.",
            look=answer.line_with("len(", within="LineBuffer"),
        )
    data = MIXED.encode()
    pieces = [data[at : at + 1000] for at in range(0, len(data), 1000)]
    if (came := _in_all(answer, [*pieces, b"\n"])) != [MIXED]:
        raise Wrong(
            "A long line comes out changed",
            seen=f"{len(pieces)} pieces of 1000 bytes and then an LF gave "
            + (
                f"{len(came)} lines"
                if len(came) != 1
                else f"{quoted(came[0].encode())}, {len(came[0]):,} characters"
            ),
            expected=f"{quoted(data)}, {len(MIXED):,} characters",
            why="However long a line is, all of it comes out, in its order.",
            look=answer.line_with("[-", "[:", "len(", within="LineBuffer"),
        )


def _grows_little(answer: Answer) -> None:
    """Raise Wrong if even 100 kB without an LF are slow: 4 MB would take for ever."""
    lines = _cost_s(answer.module.LineBuffer(), [LINE * 10] * 100)
    endless = _cost_s(answer.module.LineBuffer(), [b"x" * 1000] * 100)
    if endless > MUCH * lines:
        raise Wrong(
            "Each byte costs as much as all that waits",
            seen=f"1000 lines of 100 bytes took {lines:.3f} s; as many bytes without "
            f"an LF would take {endless:.1f} s or more",
            expected=ALONE,
            why="A client that sends one long line would keep the whole server busy.",
            look=_goes_over_all(answer),
        )


def _goes_over_all(answer: Answer) -> str:
    """Return the line that goes through all that waits, as far as that can be told."""
    return (
        answer.line_with("tail + ", "+ data")
        or answer.line_with(" in self.", ".find(", ".index(", ".partition(")
        or answer.line_with('= b""', "= b''", "bytes()")  # += copies these
        or answer.line_with("join(", " in ", "+= data", ".split(")
    )


# ---- how a buffer is fed


def _gives(
    answer: Answer,
    pieces: Pieces,
    expected: list[str],
    why: str,
    titles: dict[str, list[str]],
    other: str,
) -> None:
    """Raise Wrong unless a new buffer gives the expected lines for all the pieces.

    Each of the titles has the lines for which it stands; `other` is for all else.
    """
    try:
        came = _in_all(answer, pieces)
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


def _in_all(answer: Answer, pieces: Pieces) -> list[str]:
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
            "feed returns no list",
            seen=f"feed({piece!r}) returns {type(came).__name__}, not list",
            expected="A list; an empty one where no line is complete",
            why="Whoever calls it goes through its lines in a loop.",
            look=look,
        )
    if not all(isinstance(line, str) for line in came):
        raise Wrong(
            "The lines are bytes and not text",
            seen=f"feed({piece!r}) returns {came!r}",
            expected="A list of str",
            why="People read text, and bytes are not equal to any text.",
            look=look,
        )
    return came


def _lines(pieces: Pieces) -> list[str]:
    """Return what is to come out, seen from the end: all the bytes are there."""
    whole = b"".join(pieces).split(b"\n")[:-1]
    return [line.removesuffix(b"\r").decode(errors="replace") for line in whole]


# ---- what a call costs


def _cost_s(buffer: Any, pieces: Pieces) -> float:
    """Return the processor time for all pieces, 0.01 s at least.

    It is the thread's own, so other programs do not count.  After 0.15 s
    the rest is not fed but reckoned.
    """
    fed, spent_s, begun_s = 0, 0.0, time.thread_time()
    while fed < len(pieces) and spent_s < 0.15:
        buffer.feed(pieces[fed])
        fed += 1
        spent_s = time.thread_time() - begun_s
    return max(0.01, spent_s * len(pieces) / fed)


CHECKS = (
    whole_line,
    all_lines,
    two_buffers,  # before any other leaves something unfinished
    unfinished,
    empty_lines,
    ends,
    nothing_else,
    text,
    any_cut,
    cost,
    long_line,
)
