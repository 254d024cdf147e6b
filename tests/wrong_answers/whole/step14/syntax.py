# Diagnosis: SyntaxError when the file is read
"""Step 14: your tests of the chat room."""

from lessons.step14_your_tests.conftest import Room


def test_what_is_said_to_all_is_heard(room: Room) -> None:
    """An example; it stays as it is."""
    ann = room.join("ann")
    bob = room.join("bob")
    ann.send("@all hello")
    assert bob.line() == "ann: hello"


def test_people(room: Room) -> None:
    zoe = room.join("zoe")
    zoe.send("@people")
    assert zoe.line() = "No other users connected"
    room.join("bob")
    room.join("ann")
    assert zoe.line() == "[INFO] bob joined"
    assert zoe.line() == "[INFO] ann joined"
    zoe.send("@people")
    assert zoe.line() == "Online: bob, ann"


def test_private(room: Room) -> None:
    ann = room.join("ann")
    bob = room.join("bob")
    cat = room.join("cat")
    ann.send("@bob a  b")
    bob.line()
    assert bob.line() == "ann (private): a  b"
    cat.send("@people")
    assert cat.line() == "Online: ann, bob"


def test_leave(room: Room) -> None:
    ann = room.join("ann")
    bob = room.join("bob")
    bob.leave()
    assert ann.line() == "[INFO] bob joined"
    assert ann.line() == "[INFO] bob left"


def test_errors(room: Room) -> None:
    ann = room.join("ann")
    ann.send("hello")
    assert ann.line().startswith("[ERROR]")
    ann.send("@nobody hi")
    assert ann.line().startswith("[ERROR]")
