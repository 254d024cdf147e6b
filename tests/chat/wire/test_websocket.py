"""Frames: chat/wire/websocket.py, after RFC 6455."""

import struct
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from chat.wire import websocket
from chat.wire.websocket import (
    BINARY,
    CLOSE,
    CONTINUATION,
    PING,
    TEXT,
    Close,
    Data,
    Event,
    FrameReader,
    NotWebSocket,
    Ping,
    Pong,
    Violation,
    accept_key,
    close_frame,
    frame,
    xor,
)
from tests.web_client import masked

CHECK = settings(max_examples=50, derandomize=True, report_multiple_bugs=False)
CATCH = settings(CHECK, phases=[Phase.generate])  # a planted bug needs no shrinking
LIMIT = 300  # of a payload, where the examples are to come close to it

# ---- the handshake

REQUEST = {
    "upgrade": "websocket",
    "connection": "keep-alive, Upgrade",
    "sec-websocket-version": "13",
    "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
}


def test_the_proof_is_that_of_the_rfc() -> None:
    assert accept_key(REQUEST) == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"upgrade": "h2c"}, "for WebSocket connections"),
        ({"connection": "close"}, "does not say Upgrade"),
        ({"sec-websocket-version": "8"}, "version 13"),
        ({"sec-websocket-key": ""}, "Sec-WebSocket-Key"),
        ({"sec-websocket-key": "c2hvcnQ="}, "Sec-WebSocket-Key"),
        ({"sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ=!"}, "Sec-WebSocket-Key"),
        ({"sec-websocket-key": "é" * 24}, "Sec-WebSocket-Key"),
    ],
)
def test_another_request_is_refused(change: dict[str, str], reason: str) -> None:
    with pytest.raises(NotWebSocket, match=reason):
        accept_key(REQUEST | change)


@pytest.mark.parametrize("missing", REQUEST)
def test_each_header_is_needed(missing: str) -> None:
    with pytest.raises(NotWebSocket):
        accept_key({name: REQUEST[name] for name in REQUEST if name != missing})


# ---- examples of the RFC (section 5.7), and of what it forbids


def read(data: bytes, limit: int = LIMIT) -> list[Event]:
    return FrameReader(limit).feed(data)


def test_the_examples_of_the_rfc() -> None:
    assert frame(TEXT, b"Hello") == b"\x81\x05Hello"
    hello = b"\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"
    assert read(hello) == [Data(b"Hello", TEXT, True)]
    assert frame(PING, b"Hello") == b"\x89\x05Hello"
    assert read(b"\x8a" + hello[1:]) == [Pong(b"Hello")]
    assert frame(BINARY, b"x" * 256)[:4] == b"\x82\x7e\x01\x00"
    assert frame(BINARY, b"x" * 65536)[:10] == b"\x82\x7f" + struct.pack(">Q", 65536)


def test_a_fragmented_message_with_a_ping_inside() -> None:
    data = masked(TEXT, b"Hel", fin=False) + masked(PING, b"?")
    assert read(data + masked(CONTINUATION, b"lo") + masked(BINARY, b"\xff")) == [
        Data(b"Hel", TEXT, False),
        Ping(b"?"),
        Data(b"lo", TEXT, True),
        Data(b"\xff", BINARY, True),
    ]


def test_a_character_may_be_cut_by_frames() -> None:
    one, two = masked(TEXT, b"\xf0\x9f", fin=False), masked(CONTINUATION, b"\xa7\x80")
    assert read(one + two) == [
        Data(b"\xf0\x9f", TEXT, False),
        Data(b"\xa7\x80", TEXT, True),
    ]


@pytest.mark.parametrize(
    ("data", "code", "reason"),
    [
        (frame(TEXT, b"Hello"), 1002, "not masked"),
        (b"\xc1\x80\0\0\0\0", 1002, "extension"),
        (b"\x91\x80\0\0\0\0", 1002, "extension"),
        (b"\x83\x80\0\0\0\0", 1002, "no opcode 3"),
        (b"\x8f\x80\0\0\0\0", 1002, "no opcode 15"),
        (masked(PING, b"x" * 126), 1002, "over 125"),
        (masked(PING, b"x", fin=False), 1002, "fragments"),
        (masked(CLOSE, b"", fin=False), 1002, "fragments"),
        (masked(CONTINUATION, b"x"), 1002, "begin or continue"),
        (masked(TEXT, b"x", fin=False) + masked(TEXT, b"y"), 1002, "begin or continue"),
        (masked(TEXT, b"\xff"), 1007, "not UTF-8"),
        (masked(TEXT, b"\xc3"), 1007, "not UTF-8"),
        (masked(TEXT, b"\xed\xa0\x80"), 1007, "not UTF-8"),
        (masked(TEXT, b"\xc3", fin=False) + masked(0, b"x"), 1007, "not UTF-8"),
        (masked(TEXT, b"\xc3", fin=False) + masked(0), 1007, "not UTF-8"),
        (masked(BINARY, b"x" * 301), 1009, "over 300"),
        (b"\x82\xff" + b"\xff" * 8 + b"\0" * 4, 1009, "over 300"),
        (masked(CLOSE, b"x"), 1002, "code for closing is not a valid one"),
        (masked(CLOSE, b"\x03\xe8\xff"), 1007, "not UTF-8"),
        *(
            (masked(CLOSE, struct.pack(">H", code)), 1002, "is not a valid one")
            for code in (0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65535)
        ),
    ],
)
def test_a_broken_rule_ends_it(data: bytes, code: int, reason: str) -> None:
    *_, last = read(data + masked(PING))
    assert isinstance(last, Violation)
    assert last.code == code
    assert reason in last.reason


