# Diagnosis: pytest does not find one of your tests
"""Step 14: your tests of the chat room."""

from lessons.step14_your_tests.conftest import Room


def test_what_is_said_to_all_is_heard(room: Room) -> None:
    """An example; it stays as it is."""
    ann = room.join("ann")
    bob = room.join("bob")
    ann.send("@all hello")
    assert bob.line() == "ann: hello"


if __name__ == "__main__":

    def test_errors(room: Room) -> None:
        ann = room.join("ann")
        ann.send("@nobody hi")
        assert ann.line().startswith("[ERROR]")
