# Diagnosis: The tests that you added catch nothing
"""Step 14: your tests of the chat room."""

from lessons.step14_your_tests.conftest import Room


def test_what_is_said_to_all_is_heard(room: Room) -> None:
    """An example; it stays as it is."""
    ann = room.join("ann")
    bob = room.join("bob")
    ann.send("@all hello")
    assert bob.line() == "ann: hello"


def test_private(room: Room) -> None:
    eve = room.join("eve")
    eve.send("@eve hi")
    assert eve


def test_people(room: Room) -> None:
    mia = room.join("mia")
    mia.send("@people")
    answer = mia.line()
    assert answer == answer.strip() or "Online" in answer or "No other" in answer


def test_error(room: Room) -> None:
    tom = room.join("tom")
    tom.send("@nobody hi")
    lines = tom.leave()
    assert lines == [line for line in lines if line]
