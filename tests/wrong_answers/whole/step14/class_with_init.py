# Diagnosis: A class of tests has an `__init__`
"""Step 14: your tests of the chat room."""

from lessons.step14_your_tests.conftest import Room


def test_what_is_said_to_all_is_heard(room: Room) -> None:
    """An example; it stays as it is."""
    ann = room.join("ann")
    bob = room.join("bob")
    ann.send("@all hello")
    assert bob.line() == "ann: hello"


class TestRoom:
    def __init__(self) -> None:
        self.names = ["ann", "bob"]

    def test_alone(self, room: Room) -> None:
        ann = room.join(self.names[0])
        ann.send("@people")
        assert ann.line() == "No other users connected"
