# Diagnosis: A test is skipped, or is allowed to fail
"""Step 14: your tests of the chat room."""

import pytest

from lessons.step14_your_tests.conftest import Room


def test_what_is_said_to_all_is_heard(room: Room) -> None:
    """An example; it stays as it is."""
    ann = room.join("ann")
    bob = room.join("bob")
    ann.send("@all hello")
    assert bob.line() == "ann: hello"


@pytest.mark.skip(reason="fails sometimes")
def test_people(room: Room) -> None:
    ann = room.join("ann")
    ann.send("@people")
    assert ann.line() == "No other users connected"


@pytest.mark.xfail
def test_mistake(room: Room) -> None:
    ann = room.join("ann")
    ann.send("hello")
    assert ann.line() == "No @"
