"""The same four tests, looking closer, for the demo."""

from lessons.step14_your_tests.conftest import Room


def test_all(room: Room) -> None:
    """A message to all is heard by everyone else."""
    ann, bob = room.join("ann"), room.join("bob")
    ann.send("@all hello", "@people")
    assert bob.line() == "ann: hello"
    assert [ann.line(), ann.line()] == ["[INFO] bob joined", "Online: bob"]


def test_private(room: Room) -> None:
    """A private message is heard by one alone."""
    ann, bob, cat = room.join("ann"), room.join("bob"), room.join("cat")
    ann.send("@bob psst", "@cat hi")
    assert [bob.line(), bob.line()] == ["[INFO] cat joined", "ann (private): psst"]
    assert cat.line() == "ann (private): hi"


def test_people(room: Room) -> None:
    """The list has everyone else in it."""
    ann, _ = room.join("ann"), room.join("bob")
    ann.send("@people")
    assert [ann.line(), ann.line()] == ["[INFO] bob joined", "Online: bob"]


def test_leave(room: Room) -> None:
    """A user who leaves is seen off, and the others hear of it."""
    ann, bob = room.join("ann"), room.join("bob")
    bob.leave()
    assert [ann.line(), ann.line()] == ["[INFO] bob joined", "[INFO] bob left"]
