"""Four tests that look good, for the demo."""

from lessons.step14_your_tests.conftest import Room


def test_all(room: Room) -> None:
    """A message to all is heard."""
    ann, bob = room.join("ann"), room.join("bob")
    ann.send("@all hello")
    assert "hello" in bob.line()


def test_private(room: Room) -> None:
    """A private message is heard."""
    ann, bob = room.join("ann"), room.join("bob")
    ann.send("@bob psst")
    assert "psst" in bob.line()


def test_people(room: Room) -> None:
    """The list has bob in it."""
    ann, _ = room.join("ann"), room.join("bob")
    ann.send("@people")
    assert "bob" in ann.line()


def test_leave(room: Room) -> None:
    """A user who leaves is seen off."""
    room.join("ann")
    bob = room.join("bob")
    assert not bob.leave()
