# Diagnosis: The tests do not talk to the server that is tried
"""Step 14: your tests of the chat room."""

import pytest

from lessons.compare.servers import SERVERS, running
from lessons.step14_your_tests.conftest import Room


@pytest.fixture
def room():
    with running(SERVERS[0]) as server:
        room = Room(server.address, has_one_thread=False)
        yield room
        room.clear()


def test_what_is_said_to_all_is_heard(room: Room) -> None:
    """An example; it stays as it is."""
    ann = room.join("ann")
    bob = room.join("bob")
    ann.send("@all hello")
    assert bob.line() == "ann: hello"


def test_people(room: Room) -> None:
    ann = room.join("ann")
    ann.send("@people")
    assert ann.line() == "No other users connected"