@pytest.mark.parametrize("code", [1000, 1003, 1007, 1014, 3000, 4999])
def test_close_says_why(code: int) -> None:
    payload = struct.pack(">H", code) + "tschüß".encode()
    assert read(masked(CLOSE, payload)) == [Close(code, "tschüß")]


def test_close_may_say_nothing() -> None:
    assert read(masked(CLOSE)) == [Close(None, "")]
    assert close_frame(None) == b"\x88\x00"
    assert close_frame(1000) == b"\x88\x02\x03\xe8"


@pytest.mark.parametrize("end", [masked(CLOSE), b"\xff\xff"])
def test_nothing_follows_an_end(end: bytes) -> None:
    reader = FrameReader()
    assert len(reader.feed(masked(PING) + end + masked(PING))) == 2
    assert reader.feed(masked(PING)) == []
    assert not reader._buffer


def test_a_frame_that_is_too_large_is_refused_by_its_header() -> None:
    header = masked(BINARY, b"x" * 16385)[:8]
    assert read(header[:7], websocket.MAX_PAYLOAD_BYTES) == []
    [end] = read(header, websocket.MAX_PAYLOAD_BYTES)
    assert end == Violation(1009, "A frame has over 16384 bytes")


# ---- any frames, in any pieces

SIZES = st.sampled_from([0, 1, 2, 124, 125, 126, 127, 299, 300, 301])
MASKS = st.binary(min_size=4, max_size=4)
PAYLOADS = st.one_of(st.text(max_size=8).map(str.encode), st.binary(max_size=8))
CODES = st.sampled_from([1000, 1006, 1011, 3000]).map(lambda code: code.to_bytes(2))


@st.composite
def frames(draw: st.DrawFn) -> bytes:
    """Return a frame of a client, mostly a good one."""
    opcode = draw(st.sampled_from([0, 0, 1, 1, 2, 8, 9, 10, 10, 3]))
    payload = draw(PAYLOADS) + b"x" * draw(SIZES)
    if opcode > BINARY:
        payload = payload[:125]
    if opcode == CLOSE:
        payload = draw(CODES) + draw(PAYLOADS)
    fin = draw(st.booleans()) or opcode > BINARY
    return masked(opcode, payload, fin, draw(MASKS))


STREAMS = st.lists(frames(), max_size=5).map(b"".join)


def fed(reader: FrameReader, data: bytes, size: int) -> list[Event]:
    """Return what a reader makes of pieces of this size; it must keep little."""
    found: list[Event] = []
    for start in range(0, len(data), size):
        found += reader.feed(data[start : start + size])
        assert len(reader._buffer) < LIMIT + 8  # a frame without its last byte
    return found


def pieces_give_the_same(
    make: Callable[[int], FrameReader], data: bytes, size: int
) -> None:
    assert fed(make(LIMIT), data, size) == make(LIMIT).feed(data)


ANY = given(data=STREAMS, size=st.sampled_from([1, 2, 3, 60]))
check_pieces, catch = CHECK(ANY(pieces_give_the_same)), CATCH(ANY(pieces_give_the_same))


def test_the_pieces_make_no_difference() -> None:
    check_pieces(FrameReader)


@pytest.mark.parametrize(
    ("method", "old", "new"),
    [
        ("_next", "< end:", "< end - 1:"),
        ("feed", "self._buffer += data", "self._buffer = bytearray(data)"),
        ("feed", "while not self._is_over and", "while"),
        ("_check", "> self._max_payload", "> 2 * self._max_payload"),
    ],
)
def test_a_reader_that_depends_on_the_pieces_is_caught(
    mutant: Callable[..., Any], method: str, old: str, new: str
) -> None:
    planted = mutant(websocket, method, old, new)
    with pytest.raises(AssertionError):
        catch(planted.FrameReader)


@CHECK
@given(parts=st.lists(st.text(max_size=9), min_size=1, max_size=4), mask=MASKS)
def test_what_a_client_sends_comes_back(parts: list[str], mask: bytes) -> None:
    sent = b"".join(
        masked(0 if i else TEXT, part.encode(), i == len(parts) - 1, mask)
        for i, part in enumerate(parts)
    )
    assert read(sent) == [
        Data(part.encode(), TEXT, i == len(parts) - 1) for i, part in enumerate(parts)
    ]


@CHECK
@given(data=st.binary(max_size=70), mask=MASKS)
def test_masking_is_a_loop_over_bytes(data: bytes, mask: bytes) -> None:
    assert xor(data, mask) == bytes(b ^ mask[i % 4] for i, b in enumerate(data))
    assert xor(xor(data, mask), mask) == data
