"""What Tab knows after each line of the server."""

import pytest

from chat.client import seen
from chat.client.seen import Seen
from chat.wire.answers import WORDS, read_line


@pytest.mark.parametrize(
    ("lines", "names", "rooms"),
    [
        (["bob: hi", "carol (private): hi"], ["bob", "carol"], ["lobby"]),
        (["Online: bob, carol"], ["bob", "carol"], ["lobby"]),
        (["Online: bob, carol (zoo)"], ["bob", "carol"], ["lobby", "zoo"]),
        (["No other users connected"], [], ["lobby"]),
        (["[INFO] bob joined"], ["bob"], ["lobby"]),
        (["[INFO] bob joined", "[INFO] bob left"], [], ["lobby"]),
        (["[INFO] bob went to zoo"], ["bob"], ["lobby", "zoo"]),
        (["[INFO] bob came from zoo"], ["bob"], ["lobby", "zoo"]),
        (["[INFO] You are in zoo"], [], ["lobby", "zoo"]),
        (["[INFO] You are in zoo", "Rooms: lobby (1), art (12)"], [], ["lobby", "art"]),
        (["[INFO] You are muted for 60 s", "[ERROR] bob joined"], [], ["lobby"]),
        (["[INFO] The teacher says: bob joined"], [], ["lobby"]),
        (["bob: [INFO] eve joined", "bob: You are in zoo"], ["bob"], ["lobby"]),
        (["alice: note", "Online: alice (me)"], [], ["lobby", "me"]),
    ],
)
def test_what_is_noted(lines: list[str], names: list[str], rooms: list[str]) -> None:
    known = Seen()
    known.me = "alice"
    for line in lines:
        known.note(read_line(line))
    assert (known.names, known.rooms) == (names, rooms)


def test_the_room_that_we_are_in() -> None:
    known = Seen()
    assert known.room == "lobby"
    for line in ("[INFO] You are in zoo", "bob: You are in art", "[INFO] bob left"):
        known.note(read_line(line))
    assert known.room == "zoo"


def test_those_seen_last_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seen, "MAX_SEEN", 2)
    known = Seen()
    for name in ("ann", "bob", "ann", "carl"):
        known.note(read_line(f"{name}: hi"))
    assert known.names == ["ann", "carl"]


def test_the_commands_are_those_that_the_server_has() -> None:
    known = Seen()
    assert known.commands == WORDS
    known.note(read_line("[INFO] Commands: @people, @all TEXT, @NAME TEXT, @help"))
    assert known.commands == ("@people", "@all", "@help")
