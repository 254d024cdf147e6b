"""What the teacher does in the room, and what each user is told of it."""

import socket
from collections.abc import Iterator

import pytest

from chat.server.mail import Item, Letter, Move, Outbox, Remove
from chat.server.moderation import BANNED
from chat.server.registry import Registry
from chat.server.room import Room
from chat.server.rooms import TooManyRooms
from chat.server.teacher import REMOVED, NoRoom, Teacher, Unknown
from chat.wire.answers import format_error
from chat.wire.names import BadName


class School:
    """A room with alice and bob, who share an address, and carol."""

    def __init__(self, sock: socket.socket) -> None:
        self.posts: list[Item] = []
        registry = Registry()
        self.room = Room(registry, self, 3)
        self.teacher = Teacher(registry, self, self.room.moderation, 3)
        self.alice, self.bob, self.carol = (
            self.room.join(name, Outbox(sock, host))
            for name, host in (
                ("alice", "10.0.0.7"),
                ("bob", "10.0.0.7"),
                ("carol", "127.0.0.1"),
            )
        )
        self.posts.clear()

    def post(self, *items: Item) -> None:
        self.posts += items

    def wait_for_space(self) -> None:
        pass

    def removed(self) -> list[object]:
        return [item.address for item in self.posts if isinstance(item, Remove)]


@pytest.fixture
def school() -> Iterator[School]:
    with socket.socket() as unused:
        yield School(unused)


def test_say_reaches_everyone(school: School) -> None:
    school.teacher.say("break")
    assert school.posts == [Letter(b"[INFO] The teacher says: break\n")]


@pytest.mark.parametrize("name", ["BOB", "@bob"])
def test_kick_removes_who_has_the_name_by_key(school: School, name: str) -> None:
    assert school.teacher.kick(name) == "bob"
    (removed,) = school.posts
    assert removed.address is school.bob
    assert removed.last_words.startswith(b"[ERROR] ")
    with pytest.raises(Unknown):
        school.teacher.kick("dave")
    assert len(school.posts) == 1


def test_who_is_muted_is_told(school: School) -> None:
    assert school.teacher.mute("@Bob", 60) == "bob"
    school.teacher.unmute("BOB")
    assert school.posts == [
        Letter(b"[INFO] You are muted for 60 s\n", to=school.bob),
        Letter(b"[INFO] You may talk again\n", to=school.bob),
    ]
    with pytest.raises(Unknown):
        school.teacher.mute("dave", 60)


def test_a_mute_holds_for_a_second_connection(school: School) -> None:
    """Carol has an address of her own; at alice's and bob's may be a whole class."""

    def says(name: str, host: str) -> str:
        newcomer = school.room.join(name, Outbox(None, host))  # type: ignore[arg-type]
        return school.room.receive(newcomer, "@all hi")

    school.teacher.mute("bob", 60)
    shared = [says(name, "10.0.0.7") for name in ("bob2", "dave", "eve")]
    assert shared == ["muted", "", ""]
    assert school.room.receive(school.alice, "@all hi") == ""
    school.teacher.mute("carol", 60)
    assert [says(name, "127.0.0.1") for name in ("c2", "c3", "c4")] == ["muted"] * 3


def test_who_has_left_can_be_unmuted(school: School) -> None:
    school.teacher.mute("bob", 60)
    school.room.leave(school.bob)
    school.teacher.unmute("bob")
    assert school.room.moderation.muted_s("bob") == 0


def test_mute_all_is_told_to_everyone_and_ends(school: School) -> None:
    school.teacher.mute_all()
    assert school.posts == [Letter(b"[INFO] The teacher has muted everyone\n")]
    assert school.room.receive(school.bob, "@all hi") == "muted"
    school.teacher.unmute_all()
    assert school.posts[-1] == Letter(b"[INFO] Everyone may talk again\n")
    assert school.room.receive(school.bob, "@all hi") == ""


def test_a_ban_of_an_address_removes_all_from_it(school: School) -> None:
    assert school.teacher.ban("10.0.0.7") == ["10.0.0.7"]
    assert school.posts == [
        Remove(member, format_error(BANNED), REMOVED)
        for member in (school.alice, school.bob)
    ]


def test_the_address_goes_with_a_name_if_nobody_shares_it(school: School) -> None:
    """Or `ban bob` would throw out a class that comes from one address."""
    assert school.teacher.ban("@BOB") == ["bob"]
    assert school.removed() == [school.bob]
    school.room.leave(school.bob)
    assert school.teacher.ban("alice") == ["alice", "10.0.0.7"]


