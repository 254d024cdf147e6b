# Diagnosis: A test asserts nothing
"""Step 14: your tests of the chat room.

Run them on chat.server:  python -m pytest lessons/step14_your_tests/exercise.py
Check what they catch:    python -m lessons check 14
"""

from lessons.step14_your_tests.conftest import Room


def test_what_is_said_to_all_is_heard(room: Room) -> None:
    """An example; it stays as it is."""
    ann = room.join("ann")
    bob = room.join("bob")
    ann.send("@all hello")
    assert bob.line() == "ann: hello"


def test_all(room):
    ann, bob = room.join("ann"), room.join("bob")
    ann.send("@all hello", "@people")
    bob.line() == "ann: hello"
    ann.line() == "Online: bob"
