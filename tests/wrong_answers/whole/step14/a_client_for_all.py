# Diagnosis: A test uses another test's client
"""Step 14: your tests of the chat room.

Run them on the product:  python -m pytest lessons/step14_your_tests/exercise.py
Check what they catch:    python -m lessons check 14
"""

from lessons.step14_your_tests.conftest import Room


def test_what_is_said_to_all_is_heard(room: Room) -> None:
    """An example; it stays as it is."""
    ann = room.join("ann")
    bob = room.join("bob")
    ann.send("@all hello")
    assert bob.line() == "ann: hello"


ANN = None


def test_a(room):
    global ANN
    ANN = room.join("ann")


def test_b(room):
    bob = room.join("bob")
    ANN.send("@bob hi")
    assert bob.line() == "ann (private): hi"
