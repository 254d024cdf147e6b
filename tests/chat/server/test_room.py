"""What each line of a member does, with a list in place of the postman."""

import socket
from collections.abc import Callable, Iterator
from types import SimpleNamespace

import pytest

from chat.server.mail import Enter, Item, Leave, Letter, Outbox
from chat.server.moderation import Moderation
from chat.server.registry import Closed, Member, NameTaken, Registry
from chat.server.room import Room
from chat.wire.framing import NOT_UTF8, Fault
from chat.wire.names import BadName


class Table:
    """A room with alice, bob and carol in it, and all that was posted since."""

    def __init__(self, outbox: Outbox, max_rooms: int = 1) -> None:
        self.outbox = outbox
        self.registry = Registry()
        self.posts: list[tuple[Item, ...]] = []
        self.room = Room(self.registry, self, max_rooms)
        self.alice = self.room.join("alice", outbox)
        self.bob = self.room.join("bob", outbox)
        self.carol = self.room.join("carol", outbox)
        self.posts.clear()

    def post(self, *items: Item) -> None:
        self.posts.append(items)

    def wait_for_space(self) -> None:
        pass

    def find(self, name: str) -> Member | None:
        with self.registry as members:
            return members.find(name)

    def says(self, line: str | Fault) -> list[Item]:
        """Return what is posted when alice sends `line`."""
        self.room.receive(self.alice, line)
        return [item for items in self.posts for item in items]


@pytest.fixture
def table() -> Iterator[Table]:
    with socket.socket() as unused:
        yield Table(Outbox(unused))


# ---- joining and leaving


def test_joining_tells_the_newcomer_first_then_the_others(table: Table) -> None:
    dave = table.room.join("Dave", table.outbox)
    (items,) = table.posts
    assert items == (
        Enter(dave, table.outbox),
        Letter(
            b"[INFO] You are Dave\n"
            b"[INFO] Commands: @people, @all TEXT, @NAME TEXT, @history [N], @help\n",
            to=dave,
        ),
        Letter(b"[INFO] Dave joined\n", but=dave),
    )
    assert table.find("dave") is dave


def test_what_tells_of_the_registry_is_posted_under_its_lock() -> None:
    """Or a list of who is online could come after the news that changed it."""
    held: list[bool] = []

    class Watch:
        def post(self, *items: Item) -> None:
            held.append(registry._lock.locked())

        def wait_for_space(self) -> None:
            assert not registry._lock.locked()

    registry = Registry()
    room = Room(registry, Watch(), 2)
    with socket.socket() as unused:
        member = room.join("alice", Outbox(unused))
    room.receive(member, "@alice hi")
    room.receive(member, "@people")
    room.receive(member, "@all hi")
    room.receive(member, "@history")
    room.receive(member, "@room team1")
    room.receive(member, "@rooms")
    room.leave(member)
    room.close()
    assert held == [True] * 9


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (NOT_UTF8, "not UTF-8"),
        ("two words", "is not allowed there"),
        ("admin", "reserved"),
        ("ALICE", "^ALICE is taken by someone online; please send another name$"),
    ],
)
def test_a_claim_that_is_refused_says_why(
    table: Table, line: str | Fault, reason: str
) -> None:
    with pytest.raises(BadName, match=reason):
        table.room.claim(line, table.outbox)
    assert table.posts == []


def test_a_claim_joins_under_the_name_as_normalised(table: Table) -> None:
    assert table.room.claim(" Ｄave ", table.outbox).name == "Dave"
    assert table.find("dave")


def test_a_line_waits_until_the_mail_has_space(table: Table) -> None:
    """So a flood waits in its sender's thread, whoever uses the room."""
    table.wait_for_space = lambda: table.posts.append(())  # type: ignore[method-assign]
    table.room.receive(table.alice, "@all hi")
    assert table.posts == [(), (Letter(b"alice: hi\n", but=table.alice),)]


