"""chat/PROTOCOL.md, section 7: rooms."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.conformance.room import Room
from tests.support import Client

pytestmark = pytest.mark.needs("rooms")

MOVERS = [f"m{n}" for n in range(4)]
LEAVERS = MOVERS[:2]
MOVES = 12


def goes(client: Client, name: str) -> None:
    """Go to a room, and leave nothing to read."""
    client.send(f"@room {name}")
    client.line_with(f"[INFO] You are in {name}")


def test_7_everyone_begins_in_the_lobby(room: Room) -> None:
    (ann,) = room.people("ann")
    ann.send("@room")
    assert ann.line() == "[INFO] You are in lobby"
    ann.send("@rooms")
    assert ann.line() == "Rooms: lobby (1)"


def test_7_a_move_is_told_in_both_rooms(room: Room) -> None:
    ann, bob, carl = room.people("ann", "bob", "carl")
    goes(bob, "team1")
    assert ann.line() == carl.line() == "[INFO] bob went to team1"
    goes(ann, "team1")
    assert bob.line() == "[INFO] ann came from lobby"
    assert carl.line() == "[INFO] ann went to team1"
    goes(ann, "lobby")
    assert bob.line() == "[INFO] ann went to lobby"
    assert carl.line() == "[INFO] ann came from team1"


def test_7_only_a_user_who_is_already_there_is_told_so(room: Room) -> None:
    ann, bob = room.people("ann", "bob")
    ann.send("@room Lobby", "@room", "@room  lobby ")
    assert ann.lines(3) == ["[INFO] You are in lobby"] * 3
    assert bob.settle() == []


def test_7_rooms_are_listed_as_they_came_to_be_and_end_with_the_last(
    room: Room,
) -> None:
    ann, bob, carl = room.people("ann", "bob", "carl")
    goes(bob, "zoo")
    goes(carl, "art")
    assert ann.lines(2) == ["[INFO] bob went to zoo", "[INFO] carl went to art"]
    ann.send("@rooms")
    assert ann.line() == "Rooms: lobby (1), zoo (1), art (1)"
    bob.leave()
    goes(ann, "art")
    ann.send("@rooms")
    assert ann.line() == "Rooms: lobby (0), art (2)"
    goes(ann, "zoo")
    ann.send("@rooms")
    assert ann.line() == "Rooms: lobby (0), art (1), zoo (1)"


def test_7_a_room_is_matched_by_key_and_keeps_its_name(room: Room) -> None:
    ann, bob = room.people("ann", "bob")
    goes(ann, "Team1")
    bob.send("@ROOM ｔｅａｍ1")
    assert bob.lines(2) == ["[INFO] ann went to Team1", "[INFO] You are in Team1"]
    assert ann.line() == "[INFO] bob came from lobby"


@pytest.mark.parametrize(
    "name",
    ["two words", "all", "Teacher2", "x" * 25, "a\u202eb", "-a", "pаyee", "@bob"],
)
def test_7_no_room_has_a_name_that_no_user_could_have(room: Room, name: str) -> None:
    ann, bob = room.people("ann", "bob")
    ann.send(f"@room {name}", "@room")
    error, answer = ann.lines(2)
    assert error.startswith("[ERROR] ")
    assert answer == "[INFO] You are in lobby"
    assert bob.settle() == []


def test_7_all_is_for_the_room(room: Room) -> None:
    ann, bob, carl, dave = room.people("ann", "bob", "carl", "dave")
    goes(carl, "team1")
    goes(dave, "team1")
    carl.settle()
    ann.settle()
    bob.settle()
    ann.send("@all in the lobby")
    carl.send("@all in the team")
    assert bob.line() == "ann: in the lobby"
    assert dave.line() == "carl: in the team"
    for client in (ann, bob, carl, dave):
        assert client.settle() == []


def test_7_people_are_listed_with_their_rooms(room: Room) -> None:
    ann, bob, carl = room.people("ann", "bob", "carl")
    goes(carl, "team1")
    bob.settle()
    ann.settle()
    ann.send("@people")
    assert ann.line() == "Online: bob, carl (team1)"
    carl.send("@people")
    assert carl.line() == "Online: ann (lobby), bob (lobby)"


def test_7_a_private_message_finds_its_way(room: Room) -> None:
    ann, bob = room.people("ann", "bob")
    goes(bob, "team1")
    assert ann.line() == "[INFO] bob went to team1"
    ann.send("@bob psst")
    assert bob.line() == "ann (private): psst"


def test_7_joined_is_told_in_the_lobby_and_left_in_the_room(room: Room) -> None:
    ann, bob, carl = room.people("ann", "bob", "carl")
    goes(bob, "team1")
    goes(carl, "team1")
    assert bob.line() == "[INFO] carl came from lobby"
    ann.settle()
    dave = room.join("dave")
    assert ann.line() == "[INFO] dave joined"
    carl.leave()
    assert bob.line() == "[INFO] carl left"
    dave.leave()
    assert ann.line() == "[INFO] dave left"
    assert bob.settle() == []
    assert ann.settle() == []


def test_7_help_lists_the_rooms(room: Room) -> None:
    (ann,) = room.people("ann")
    ann.send("@help")
    assert {"@room", "@rooms"} <= {line.split()[1] for line in ann.settle()}


@pytest.mark.slow
def test_7_the_number_of_rooms_is_limited(
    open_room: Callable[..., Room],
) -> None:
    ann, bob = open_room(max_rooms=2).people("ann", "bob")
    goes(ann, "one")
    assert bob.line() == "[INFO] ann went to one"
    bob.send("@room two", "@room")
    error, answer = bob.lines(2)
    assert error.startswith("[ERROR] ")
    assert answer == "[INFO] You are in lobby"
    goes(bob, "one")
    goes(ann, "lobby")
    goes(bob, "lobby")
    goes(bob, "two")


@pytest.mark.slow
def test_7_there_may_be_no_rooms(open_room: Callable[..., Room]) -> None:
    (ann,) = open_room(max_rooms=1).people("ann")
    ann.send("@room", "@room one", "@rooms", "@help")
    answers = ann.settle()
    assert [line[:8] for line in answers[:3]] == ["[ERROR] "] * 3
    assert not [line for line in answers[3:] if "room" in line.split()[1]]


# ---- P2 to P4, for each room


def _move(client: Client, name: str) -> list[str]:
    """Go to and fro and speak in both rooms; return all that was seen."""
    for n in range(MOVES):
        client.send(f"@room {('team1', 'lobby')[n % 2]}", f"@all {name} {n}")
        if n % 4 == 0:
            client.send("@rooms")
    if name not in LEAVERS:
        return client.settle()
    client.send("@room team1", f"@all {name} leaves")
    return client.leave()


def _parts(lines: list[str]) -> list[tuple[str, list[str]]]:
    """Cut what one saw into its stays: in which room, and the lines there."""
    stays: list[tuple[str, list[str]]] = [("lobby", [])]
    for line in lines:
        if line.startswith("[INFO] You are in "):
            stays.append((line.removeprefix("[INFO] You are in "), []))
        elif not line.startswith("Rooms: "):
            stays[-1][1].append(line)
    return stays


def _without(lines: list[str], name: str) -> list[str]:
    mine = (f"{name}: ", f"[INFO] {name} ")
    return [line for line in lines if not line.startswith(mine)]


@pytest.mark.needs("order")
def test_7_each_room_has_one_order_and_each_sees_all_of_its_stay(room: Room) -> None:
    """P2, P3 and P4 of section 4: one watches the lobby, one watches team1."""
    watcher, other, *movers = room.people("watcher", "other", *MOVERS)
    goes(other, "team1")
    assert watcher.line() == "[INFO] other went to team1"
    for mover in movers:
        mover.settle()
    barrier = threading.Barrier(len(movers))

    def run(mover: Client, name: str) -> list[str]:
        barrier.wait()
        return _move(mover, name)

    with ThreadPoolExecutor(len(movers)) as threads:
        seen = list(threads.map(run, movers, MOVERS))
    told = {"lobby": watcher.settle(), "team1": other.settle()}
    for mover, name, lines in zip(movers, MOVERS, seen, strict=True):
        leaves = name in LEAVERS
        stays = _parts(lines if leaves else lines + mover.settle())
        visited = ["lobby", *["team1", "lobby"] * (MOVES // 2), *["team1"] * leaves]
        assert [where for where, _ in stays] == visited
        for index, (where, lines) in enumerate(stays):
            # From its own coming to its own going, just what the watcher saw.
            news = [n for n, line in enumerate(told[where]) if _is_of(name, line)]
            start, end = [0, *news, len(told[where])][index : index + 2]
            assert lines == _without(told[where][start:end], name)


def _is_of(name: str, line: str) -> bool:
    verbs = ("came from", "went to", "left")
    return line.startswith(tuple(f"[INFO] {name} {verb}" for verb in verbs))
