# Diagnosis: A fixture lasts longer than the room in it
"""Step 14: your tests of the chat room."""

import pytest

from lessons.step14_your_tests.conftest import Room


def test_what_is_said_to_all_is_heard(room: Room) -> None:
    """An example; it stays as it is."""
    ann = room.join("ann")
    bob = room.join("bob")
    ann.send("@all hello")
    assert bob.line() == "ann: hello"


@pytest.fixture(scope="module")
def ann(room: Room):
    return room.join("ann")


def test_people(ann) -> None:
    ann.send("@people")
    assert ann.line() == "No other users connected"


def test_mistake(ann) -> None:
    ann.send("hello")
    assert ann.line().startswith("[ERROR]")
