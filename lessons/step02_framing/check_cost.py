"""Judges what long lines do to the buffer of step 2, and what they cost.

The thread of the check enters.
"""

import time
from typing import Any

from lessons.checking import Answer, Wrong
from lessons.checking.diagnosis import quoted
from lessons.step02_framing.feeding import Pieces, in_all

LINE = b"x" * 100 + b"\n"
MIXED = "".join(f"{number} é " for number in range(9000))  # no two parts are the same
FEW = 1500, 3000, 6000  # lines; more of them might take too long
LINES = 9000, 18_000, 36_000  # more of them if fewer leave it open
LITTLE = 2.0  # times the cost, as it may be by chance
WAITING = 32  # MB: so much takes a while to be searched, whatever the cache
MUCH = 8.0  # times the cost; what grows with all that waits costs 50 times and more
COPIES = "Each new piece costs as much time as all that waits"
ALONE = "About the same time for both: what waits is neither copied nor searched again"


def cost(answer: Answer) -> None:
    """The time of a call depends on its own bytes, not on those that wait"""
    _grows_little(answer)
    _does_not_grow_with_the_lines(answer)
    buffer = answer.module.LineBuffer()
    empty = _cost_s(buffer, [b"0123456789"] * 1000)
    _cost_s(buffer, [b"x" * 1_000_000] * WAITING)
    full = _cost_s(buffer, [b"0123456789"] * 1000)
    if full > MUCH * empty:
        raise Wrong(
            COPIES,
            seen=f"1000 pieces of 10 bytes took {empty:.3f} s while nothing waited; "
            f"{full:.3f} s while up to {WAITING} MB waited for their LF",
            expected=ALONE,
            why="A client that sends one long line in small pieces would keep the "
            "whole server busy.",
            look=_goes_over_all(answer),
        )


def _grows_little(answer: Answer) -> None:
    """Raise Wrong if even 100 kB without an LF are slow: 4 MB would take forever."""
    lines = _cost_s(answer.module.LineBuffer(), [LINE * 10] * 100)
    endless = _cost_s(answer.module.LineBuffer(), [b"x" * 1000] * 100)
    if endless > MUCH * lines:
        alone = _cost_s(_Fresh(answer), [b"x" * 1000] * 100)
        if endless < LITTLE * alone:
            raise Wrong(
                "Each byte costs as much time as the piece that it comes in",
                seen=f"1000 lines of 100 bytes took {lines:.3f} s; as many bytes in "
                f"pieces of 1000 without an LF would take {alone:.1f} s or more, each "
                "in a new buffer",
                expected="About the same time for both",
                why="Going through the piece again for each of its bytes costs the "
                "square of its length. One client could keep the whole server busy.",
                look=answer.line_with("re.", "finditer(", "findall(", own=True)
                or answer.line_with("for ", "while ", within="LineBuffer"),
            )
        raise Wrong(
            "Each new byte costs as much time as all that waits",
            seen=f"1000 lines of 100 bytes took {lines:.3f} s; as many bytes without "
            f"an LF would take {endless:.1f} s or more",
            expected=ALONE,
            why="A client that sends one long line would keep the whole server busy.",
            look=_goes_over_all(answer),
        )


class _Fresh:
    """Gives each piece to a new buffer, where nothing waits."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def feed(self, piece: bytes) -> None:
        self.answer.module.LineBuffer().feed(piece)


def _does_not_grow_with_the_lines(answer: Answer) -> None:
    """Raise Wrong if many lines in one piece cost much more than in many pieces.

    Processors with a large cache copy 900 kB so fast that it is hardly seen.
    """
    for lines in FEW + LINES:
        few = _cost_s(answer.module.LineBuffer(), [LINE * 50] * (lines // 50))
        many = _cost_s(answer.module.LineBuffer(), [LINE * lines])
        if many < LITTLE * few and lines in LINES:
            break
        if many > MUCH * few:
            raise Wrong(
                "Each line costs as much time as all the other lines",
                seen=f"{lines} lines, 50 in a piece: {few:.3f} s; all in one: "
                f"{many:.3f} s",
                expected="About the same time for both",
                why="Copying everything again for each line or byte costs the square "
                "of the number of lines: ten times as many lines take a hundred times "
                "as long.",
                look=answer.line_with("lines + [", "] + ", "insert(0", "pop(0")
                or answer.line_with("while ", ".partition(", ".find(", ".index("),
            )


def _goes_over_all(answer: Answer) -> str:
    """Return the line that goes through all that waits, as far as that can be told."""
    return (
        answer.line_with("tail + ", "+ data")
        or answer.line_with(" in self.", ".find(", ".index(", ".partition(")
        or answer.line_with('= b""', "= b''", "bytes()")  # += copies these
        or answer.line_with("join(", " in ", "+= data", ".split(")
    )


def _cost_s(buffer: Any, pieces: Pieces) -> float:
    """Return the processor time for all pieces, 0.01 s at least.

    It is the thread's own, so other programs do not count.  After 0.15 s
    the time of the rest is estimated.
    """
    fed, spent_s, begun_s = 0, 0.0, time.thread_time()
    while fed < len(pieces) and spent_s < 0.15:
        buffer.feed(pieces[fed])
        fed += 1
        spent_s = time.thread_time() - begun_s
    return max(0.01, spent_s * len(pieces) / fed)


def long_line(answer: Answer) -> None:
    """A long line waits for its LF, too"""
    if came := in_all(answer, [b"x" * 1000] * 70):
        raise Wrong(
            "A long line is returned before its LF has come",
            seen=f"70 pieces of 1000 bytes without an LF; {len(came)} lines came out",
            expected="No line yet: a limit comes only in step 3",
            why="Only the LF tells you that a line is complete. Until it comes, the "
            "line is unfinished, however long it is.",
            look=answer.line_with("len(", within="LineBuffer"),
        )
    data = MIXED.encode()
    parts = [data[at : at + 1000] for at in range(0, len(data), 1000)]
    for pieces in ([*parts, b"\n"], [data, b"\n"]):
        if (came := in_all(answer, pieces)) == [MIXED]:
            continue
        raise Wrong(
            "A long line comes out changed",
            seen=f"{len(data):,} bytes without an LF, at most {len(pieces[0]):,} at "
            "once, and then an LF gave "
            + (
                f"{len(came)} lines"
                if len(came) != 1
                else f"{quoted(came[0].encode())}, {len(came[0]):,} characters"
            ),
            expected=f"{quoted(data)}, {len(MIXED):,} characters",
            why="However long a line is, all of it must come out, in order.",
            look=answer.line_with("[-", "[:", "len(", within="LineBuffer"),
        )
