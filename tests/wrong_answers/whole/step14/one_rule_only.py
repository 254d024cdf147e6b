# Diagnosis: Too few wrong servers are caught
"""Step 14: your tests of the chat room."""

from lessons.step14_your_tests.conftest import Room


def test_what_is_said_to_all_is_heard(room: Room) -> None:
    """An example; it stays as it is."""
    ann = room.join("ann")
    bob = room.join("bob")
    ann.send("@all hello")
    assert bob.line() == "ann: hello"


def test_all_hears_everything(room: Room) -> None:
    ann = room.join("ann")
    bob = room.join("bob")
    for number in range(10):
        ann.send(f"@all line {number}")
        assert bob.line() == f"ann: line {number}"


def test_all_with_two_receivers(room: Room) -> None:
    ann = room.join("ann")
    bob = room.join("bob")
    cat = room.join("cat")
    assert bob.line() == "[INFO] cat joined"
    ann.send("@all hello")
    assert bob.line() == "ann: hello"
    assert cat.line() == "ann: hello"


def test_all_from_both(room: Room) -> None:
    ann = room.join("ann")
    bob = room.join("bob")
    assert ann.line() == "[INFO] bob joined"
    ann.send("@all hello")
    assert bob.line() == "ann: hello"
    bob.send("@all hello")
    assert ann.line() == "bob: hello"
