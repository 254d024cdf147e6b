# Diagnosis: A unittest.TestCase gets no fixtures
"""Step 14: your tests of the chat room."""

import unittest

from lessons.step14_your_tests.conftest import Room


def test_what_is_said_to_all_is_heard(room: Room) -> None:
    """An example; it stays as it is."""
    ann = room.join("ann")
    bob = room.join("bob")
    ann.send("@all hello")
    assert bob.line() == "ann: hello"


class TestRoom(unittest.TestCase):
    def test_people(self, room: Room) -> None:
        ann = room.join("ann")
        ann.send("@people")
        self.assertEqual(ann.line(), "No other users connected")
