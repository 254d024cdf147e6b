# Diagnosis: A test is inside another function
"""Step 14: your tests of the chat room."""

from lessons.step14_your_tests.conftest import Room


def test_what_is_said_to_all_is_heard(room: Room) -> None:
    """An example; it stays as it is."""
    ann = room.join("ann")
    bob = room.join("bob")
    ann.send("@all hello")
    assert bob.line() == "ann: hello"


def test_people(room: Room) -> None:
    def test_alone(room: Room) -> None:
        ann = room.join("ann")
        ann.send("@people")
        assert ann.line() == "No other users connected"
