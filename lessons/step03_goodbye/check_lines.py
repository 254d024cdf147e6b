"""Judges the buffer of step 3: what becomes of lines that are too long."""

import itertools
import re
import tracemalloc
from collections.abc import Sequence

from hypothesis import strategies as st

from lessons.checking import SCALE, Answer, Wrong
from lessons.checking.returned import see_kept, see_many
from lessons.checking.smallest import smallest

Lines = list[str | None]
MOST_KEPT = 10_000  # bytes: a line, and what Python adds to it
CUT = "The lines depend on where the bytes are cut"
CHECK_LIMIT_S = 6.0 * SCALE  # a loop without an end is told soon


_AS_IN_STEP_2: tuple[tuple[list[bytes], Lines], ...] = (
    ([b"hel", b"lo\n\n", b" a \xff\r", b"\n"], ["hello", "", " a \ufffd"]),
    ([b"caf\xc3", b"", b"\xa9\n"], ["café"]),
    ([b"a\r\r\n"], ["a\r"]),
    ([b"a\rb\n"], ["a\rb"]),
    ([b"\xef\xbb\xbfhi\n"], ["\ufeffhi"]),
    ([b"a\x00\x0b\x1cb\xe2\x80\xa8c\n"], ["a\x00\x0b\x1cb\u2028c"]),
)


def still_cuts(answer: Answer) -> None:
    """The buffer cuts lines as in step 2"""
    for pieces, lines in _AS_IN_STEP_2:
        came = _in_all(answer, pieces)
        if came != lines:
            raise Wrong(
                "The buffer no longer does what it did in step 2",
                seen=f"A buffer that was fed {pieces} gave {came}",
                expected=str(lines),
                why="The rules of step 2 still apply; the limit is added to them.",
                look=answer.line_with("def feed("),
            )
    see_kept(answer)
    see_many(answer)


