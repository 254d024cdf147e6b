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


def test_of_your_own(room: Room) -> None:
    """Put as many tests as you need here, each a function whose name begins with test_.

    Together they must catch at least 12 of the 18 wrong rooms, and refuse no right one.
    """
    raise NotImplementedError("YOUR TURN")
