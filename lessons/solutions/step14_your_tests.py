"""Step 14, one good answer: tests of the chat room."""

from lessons.step14_your_tests.conftest import Room


def test_what_is_said_to_all_is_heard(room: Room) -> None:
    """An example; it stays as it is."""
    ann = room.join("ann")
    bob = room.join("bob")
    ann.send("@all hello")
    assert bob.line() == "ann: hello"


def test_who_speaks_to_all_gets_nothing(room: Room) -> None:
    """What would come, comes before the next answer."""
    ann = room.join("ann")
    ann.send("@all hello", "@people")
    assert ann.line() == "No other users connected"


def test_a_private_message_reaches_one_alone(room: Room) -> None:
    """Also its spaces arrive."""
    ann, bob, cat = room.join("ann"), room.join("bob"), room.join("cat")
    ann.send("@bob one   two", "@cat three")
    assert bob.line() == "[INFO] cat joined"
    assert bob.line() == "ann (private): one   two"
    assert cat.line() == "ann (private): three"


def test_all_hear_who_comes_and_goes(room: Room) -> None:
    """Then the name is free."""
    ann, bob = room.join("ann"), room.join("bob")
    bob.leave()
    again = room.join("bob")
    again.send("@people")
    news = [ann.line() for _ in range(3)]
    assert news == ["[INFO] bob joined", "[INFO] bob left", "[INFO] bob joined"]
    assert again.line() == "Online: ann"


def test_people_come_in_the_order_of_joining(room: Room) -> None:
    """A list in the order of names would be another one."""
    zoe, _, _ = room.join("zoe"), room.join("bob"), room.join("ann")
    zoe.send("@people")
    assert [zoe.line() for _ in range(3)][-1] == "Online: bob, ann"


def test_a_name_belongs_to_one(room: Room) -> None:
    """However it is written."""
    room.join("ann")
    for name in ("ann", "ANN"):
        other = room.connect()
        other.line()
        other.send(name)
        assert other.line().startswith("[ERROR]")


def test_mistakes_are_errors(room: Room) -> None:
    """And the connection stays."""
    ann = room.join("ann")
    ann.send_bytes(b"@nobody hi\nhello\n@all \xff\n")
    assert all(ann.line().startswith("[ERROR]") for _ in range(3))


def test_lines_count_however_they_come(room: Room) -> None:
    """In pieces, and several at once."""
    ann, bob = room.join("ann"), room.join("bob")
    ann.send_bytes(b"@bob on")
    bob.send("@people")
    assert bob.line() == "Online: ann"
    ann.send_bytes(b"e\n@bob two\n")
    assert [bob.line(), bob.line()] == ["ann (private): one", "ann (private): two"]
