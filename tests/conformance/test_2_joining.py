"""chat/PROTOCOL.md, section 2, joining: rules 1 to 4."""

import select
from collections.abc import Callable

import pytest

from tests.conformance.room import Room

pytestmark = pytest.mark.needs("joining")

timed = pytest.mark.needs("limits")


def test_2_joining_1_the_server_asks_for_a_name(room: Room) -> None:
    assert room.connect().line().startswith("[INFO] ")


def test_2_joining_2_an_accepted_client_is_told_its_name_and_the_commands(
    room: Room,
) -> None:
    ann = room.greeted()
    ann.send("ann")
    assert ann.line() == "[INFO] You are ann"
    commands = ann.line()
    assert commands.startswith("[INFO] ")
    for word in ("@people", "@all", "@help"):
        assert word in commands
    assert ann.settle() == []


def test_2_joining_2_everyone_else_is_told_once(room: Room) -> None:
    ann, bob = room.people("ann", "bob")
    carl = room.join("carl")
    assert carl.settle() == []
    assert ann.settle() == ["[INFO] carl joined"]
    assert bob.settle() == ["[INFO] carl joined"]


def test_2_joining_2_the_server_answers_with_the_normalised_name(room: Room) -> None:
    (bob,) = room.people("bob")
    ann = room.greeted()
    ann.send("  \uff21nn ")
    assert ann.line() == "[INFO] You are Ann"
    assert bob.line() == "[INFO] Ann joined"


def test_2_joining_2_nobody_is_told_of_a_client_without_a_name(room: Room) -> None:
    (bob,) = room.people("bob")
    ann = room.greeted()
    ann.send("@people")
    assert ann.line().startswith("[ERROR] ")
    ann.leave()
    assert bob.settle() == []


def test_2_joining_3_a_refusal_is_an_error(room: Room) -> None:
    room.people("bob")
    ann = room.greeted()
    ann.send("two words", "BOB", "ann")
    assert [line[:8] for line in ann.lines(2)] == ["[ERROR] "] * 2
    assert ann.line() == "[INFO] You are ann"


@pytest.mark.needs("advice")
def test_2_joining_3_a_refusal_says_why_and_what_is_allowed(room: Room) -> None:
    room.people("bob")
    ann = room.greeted()
    ann.send("two words", "BOB")
    assert "letters" in ann.line()
    assert "BOB" in ann.line()


def test_2_joining_3_four_refusals_leave_a_fifth_try(room: Room) -> None:
    ann = room.greeted()
    ann.send("", "!", "a b", "all", "ann")
    assert [line[:8] for line in ann.lines(4)] == ["[ERROR] "] * 4
    assert ann.line() == "[INFO] You are ann"


def test_2_joining_3_after_five_refusals_the_connection_is_closed(room: Room) -> None:
    (bob,) = room.people("bob")
    ann = room.greeted()
    ann.send("", "!", "a b", "all", "bob", "ann")
    assert [line[:8] for line in ann.rest()] == ["[ERROR] "] * 5
    assert bob.settle() == []


@timed
def test_2_joining_4_a_client_without_a_name_in_time_is_closed(
    open_room: Callable[..., Room],
) -> None:
    room = open_room(join_timeout=0.3)
    late = {said: room.greeted() for said in (b"", b"!\n", b"\xff\n\n", b"ann")}
    for said, client in late.items():
        client.send_raw(said)
    for said, client in late.items():
        assert (said, {line[:8] for line in client.rest()}) == (said, {"[ERROR] "})


@timed
def test_2_joining_4_a_client_that_sends_byte_by_byte_is_closed_too(
    open_room: Callable[..., Room],
) -> None:
    late = open_room(join_timeout=0.3).greeted()
    for _ in range(500):  # many times as long as it has
        if select.select([late.sock], [], [], 0.01)[0]:
            break
        late.send_raw(b"a")
    else:
        pytest.fail("it may dribble for ever")
    assert late.ended()


@timed
def test_2_joining_4_a_client_with_a_name_stays(open_room: Callable[..., Room]) -> None:
    room = open_room(join_timeout=0.3)
    (ann,) = room.people("ann")
    late = room.greeted()
    assert late.rest()  # now the time of ann, who came earlier, is over as well
    assert ann.settle() == []
