"""From bytes to lines: chat/PROTOCOL.md, section 1, F1 to F5."""

import itertools
from collections.abc import Callable

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from chat.wire.framing import NOT_UTF8, Fault, LineBuffer
from chat.wire.text import clean

CHECK = settings(max_examples=200, derandomize=True, report_multiple_bugs=False)
CATCH = settings(CHECK, phases=[Phase.generate])  # a planted bug needs no shrinking
TOO_LONG = Fault("A line has at most 4096 bytes; yours had more and was thrown away")
ENDLESS = Fault("No end of line came; you are disconnected", fatal=True)
BANNED = {"Cc", "Cs", "Co", "Cn", "Zl", "Zp", "Cf"}


@pytest.mark.parametrize(
    ("data", "lines"),
    [
        (b"one\ntwo\n", ["one", "two"]),
        (b"telnet\r\n", ["telnet"]),
        (b"two CRs\r\r\n", ["two CRs\ufffd"]),
        (b"in\rside\n", ["in\ufffdside"]),
        (b"\n\r\n", ["", ""]),
        ("VT\x0b FF\x0c NEL\x85 LS\u2028.\n".encode(), ["VT� FF� NEL� LS�."]),
        ("Käse 🧀\n".encode(), ["Käse 🧀"]),
        (b"@al\b\ball hj\bi\r\n", ["@all hi"]),  # as Windows' telnet sends it
        (b"\b\b@all\t\bhi\b\n", ["@allh"]),
        ("漢\bé\b\b\bü\n".encode(), ["ü"]),
        (b"a\bb\x1b[2J\n", ["a\ufffdb\ufffd[2J"]),
        (b"a\b\x7f\n", ["a\ufffd\ufffd"]),
        (b"a\b" * 256 + b"\n", [""]),
        (b"a\b" * 257 + b"\n", ["a\ufffd" * 257]),
        (b"no end", []),
        (b"", []),
        (b"\xff\n", [NOT_UTF8]),
        (b"ok\n@all \xc3\nok\n", ["ok", NOT_UTF8, "ok"]),
        (b"overlong \xc0\x8a\n", [NOT_UTF8]),
        (b"x" * 4095 + b"\n", ["x" * 4095]),
        (b"x" * 4094 + b"\r\n", ["x" * 4094]),
        (b"x" * 4095 + b"\r\n", [TOO_LONG]),
        (b"x" * 4096 + b"\nnext\n", [TOO_LONG, "next"]),
        (b"x" * 4095, []),
        (b"x" * 5000 + b"@all smuggled\nnext\n", [TOO_LONG, "next"]),
        (b"\xff" * 4096 + b"\n", [TOO_LONG]),
        (b"x" * 16383, [TOO_LONG]),
        (b"x" * 16383 + b"\nnext\n", [TOO_LONG, "next"]),
        (b"x" * 16384, [TOO_LONG, ENDLESS]),
        (b"x" * 16384 + b"\nnext\n", [TOO_LONG, ENDLESS]),
        (b"surrogate \xed\xa0\x80\n", [NOT_UTF8]),
        (b"first\n" + b"x" * 99999, ["first", TOO_LONG, ENDLESS]),
    ],
)
@pytest.mark.parametrize("chunk_bytes", [1, 4096, 1_000_000])
def test_lines_and_faults(
    data: bytes, lines: list[str | Fault], chunk_bytes: int
) -> None:
    assert fed(LineBuffer(), data, range(chunk_bytes, len(data), chunk_bytes)) == lines


def test_without_a_limit_every_line_is_a_line() -> None:
    buffer = LineBuffer(0)
    assert buffer.feed(b"x" * 99_999) == []
    assert buffer.feed(b"y\n") == ["x" * 99_999 + "y"]


def test_another_limit_moves_both_bounds() -> None:
    assert LineBuffer(10).feed(b"x" * 9 + b"\n") == ["x" * 9]
    buffer = LineBuffer(10)
    assert buffer.feed(b"x" * 39) == [buffer.too_long]
    assert "10 bytes" in buffer.too_long.reason
    assert buffer.feed(b"x") == [ENDLESS]


def test_a_long_line_is_not_kept() -> None:
    buffer = LineBuffer()
    for _ in range(100):
        buffer.feed(b"x" * 1000)
        assert len(buffer._tail) < 4096


def fed(buffer: LineBuffer, data: bytes, cuts: range | list[int]) -> list[str | Fault]:
    """Return what a buffer makes of `data`, cut into chunks at these places."""
    bounds = [0, *sorted(cut for cut in cuts if cut < len(data)), len(data)]
    found: list[str | Fault] = []
    for start, end in itertools.pairwise(bounds):
        found += buffer.feed(data[start:end])
    return found


