"""chat/PROTOCOL.md, section 1, framing: F1 to F5."""

import pytest

from tests.conformance.room import Room

pytestmark = pytest.mark.needs("framing")


def test_F1_a_line_may_come_one_byte_at_a_time(room: Room) -> None:
    ann, bob = room.people("ann", "bob")
    for byte in "@all héllo €\r\n".encode():
        ann.send_raw(bytes([byte]))
    assert bob.line() == "ann: héllo €"


def test_F1_fifty_lines_may_come_at_once(room: Room) -> None:
    ann, bob = room.people("ann", "bob")
    ann.send_raw(b"".join(b"@all line %d\n" % n for n in range(50)))
    assert bob.lines(50) == [f"ann: line {n}" for n in range(50)]


def test_F1_a_chunk_may_hold_the_end_of_one_line_and_the_start_of_the_next(
    room: Room,
) -> None:
    ann, bob = room.people("ann", "bob")
    ann.send_raw(b"@all on")
    ann.send_raw(b"e\n@all t")
    assert bob.line() == "ann: one"
    ann.send_raw(b"wo\n")
    assert bob.line() == "ann: two"


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        (b"@all hi\r\n", "ann: hi"),
        (b"@all hi\r\r\n", "ann: hi\ufffd"),
        (b"@all h\ri\n", "ann: h\ufffdi"),
    ],
    ids=["CR LF", "CR CR LF", "CR inside"],
)
def test_F1_one_CR_before_the_LF_is_dropped(
    room: Room, sent: bytes, shown: str
) -> None:
    ann, bob = room.people("ann", "bob")
    ann.send_raw(sent)
    assert bob.line() == shown


@pytest.mark.parametrize("code", [0x00, 0x0B, 0x0C, 0x0D, 0x1C, 0x85, 0x2028, 0x2029])
def test_F1_a_line_ends_nowhere_but_at_LF(room: Room, code: int) -> None:
    ann, bob = room.people("ann", "bob")
    ann.send(f"@bob one{chr(code)}@bob two")
    assert bob.line() == "ann (private): one\ufffd@bob two"
    assert bob.settle() == []


def test_F2_a_line_of_4096_bytes_arrives(room: Room) -> None:
    ann, bob = room.people("ann", "bob")
    ann.send_raw(b"@all " + b"x" * 4090 + b"\n")
    assert bob.line() == "ann: " + "x" * 4090


@pytest.mark.parametrize("length", [4097, 8192, 16383], ids=lambda n: f"{n} bytes")
def test_F2_a_longer_line_gets_one_error_and_is_thrown_away(
    room: Room, length: int
) -> None:
    ann, bob = room.people("ann", "bob")
    ann.send_raw(b"@all " + b"x" * (length - 6) + b"\n")
    errors = ann.settle()
    assert len(errors) == 1
    assert errors[0].startswith("[ERROR] ")
    assert bob.settle() == []


@pytest.mark.parametrize("before", [4090, 4095, 4096, 4097, 8191, 8192, 12288])
@pytest.mark.parametrize("apart", [False, True], ids=["at once", "apart"])
def test_F2_nothing_of_a_long_line_is_read_as_a_command(
    room: Room, before: int, apart: bool
) -> None:
    ann, bob = room.people("ann", "bob")
    ann.send_raw(b"x" * before)
    if apart:  # the server has read the first part before the second is sent
        if before < 4096:
            ann.send_raw(b"x" * (4096 - before))
        assert ann.line().startswith("[ERROR] ")
    ann.send_raw(b"@all smuggled, and so on\n")
    errors = ann.settle()
    assert len(errors) == (0 if apart else 1)
    assert bob.settle() == []


def test_F2_the_line_after_a_long_one_is_handled(room: Room) -> None:
    ann, bob = room.people("ann", "bob")
    ann.send_raw(b"x" * 5000 + b"\n@all fine\n")
    assert ann.line().startswith("[ERROR] ")
    assert bob.line() == "ann: fine"


