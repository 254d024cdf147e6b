# Diagnosis: The exception of a failing assert is caught
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
    ann.send("@bob hello")
    try:
        assert bob.line() == "ann (private): hello"
    except AssertionError as error:
        print("failed:", error)
    else:
        print("passed")
