# Diagnosis: An assert cannot fail
"""Step 14: your tests of the chat room."""

from lessons.step14_your_tests.conftest import Room


def test_what_is_said_to_all_is_heard(room: Room) -> None:
    """An example; it stays as it is."""
    ann = room.join("ann")
    bob = room.join("bob")
    ann.send("@all hello")
    assert bob.line() == "ann: hello"


def test_private(room: Room) -> None:
    ann, bob = room.join("ann"), room.join("bob")
    ann.send("@bob one   two")
    assert (bob.line() == "ann (private): one   two", "the spaces stay")


def test_people(room: Room) -> None:
    ann, _ = room.join("ann"), room.join("bob")
    ann.send("@people")
    assert (ann.line() == "[INFO] bob joined", ann.line() == "Online: bob")
