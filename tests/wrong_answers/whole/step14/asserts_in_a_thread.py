# Diagnosis: A test asserts in another thread
"""Step 14: your tests of the chat room."""

import threading

from lessons.step14_your_tests.conftest import Room


def test_what_is_said_to_all_is_heard(room: Room) -> None:
    """An example; it stays as it is."""
    ann = room.join("ann")
    bob = room.join("bob")
    ann.send("@all hello")
    assert bob.line() == "ann: hello"


def test_private(room: Room) -> None:
    ann, bob = room.join("ann"), room.join("bob")

    def listen() -> None:
        assert bob.line() == "ann (private): hello"

    thread = threading.Thread(target=listen)
    thread.start()
    ann.send("@bob hello")
    thread.join()
