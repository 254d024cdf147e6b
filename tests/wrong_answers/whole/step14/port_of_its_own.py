# Diagnosis: The tests connect to a fixed server instead of the room
"""Step 14: your tests of the chat room."""

import socket

from lessons.step14_your_tests.conftest import Room


def test_what_is_said_to_all_is_heard(room: Room) -> None:
    """An example; it stays as it is."""
    ann = room.join("ann")
    bob = room.join("bob")
    ann.send("@all hello")
    assert bob.line() == "ann: hello"


def join(name):
    sock = socket.create_connection(("127.0.0.1", 54321))
    lines = sock.makefile("rw")
    lines.readline()
    lines.write(name + "\n")
    lines.flush()
    lines.readline()
    lines.readline()
    return lines


def test_private():
    ann = join("ann")
    ann.write("@ann hi\n")
    ann.flush()
    assert ann.readline() == "ann (private): hi\n"


def test_people():
    ann = join("ann")
    ann.write("@people\n")
    ann.flush()
    assert ann.readline() == "No other users connected\n"