def limits(answer: Answer) -> None:
    """A line that is too long gives one None, and no part of it becomes a line"""
    limit = answer.module.LIMIT
    full, more = _line(limit), _line(limit + 1)
    _gives(
        answer,
        [full + b"\n"],
        [full.decode()],
        {"A line of exactly LIMIT bytes is refused": [None]},
        "A line of exactly LIMIT bytes comes out wrong",
    )
    _gives(
        answer,
        [more + b"\nhi\n"],
        [None, "hi"],
        {
            _no_limit(answer, more): [more.decode(), "hi"],
            "The start of a long line is kept as a line": [
                more[:limit].decode(),
                "hi",
            ],
            "No more lines come after a long one": [None],
            "The line after a long one is lost": [None, None],
        },
        "A line that is too long comes out wrong",
    )
    _gives(
        answer,
        ["é".encode() * (limit // 2 + 1) + b"\nhi\n"],
        [None, "hi"],
        {
            "The limit counts characters, not bytes": ["é" * (limit // 2 + 1), "hi"],
        },
        "A long line of é comes out wrong",
    )
    _gives(
        answer,
        [b"\xff" * limit + b"\n"],
        ["\ufffd" * limit],
        {"The limit counts the bytes of the text, not those that came": [None]},
        "A line of exactly LIMIT bytes that are not UTF-8 comes out wrong",
    )
    _gives(
        answer,
        [more + b"\n" + more + b"\nhi\n"],
        [None, None, "hi"],
        {"Only the first long line gets an error": [None, "hi"]},
        "Two lines that are too long come out wrong",
    )
    long = [more, b"x" * 50, b"y" * limit, b"@all smuggled\n", b"hi\n"]
    _gives(
        answer,
        long,
        [None, "hi"],
        {
            "One long line gets many errors": [None, None, None, None, "hi"],
            "One long line gets two errors": [None, None, "hi"],
            "No more lines come after a long one": [None],
        },
        "The rest of a long line is taken for a new line",
    )
    titles: dict[str, Lines] = {"The limit is checked only when the LF comes": []}
    other = "One endless line gets many errors"
    _gives(answer, [b"x" * 1000] * 1000, [None], titles, other)


def _no_limit(answer: Answer, more: bytes) -> str:
    """Return the title for a long line that passes: there may be a limit for others."""
    if None in _in_all(answer, [more]):
        return "The limit is checked only while no LF has come"
    if None in _in_all(answer, [b"x" * 1_000_000 + b"\n"]):
        return "The limit is higher than LIMIT"
    return "There is no limit"


def keeps_little(answer: Answer) -> None:
    """The buffer keeps almost nothing of a line without an end"""
    _kept(answer, 1, 1)  # what Python itself keeps of a first call
    kept = max(_kept(answer, 1000, 1000), _kept(answer, 1, 1_000_000))
    if kept > MOST_KEPT:
        raise Wrong(
            "The bytes of a line that is too long are kept",
            seen=f"1,000,000 bytes without an LF: {kept:,} bytes more of memory",
            expected="No more than one line may have",
            why="A client that never ends its line would fill the memory of the "
            "server, however many errors it gets.",
            look=answer.line_with("+=", "append(", "extend("),
        )


def _kept(answer: Answer, pieces: int, length: int) -> int:
    """Return how many bytes a buffer takes after so many pieces without an LF."""
    buffer = answer.module.LineBuffer()
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    for _ in range(pieces):
        buffer.feed(b"x" * length)
    kept = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    return kept


def any_cut(answer: Answer) -> None:
    """Any lines, cut anywhere, give the same"""
    limit = answer.module.LIMIT
    length = st.sampled_from([0, 1, limit - 1, limit, limit + 1, 3 * limit])
    stream = st.lists(length.map(lambda n: _line(n) + b"\n"), max_size=5).map(b"".join)
    cuts = st.lists(st.integers(0, 600), max_size=6)
    examples = st.tuples(stream, cuts).map(lambda both: _cut(*both))
    found = smallest(examples, lambda p: _in_all(answer, p) != _lines(p, limit), 60)
    if found is not None:
        whole = [b"".join(found)]
        title = "Some lines come out wrong"
        if _in_all(answer, whole) == _lines(whole, limit):
            title = CUT
        _gives(answer, found, _lines(found, limit), {}, title)
    _see_cut_end(answer, b"x" * limit)


def _see_cut_end(answer: Answer, line: bytes) -> None:
    """Raise Wrong if a CR is counted or not, as the network cuts."""
    whole, cut = [line + b"\r\n"], [line + b"\r", b"\n"]
    came, cut_came = _in_all(answer, whole), _in_all(answer, cut)
    if came != cut_came:
        raise Wrong(
            CUT,
            seen=f"A buffer that was fed {_brief(whole)} gave {_brief(came)}; "
            f"one that was fed {_brief(cut)} gave {_brief(cut_came)}",
            expected="The same, wherever the bytes are cut",
            why="The CR is there before anybody knows whether its LF comes: it counts "
            "like any other byte of the line.",
            look=answer.line_with(r"\r", within="LineBuffer"),
        )


# ---- how a buffer is fed


def _gives(
    answer: Answer,
    pieces: list[bytes],
    expected: Lines,
    titles: dict[str, Lines],
    other: str,
) -> None:
    """Raise Wrong unless a new buffer gives the expected lines for all the pieces.

    `titles` says which title each known list of lines gets; `other` is for all else.
    """
    came = _in_all(answer, pieces)
    if came == expected:
        return
    raise Wrong(
        next((title for title, lines in titles.items() if lines == came), other),
        seen=f"A buffer that was fed {_brief(pieces)} gave {_brief(came)}",
        expected=_brief(expected),
        why="Somebody will send a line without an end. If you take parts of it for "
        "lines, they can slip in any text as a command.",
        look=answer.line_with("LIMIT", within="LineBuffer")
        or answer.line_with("def feed("),
    )


def _in_all(answer: Answer, pieces: list[bytes]) -> Lines:
    """Return what a new buffer gives for all the pieces."""
    buffer = answer.module.LineBuffer()
    lines: Lines = []
    for piece in pieces:
        try:
            came = buffer.feed(piece)
        except Exception as error:
            if "raise " not in (look := answer.where(error)):
                raise
            raise Wrong(
                "feed raises an exception instead of returning a list",
                seen=f"feed({_brief([piece])[1:-1]}) raised {type(error).__name__}",
                expected="A list: [None] for a line that is too long",
                why="One piece may hold other lines as well. If feed raises an "
                "exception, it cannot return these.",
                look=look,
            ) from None
        if not isinstance(came, list):
            raise Wrong(
                "feed does not return a list",
                seen=f"feed({_brief([piece])[1:-1]}) returns {came!r}",
                expected="Always a list: [None] for a line that is too long",
                why="The code that calls it goes through what it returns in a loop.",
                look=answer.line_with("return", within="feed")
                or answer.line_with("def feed("),
            )
        lines += came
    return lines


def _lines(pieces: list[bytes], limit: int) -> Lines:
    """Return the lines that must come out: easy, when all the bytes are there."""
    *ended, rest = b"".join(pieces).split(b"\n")
    lines: Lines = [None if len(x) > limit else x.decode() for x in ended]
    return lines + [None] * (len(rest) > limit)


def _line(length: int) -> bytes:
    """Return a line whose start and end can be told from each other."""
    return b"<" * (length > 0) + b"x" * (length - 2) + b">" * (length > 1)


def _cut(stream: bytes, places: list[int]) -> list[bytes]:
    edges = [0, *sorted(place for place in places if place < len(stream)), len(stream)]
    return [stream[a:b] for a, b in itertools.pairwise(edges) if a < b]


def _brief(values: Sequence[object]) -> str:
    """Return a list as Python writes it, but <101 x> for x 101 times."""
    if len(values) > 6:
        return f"{len(values)} times {_brief(values[:1])}"
    runs = re.compile(r"((\\x..\\x..|.)\2{19,})")
    return runs.sub(
        lambda run: f"<{len(run[0]) // len(run[2])} {run[2]}>", str(list(values))
    )