def test_a_taken_name_posts_nothing(table: Table) -> None:
    with pytest.raises(NameTaken):
        table.room.join("ALICE", table.outbox)
    assert table.posts == []


def test_leaving_tells_the_others_then_takes_the_member_out(table: Table) -> None:
    table.room.leave(table.bob)
    assert table.posts == [
        (Letter(b"[INFO] bob left\n", but=table.bob), Leave(table.bob))
    ]
    assert table.find("bob") is None


def test_leaving_is_told_once(table: Table) -> None:
    table.room.leave(table.bob)
    table.posts.clear()
    table.room.leave(table.bob)
    assert table.posts == [(Leave(table.bob),)]


def test_a_late_leave_does_not_take_out_the_next_member_with_the_name(
    table: Table,
) -> None:
    table.room.leave(table.bob)
    newcomer = table.room.join("bob", table.outbox)
    table.posts.clear()
    table.room.leave(table.bob)
    assert table.posts == [(Leave(table.bob),)]
    assert table.find("bob") is newcomer


def test_closing_tells_all_who_have_joined_and_lets_nobody_join(table: Table) -> None:
    table.room.close()
    assert table.posts == [(Letter(b"[INFO] The server is shutting down\n"),)]
    with pytest.raises(Closed):
        table.room.join("dave", table.outbox)
    assert len(table.posts) == 1


def test_a_member_that_leaves_a_closed_room_is_released_without_news(
    table: Table,
) -> None:
    table.room.close()
    table.posts.clear()
    table.room.leave(table.bob)
    assert table.posts == [(Leave(table.bob),)]


# ---- commands


@pytest.mark.parametrize("line", ["@all hello  all", "@ALL hello  all "])
def test_all_reaches_everyone_else(table: Table, line: str) -> None:
    assert table.says(line) == [Letter(b"alice: hello  all\n", but=table.alice)]


@pytest.mark.parametrize("line", ["@bob hello", "@BOB   hello", "@ｂｏｂ hello"])
def test_a_name_reaches_that_user_alone(table: Table, line: str) -> None:
    assert table.says(line) == [Letter(b"alice (private): hello\n", to=table.bob)]


def test_a_message_to_oneself_is_allowed(table: Table) -> None:
    letter = Letter(b"alice (private): note\n", to=table.alice)
    assert table.says("@alice note") == [letter]


def test_people_lists_everyone_else_in_the_order_of_joining(table: Table) -> None:
    table.room.leave(table.bob)
    table.room.join("Bob", table.outbox)
    table.posts.clear()
    assert table.says("@people") == [Letter(b"Online: carol, Bob\n", to=table.alice)]


def test_people_says_when_there_is_nobody_else(table: Table) -> None:
    table.room.leave(table.bob)
    table.room.leave(table.carol)
    table.posts.clear()
    letter = Letter(b"No other users connected\n", to=table.alice)
    assert table.says("@people") == [letter]


def test_help_lists_every_command(table: Table) -> None:
    (letter,) = table.says("@help")
    assert isinstance(letter, Letter)
    assert letter.to is table.alice
    lines = letter.data.decode().splitlines(keepends=True)
    assert all(line.startswith("[INFO] @") and line[-1] == "\n" for line in lines)
    words = [line.removeprefix("[INFO] ").split()[0] for line in lines]
    assert words == ["@people", "@all", "@NAME", "@history", "@help"]


@pytest.mark.parametrize("line", ["", "   "])
def test_a_blank_line_is_ignored(table: Table, line: str) -> None:
    assert table.says(line) == []