def test_addresses_of_an_ipv6_network_count_as_one(school: School) -> None:
    with socket.socket() as unused:
        dave, erin, frank = (
            school.room.join(name, Outbox(unused, host))
            for name, host in (
                ("dave", "fd00:8::2"),
                ("erin", "fd00:8::3"),
                ("frank", "fd00:8:0:1::3"),
            )
        )
    assert school.teacher.ban("dave") == ["dave"]
    assert school.teacher.ban("frank") == ["frank", "fd00:8:0:1::/64"]
    school.teacher.unban("fd00:8:0:1::/64")
    assert school.teacher.banned() == ["dave", "frank"]
    assert school.teacher.ban("fd00:8::4") == ["fd00:8::/64"]
    assert school.removed() == [dave, frank, dave, erin]


def test_unban_ends_a_ban_and_refuses_what_is_not_banned(school: School) -> None:
    school.room.leave(school.alice)
    school.teacher.ban("bob")
    school.teacher.unban("@BOB")
    assert school.teacher.banned() == ["10.0.0.7"]
    with pytest.raises(Unknown):
        school.teacher.unban("bob")


def test_a_locked_room_is_opened_again(school: School) -> None:
    rules = school.room.moderation
    school.teacher.lock(True)
    assert rules.refusal("10.0.0.9")
    school.teacher.lock(False)
    assert not rules.refusal("10.0.0.9")


def test_the_address_of_this_machine_is_not_banned_with_a_name(school: School) -> None:
    with socket.socket() as unused:
        school.room.join("dave", Outbox(unused))  # of no known address
    assert school.teacher.ban("carol") == ["carol"]
    assert school.removed() == [school.carol]
    assert school.teacher.banned() == ["carol"]


def test_an_address_may_be_banned_before_anyone_comes_from_it(school: School) -> None:
    assert school.teacher.ban("10.0.0.9") == ["10.0.0.9"]
    assert school.posts == []
    with pytest.raises(Unknown):
        school.teacher.ban("dave")


def test_people_has_all_that_the_teacher_asks_for(school: School) -> None:
    school.teacher.mute("bob", 60)
    rows = [(row.name, row.address, row.muted) for row in school.teacher.people()]
    assert rows == [
        ("alice", "10.0.0.7", False),
        ("bob", "10.0.0.7", True),
        ("carol", "127.0.0.1", False),
    ]
    assert all(0 <= row.online_s < 60 for row in school.teacher.people())


# ---- rooms


def test_who_is_sent_to_a_room_is_told_as_if_it_had_gone(school: School) -> None:
    assert school.teacher.send("@BOB", "Team1") == ("bob", "Team1")
    assert school.posts == [
        Letter(b"[INFO] bob went to Team1\n", but=school.bob),
        Move(school.bob, "Team1"),
        Letter(b"[INFO] You are in Team1\n", to=school.bob),
        Letter(b"[INFO] bob came from lobby\n", but=school.bob),
    ]
    assert school.teacher.send("alice", "TEAM1") == ("alice", "Team1")
    assert school.teacher.rooms() == {"lobby": 1, "Team1": 2}
    assert [row.room for row in school.teacher.people()] == ["Team1", "Team1", "lobby"]


@pytest.mark.parametrize(
    ("name", "room", "reason"),
    [("dave", "two", Unknown), ("bob", "all", BadName), ("bob", "four", TooManyRooms)],
)
def test_a_user_who_cannot_be_sent_to_a_room_stays(
    school: School, name: str, room: str, reason: type[Exception]
) -> None:
    school.teacher.send("alice", "two")
    school.teacher.send("carol", "three")
    school.posts.clear()
    with pytest.raises(reason):
        school.teacher.send(name, room)
    assert school.posts == []


def test_one_room_can_be_told_alone(school: School) -> None:
    school.teacher.send("bob", "Team1")
    school.posts.clear()
    assert school.teacher.say_in("team1", "hurry up") == "Team1"
    told = b"[INFO] The teacher says: hurry up\n"
    assert school.posts == [Letter(told, room="Team1")]
    with pytest.raises(NoRoom):
        school.teacher.say_in("team2", "hello?")
    assert len(school.posts) == 1


def test_gather_brings_everyone_to_the_lobby_in_few_lines(school: School) -> None:
    school.teacher.send("alice", "one")
    school.teacher.send("bob", "two")
    school.posts.clear()
    assert school.teacher.gather() == 2
    assert school.posts == [
        Move(school.alice, "lobby"),
        Letter(b"[INFO] You are in lobby\n", to=school.alice),
        Move(school.bob, "lobby"),
        Letter(b"[INFO] You are in lobby\n", to=school.bob),
        Letter(b"[INFO] The teacher has brought everyone to lobby\n"),
    ]
    assert school.teacher.rooms() == {"lobby": 3}
    assert school.teacher.gather() == 0
    assert len(school.posts) == 5
