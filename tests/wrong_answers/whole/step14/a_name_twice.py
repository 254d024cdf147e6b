# Diagnosis: Two tests have the same name
"""Step 14: your tests of the chat room."""

from lessons.step14_your_tests.conftest import Room


def test_what_is_said_to_all_is_heard(room: Room) -> None:
    """An example; it stays as it is."""
    ann = room.join("ann")
    bob = room.join("bob")
    ann.send("@all hello")
    assert bob.line() == "ann: hello"


def test_people(room: Room) -> None:
    ann = room.join("ann")
    ann.send("@people")
    assert ann.line() == "No other users connected"


def test_people(room: Room) -> None:  # noqa: F811
    ann, bob = room.join("ann"), room.join("bob")
    bob.send("@people")
    assert bob.line() == "Online: ann"