@pytest.mark.parametrize(
    ("line", "start", "kind"),
    [
        ("hello", b"[ERROR] Start with @", "no @"),
        ("@nobody hi", b"[ERROR] nobody is not online", "not online"),
        ("@" + "x" * 99 + " hi", b"[ERROR] " + b"x" * 23 + "…".encode(), "not online"),
        ("@server hi", b"[ERROR] server is not online", "not online"),
        ("@", b"[ERROR] A name is missing", "no target"),
        ("@ hi", b"[ERROR] A name is missing", "no target"),
        ("@all", b"[ERROR] The message is missing", "no message"),
        ("@bob", b"[ERROR] @bob is not a command (@help", "no message"),
        ("@exit", b"[ERROR] To leave, close the connection", "@exit"),
        (NOT_UTF8, b"[ERROR] That line is not UTF-8", "no good line"),
        (Fault("No end", fatal=True), b"[ERROR] No end\n", "no good line"),
    ],
)
def test_what_is_refused_is_answered_with_one_error_to_the_sender(
    table: Table, line: str | Fault, start: bytes, kind: str
) -> None:
    (letter,) = table.says(line)
    assert isinstance(letter, Letter)
    assert letter.to is table.alice
    assert letter.data.startswith(start)
    assert letter.data.count(b"\n") == 1
    assert table.room.receive(table.alice, line) == kind


@pytest.mark.parametrize("line", ["@all hi", "@bob hi", "@people", "@help", ""])
def test_what_is_done_leaves_nothing_for_the_log(table: Table, line: str) -> None:
    assert table.room.receive(table.alice, line) == ""


def test_who_left_is_not_found(table: Table) -> None:
    table.room.leave(table.bob)
    table.posts.clear()
    (letter,) = table.says("@bob hi")
    assert isinstance(letter, Letter)
    assert letter.data.startswith(b"[ERROR] bob is not online")


def test_two_members_of_one_name_are_not_the_same() -> None:
    assert Member("ann") != Member("ann")


# ---- what the teacher has decided


def test_who_is_muted_may_ask_and_not_say(
    table: Table, mute_clock: SimpleNamespace
) -> None:
    table.room.moderation.mute("alice", 60)
    mute_clock.now_s = 130.5
    refused = Letter(b"[ERROR] You are muted for another 30 s\n", to=table.alice)
    for line in ("@all hi", "@bob hi", "@alice hi", "@nobody hi"):
        table.posts.clear()
        assert table.says(line) == [refused]
    for line in ("@people", "@help"):
        table.posts.clear()
        assert table.says(line) != [refused]
    table.posts.clear()
    table.room.receive(table.bob, "@all others may")
    assert table.posts == [(Letter(b"bob: others may\n", but=table.bob),)]
    mute_clock.now_s = 160
    table.posts.clear()
    assert table.says("@all hi") == [Letter(b"alice: hi\n", but=table.alice)]


@pytest.mark.usefixtures("mute_clock")
def test_who_is_muted_stays_so_under_the_old_name_and_another(table: Table) -> None:
    with socket.socket() as unused:
        bob = table.room.join("bob2", Outbox(unused, "10.0.0.7"))
        table.room.moderation.mute("bob2", 60)
        table.room.leave(bob)
        away = table.room.join("ＢＯＢ2", Outbox(unused, "10.0.0.8"))
        assert table.room.receive(away, "@all hi") == "muted"
        table.posts.clear()
        other = table.room.join("eve", Outbox(unused, "10.0.0.7"))
        told = Letter(b"[INFO] You are muted for another 60 s\n", to=other)
        assert table.posts[-1] == (told,)
        assert table.room.receive(other, "@all hi") == "muted"
        neighbour = table.room.join("frank", Outbox(unused, "10.0.0.7"))
        assert table.room.receive(neighbour, "@all hi") == ""


@pytest.mark.parametrize(
    ("forbid", "reason"),
    [
        (lambda m: m.lock_room(True), "^The teacher has locked the room"),
        (lambda m: m.ban("dave", ""), "^The teacher has banned you"),
        (lambda m: m.ban("", "10.0.0.7"), "^The teacher has banned you"),
    ],
)
def test_who_may_not_join_is_told_why(
    table: Table, forbid: Callable[[Moderation], None], reason: str
) -> None:
    forbid(table.room.moderation)
    with socket.socket() as unused, pytest.raises(BadName, match=reason):
        table.room.claim("DAVE", Outbox(unused, "10.0.0.7"))
    assert table.posts == []
