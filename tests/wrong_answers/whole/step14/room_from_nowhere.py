# Diagnosis: A test does not ask for the room
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


def test_all(room):
    ann, bob = room.join("ann"), room.join("bob")
    ann.send("@all hello", "@people")
    assert bob.line() == "ann: hello"
    assert [ann.line(), ann.line()] == ["[INFO] bob joined", "Online: bob"]


def test_private(room):
    ann, bob, cat = room.join("ann"), room.join("bob"), room.join("cat")
    ann.send("@bob two  spaces", "@cat hi")
    assert [bob.line(), bob.line()] == [
        "[INFO] cat joined",
        "ann (private): two  spaces",
    ]
    assert cat.line() == "ann (private): hi"


def test_people(room):
    zoe, bob, ann = room.join("zoe"), room.join("bob"), room.join("ann")
    ann.send("@people")
    assert ann.line() == "Online: zoe, bob"


def test_alone():
    ann = room.join("ann")
    ann.send("@people")
    assert ann.line() == "No other users connected"


def test_names(room):
    ann = room.join("ann")
    for name in ("ann", "ANN"):
        other = room.connect()
        other.line()
        other.send(name)
        assert other.line().startswith("[ERROR]")
    ann.send("@people")
    assert ann.line() == "No other users connected"


def test_leave(room):
    ann, bob = room.join("ann"), room.join("bob")
    bob.leave()
    assert [ann.line(), ann.line()] == ["[INFO] bob joined", "[INFO] bob left"]
    bob = room.join("bob")
    assert ann.line() == "[INFO] bob joined"


def test_mistakes(room):
    ann, bob = room.join("ann"), room.join("bob")
    ann.line()
    for line in (b"hello\n", b"@carol hi\n", b"@all \xff\n"):
        ann.send_bytes(line)
        assert ann.line().startswith("[ERROR]")
    ann.send("@bob hi")
    assert bob.line() == "ann (private): hi"


def test_newcomer(room):
    ann = room.join("ann")
    ann.send("@all secret")
    bob = room.join("bob")
    ann.send("@bob hi")
    assert bob.line() == "ann (private): hi"


def test_greeting(room):
    ann = room.connect()
    assert ann.line().startswith("[INFO]")
    ann.send("ann")
    assert ann.line() == "[INFO] You are ann"
    assert ann.line().startswith("[INFO]")
    ann.send("@people")
    assert ann.line() == "No other users connected"