def test_F2_after_16_KiB_without_LF_the_client_is_told_and_closed(room: Room) -> None:
    ann, bob = room.people("ann", "bob")
    ann.send_raw(b"@all " + b"x" * 16380)
    last = ann.rest()
    assert last
    assert {line[:8] for line in last} == {"[ERROR] "}
    assert bob.line() == "[INFO] ann left"


def test_F2_a_client_that_is_closed_while_it_sends_can_read_why(room: Room) -> None:
    ann, bob = room.people("ann", "bob")
    for _ in range(50):  # a reset would meet one of them
        ann.send_raw(b"x" * 10_000)
    last = ann.rest()
    assert last
    assert {line[:8] for line in last} == {"[ERROR] "}
    assert bob.line() == "[INFO] ann left"


def test_F2_a_long_line_is_refused_as_a_name_and_another_may_be_sent(
    room: Room,
) -> None:
    ann = room.greeted()
    ann.send("x" * 5000, "ann")
    assert ann.line().startswith("[ERROR] ")
    assert ann.line() == "[INFO] You are ann"


def test_F2_an_endless_name_is_closed(room: Room) -> None:
    ann = room.greeted()
    ann.send_raw(b"x" * 16385)
    assert {line[:8] for line in ann.rest()} == {"[ERROR] "}


@pytest.mark.parametrize(
    "bad",
    [b"\xff", b"\xe2\x82", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80"],
    ids=["no start", "cut short", "overlong", "surrogate", "past U+10FFFF"],
)
def test_F3_a_line_that_is_not_UTF8_gets_an_error_and_is_not_delivered(
    room: Room, bad: bytes
) -> None:
    ann, bob = room.people("ann", "bob")
    ann.send_raw(b"@all one " + bad + b" two\n")
    errors = ann.settle()
    assert len(errors) == 1
    assert errors[0].startswith("[ERROR] ")
    ann.send("@all still here")
    assert bob.line() == "ann: still here"


def test_F3_a_name_that_is_not_UTF8_is_refused_and_another_may_be_sent(
    room: Room,
) -> None:
    ann = room.greeted()
    ann.send_raw(b"\xe4nn\nann\n")
    assert ann.line().startswith("[ERROR] ")
    assert ann.line() == "[INFO] You are ann"


def test_F4_an_unterminated_line_at_the_end_is_thrown_away(room: Room) -> None:
    ann, bob = room.people("ann", "bob")
    ann.send_raw(b"@all whole\n@all cut")
    assert ann.leave() == []
    assert bob.lines(2) == ["ann: whole", "[INFO] ann left"]
    assert bob.settle() == []


def test_F4_an_unterminated_name_joins_nobody(room: Room) -> None:
    (bob,) = room.people("bob")
    ann = room.greeted()
    ann.send_raw(b"ann")
    assert not [line for line in ann.leave() if "You are" in line]
    assert bob.settle() == []


def test_F5_after_a_half_close_the_answers_still_come_and_then_the_end(
    room: Room,
) -> None:
    ann, bob = room.people("ann", "bob")
    ann.send("@people", *(f"@ann {n}" for n in range(100)), "@bob bye")
    answers = ["Online: bob", *(f"ann (private): {n}" for n in range(100))]
    assert ann.leave() == answers
    assert bob.lines(2) == ["ann (private): bye", "[INFO] ann left"]


def test_F5_name_commands_and_half_close_may_come_in_one_piece(room: Room) -> None:
    (bob,) = room.people("bob")
    ann = room.connect()
    ann.send("ann", "@people", "@all hello")
    lines = ann.leave()
    assert [line[:7] for line in lines[:1]] == ["[INFO] "]
    assert lines[1] == "[INFO] You are ann"
    assert lines[3:] == ["Online: bob"]
    assert bob.lines(3) == ["[INFO] ann joined", "ann: hello", "[INFO] ann left"]
