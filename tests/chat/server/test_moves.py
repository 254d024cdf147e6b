"""What `@room` and `@rooms` do, with a list in place of the postman."""

import socket
from collections.abc import Iterator

import pytest

from chat.server.mail import Letter, Move, Outbox
from tests.chat.server.test_room import Table


@pytest.fixture
def house() -> Iterator[Table]:
    """A room with alice, bob and carol, and as many as three rooms."""
    with socket.socket() as unused:
        yield Table(Outbox(unused), 3)


def test_a_member_that_moves_is_told_after_the_old_room_and_before_the_new(
    house: Table,
) -> None:
    """In one post: from its line on, it gets all that is said there, and no more."""
    house.says("@room team1")
    assert house.posts == [
        (
            Letter(b"[INFO] alice went to team1\n", but=house.alice),
            Move(house.alice, "team1"),
            Letter(b"[INFO] You are in team1\n", to=house.alice),
            Letter(b"[INFO] alice came from lobby\n", but=house.alice),
        )
    ]
    assert house.alice.room == "team1"


@pytest.mark.parametrize("line", ["@room", "@ROOM  ", "@room lobby", "@room LOBBY"])
def test_who_stays_is_told_where_it_is(house: Table, line: str) -> None:
    assert house.says(line) == [Letter(b"[INFO] You are in lobby\n", to=house.alice)]


def test_people_and_rooms_are_listed(house: Table) -> None:
    house.room.receive(house.bob, "@room Zoo")
    house.room.receive(house.carol, "@room zoo")
    house.posts.clear()
    assert house.says("@people") == [
        Letter(b"Online: bob (Zoo), carol (Zoo)\n", to=house.alice)
    ]
    house.posts.clear()
    assert house.says("@rooms") == [
        Letter(b"Rooms: lobby (1), Zoo (2)\n", to=house.alice)
    ]


@pytest.mark.parametrize(
    ("line", "start", "kind"),
    [
        ("@room all", b"[ERROR] That name is reserved", "bad room"),
        ("@room a b", b"[ERROR] A blank is not allowed there", "bad room"),
        ("@room four", b"[ERROR] There are 3 rooms already", "too many rooms"),
    ],
)
def test_a_room_may_not_be_entered(
    house: Table, line: str, start: bytes, kind: str
) -> None:
    house.room.receive(house.bob, "@room two")
    house.room.receive(house.carol, "@room three")
    house.posts.clear()
    (letter,) = house.says(line)
    assert isinstance(letter, Letter)
    assert letter.to is house.alice
    assert letter.data.startswith(start)
    assert house.room.receive(house.alice, line) == kind
    assert house.alice.room == "lobby"


@pytest.mark.parametrize("line", ["@room", "@room two", "@rooms"])
def test_without_rooms_nobody_asks_for_them(line: str) -> None:
    with socket.socket() as unused:
        table = Table(Outbox(unused), 1)
    letter = Letter(b"[ERROR] There are no other rooms here\n", to=table.alice)
    assert table.says(line) == [letter]
    assert table.room.receive(table.alice, line) == "no rooms"


def test_with_rooms_help_and_the_welcome_name_them(house: Table) -> None:
    (letter,) = house.says("@help")
    assert b"@room NAME" in letter.data
    house.room.join("dave", house.outbox)
    assert b"@room NAME, @rooms" in house.posts[-1][1].data


def test_who_is_muted_stays_where_it_is(house: Table) -> None:
    """A room's name says something, too, and all who are there are told of it."""
    house.room.moderation.mute("alice", 60)
    (letter,) = house.says("@room you_are_all_stupid")
    assert letter.data.startswith(b"[ERROR] You are muted")
    assert house.alice.room == "lobby"


def test_who_has_left_goes_nowhere(house: Table) -> None:
    """As when the server stops, and the line was on its way."""
    house.room.close()
    house.posts.clear()
    assert house.says("@room team1") == [
        Letter(b"[INFO] You are in lobby\n", to=house.alice)
    ]


def test_what_was_said_in_a_room_is_forgotten_with_it(house: Table) -> None:
    house.says("@room team1")
    house.says("@all for us")
    house.room.receive(house.bob, "@all for all")
    house.posts.clear()
    (said,) = house.says("@history")
    assert b"1 messages in team1:" in said.data
    assert b"alice: for us" in said.data
    house.says("@room lobby")
    house.posts.clear()
    (said,) = house.says("@history")
    assert b"1 messages in lobby:" in said.data
    assert b"bob: for all" in said.data
    house.says("@room team1")
    house.posts.clear()
    (said,) = house.says("@history")
    assert said.data == b"[INFO] Nothing has been said in team1 yet\n"
