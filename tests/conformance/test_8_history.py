"""Section 8: what was said before."""

import re

import pytest

from tests.conformance.room import Room

pytestmark = pytest.mark.needs("history")

SAID = r"\[([01]\d|2[0-3]):[0-5]\d\] "


def test_8_a_newcomer_can_read_what_was_said(room: Room) -> None:
    alice, bob = room.people("alice", "bob")
    alice.send("@all Grüße,  alle: da")
    assert bob.line() == "alice: Grüße,  alle: da"
    bob.send("@alice only for you", "@all  yes ")
    assert alice.lines(2)[1] == "bob: yes"
    carol = room.join("carol")
    carol.send("@history 2")
    told = carol.lines(3)
    assert told[0] == "[INFO] The last 2 messages in lobby:"
    assert re.fullmatch(SAID + "alice: Grüße,  alle: da", told[1])
    assert re.fullmatch(SAID + "bob: yes", told[2])
    assert carol.settle() == []


def test_8_numbers(room: Room) -> None:
    (alice,) = room.people("alice")
    alice.send(*(f"@all {number}" for number in range(130)))
    for asked, shown in (("", 20), (" 3", 3), (" 0", 1), (" 1000", 100), (" x", 20)):
        alice.send(f"@HISTORY{asked}")
        told = alice.lines(shown + 1)
        assert told[0] == f"[INFO] The last {shown} messages in lobby:"
        assert [line.split()[-1] for line in told[1:]] == [
            str(number) for number in range(130 - shown, 130)
        ]


def test_8_long_messages(room: Room) -> None:
    (alice,) = room.people("alice")
    alice.send(*["@all " + "x" * 4000] * 12, "@history 100")
    told = alice.lines(9)
    assert told[0] == "[INFO] The last 8 messages in lobby:"
    assert alice.settle() == []


@pytest.mark.needs("rooms")
def test_8_each_room_has_its_own(room: Room) -> None:
    alice, bob = room.people("alice", "bob")
    alice.send("@all in the lobby", "@room team1", "@all in the team", "@history")
    assert alice.lines(2)[1] == "[INFO] The last 1 messages in team1:"
    assert re.fullmatch(SAID + "alice: in the team", alice.line())
    alice.settle()
    bob.send("@room TEAM1", "@history", "@room lobby", "@history 1")
    told = bob.line_with("[INFO] You are in team1") and bob.lines(5)
    assert told[0] == "[INFO] The last 1 messages in team1:"
    assert re.fullmatch(SAID + "alice: in the team", told[1])
    assert told[3] == "[INFO] The last 1 messages in lobby:"
    assert re.fullmatch(SAID + "alice: in the lobby", told[4])


@pytest.mark.needs("rooms")
def test_8_a_room_that_has_ended_is_forgotten(room: Room) -> None:
    (alice,) = room.people("alice")
    alice.send("@room team1", "@all hello", "@room lobby", "@room team1", "@history")
    told = "[INFO] Nothing has been said in team1 yet"
    assert alice.lines(4)[3] == told