def model(data: bytes, limit: int) -> list[str | Fault]:
    """Say what F1 to F4 ask of a whole stream, as simply as can be."""
    marks = LineBuffer(limit)
    found: list[str | Fault] = []
    *lines, rest = data.split(b"\n")
    for line, ended in [*((line, True) for line in lines), (rest, False)]:
        if len(line) >= limit:
            found.append(marks.too_long)
        elif ended:
            try:
                found.append(clean(line.removesuffix(b"\r").decode()))
            except UnicodeDecodeError:
                found.append(NOT_UTF8)
        if len(line) >= 4 * limit:
            return [*found, ENDLESS]
    return found


# Pieces for a limit of 4 bytes: it takes 16 without LF to be endless.
PIECES = [b"\n", b"\r\n", b"\r", b"a", "é".encode(), b"\xff", b"x" * 9]
STREAMS = st.lists(st.sampled_from(PIECES), min_size=12, max_size=30)


def chunks_give_the_same(
    make: Callable[[int], LineBuffer], pieces: list[bytes], cuts: list[int]
) -> None:
    data = b"".join(pieces)
    assert fed(make(4), data, cuts) == model(data, 4)


ANY = given(pieces=STREAMS, cuts=st.lists(st.integers(0, 60), max_size=20))
check_chunks, catch = CHECK(ANY(chunks_give_the_same)), CATCH(ANY(chunks_give_the_same))


def test_any_chunks_give_the_same_lines_and_faults() -> None:
    check_chunks(LineBuffer)


class DecodesEachChunk(LineBuffer):
    """Planted bug: a character that is cut by a chunk is lost."""

    def feed(self, data: bytes) -> list[str | Fault]:
        return super().feed(data.decode(errors="replace").encode())


class RestIsTheNextLine(LineBuffer):
    """Planted bug: as `readline(limit)` does."""

    def _extend(self, piece: bytes, found: list[str | Fault]) -> None:
        before = len(found)
        super()._extend(piece, found)
        if found[before:] == [self.too_long]:
            self._length = 0


class SplitsAtCr(LineBuffer):
    """Planted bug: as `splitlines` does."""

    def feed(self, data: bytes) -> list[str | Fault]:
        return super().feed(data.replace(b"\r", b"\n"))


class StripsEveryCr(LineBuffer):
    """Planted bug: more than the one CR is dropped."""

    def _finish(self, found: list[str | Fault]) -> None:
        self._tail = bytearray(self._tail.rstrip(b"\r"))
        super()._finish(found)


class LooksForCrInOneChunk(LineBuffer):
    """Planted bug: a CR is only dropped where its LF comes with it."""

    def feed(self, data: bytes) -> list[str | Fault]:
        if data.startswith(b"\n") and self._tail.endswith(b"\r"):
            self._tail += b"\r"
        return super().feed(data)


class OneByteMore(LineBuffer):
    """Planted bug: the LF is not counted."""

    def __init__(self, max_bytes: int) -> None:
        super().__init__(max_bytes + 1)
        self.too_long = LineBuffer(max_bytes).too_long


class NeverDead(LineBuffer):
    """Planted bug: it goes on after the fatal fault."""

    def feed(self, data: bytes) -> list[str | Fault]:
        self._dead = False
        return super().feed(data)


@pytest.mark.parametrize(
    "wrong",
    [
        DecodesEachChunk,
        RestIsTheNextLine,
        SplitsAtCr,
        StripsEveryCr,
        LooksForCrInOneChunk,
        OneByteMore,
        NeverDead,
    ],
)
def test_the_chunks_catch_a_planted_bug(wrong: Callable[[int], LineBuffer]) -> None:
    with pytest.raises(AssertionError):
        catch(wrong)


# ---- before the first line

PUTTY = bytes.fromhex("fffb1ffffb20fffb18fffb27fffd01fffb03fffd03")
BOM = b"\xef\xbb\xbf"


@pytest.mark.parametrize("before", [PUTTY, BOM, PUTTY + BOM, b""])
def test_what_a_program_sends_before_the_first_line_is_dropped(before: bytes) -> None:
    for size in (1, 100):
        buffer, data = (
            LineBuffer(),
            before + b"ann\n" + BOM + b"@all hi\n" + PUTTY + b"\n",
        )
        found = [
            item
            for at in range(0, len(data), size)
            for item in buffer.feed(data[at : at + size])
        ]
        assert found == ["ann", "\ufffd@all hi", NOT_UTF8]
