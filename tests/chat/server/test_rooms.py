"""The rooms: each is there from its first member to its last."""

from collections.abc import Callable

import pytest
from hypothesis import Phase
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from chat.server.registry import Member, Members
from chat.server.rooms import RoomCounts, TooManyRooms
from tests.chat.server.test_registry import KEYS, MembersMachine, check_members

ROOMS = ["lobby", "zoo", "ZOO", "art", "gym"]
MAX_ROOMS = 3


def test_a_room_is_there_from_its_first_member_to_its_last() -> None:
    members, ann, bob = Members(), Member("ann"), Member("bob")
    members.join(ann)
    members.join(bob)
    assert members.rooms.counts() == {"lobby": 2}
    assert members.move(ann, "Zoo", 0)
    assert members.move(bob, "ZOO", 0)
    assert bob.room == "Zoo"
    assert members.rooms.counts() == {"lobby": 0, "Zoo": 2}
    assert not members.move(bob, "zoo", 0)
    assert members.rooms.find("zoo") == "Zoo"
    members.leave(ann)
    assert members.move(bob, "lobby", 0)
    assert members.rooms.counts() == {"lobby": 1}
    assert members.rooms.find("zoo") is None


def test_there_are_as_many_rooms_as_allowed() -> None:
    members, ann, bob = Members(), Member("ann"), Member("bob")
    members.join(ann)
    members.join(bob)
    assert members.move(ann, "zoo", 2)
    with pytest.raises(TooManyRooms):
        members.move(bob, "art", 2)
    assert bob.room == "lobby"
    assert members.move(bob, "zoo", 2)


# ---- any sequence of calls, against a dict of lists


class RoomsMachine(MembersMachine):
    """The same, and members who go from room to room."""

    def __init__(self) -> None:
        super().__init__()
        self.rooms: dict[str, list[Member]] = {"lobby": []}  # by key, the oldest first

    def joined(self, member: Member) -> None:
        self.rooms["lobby"].append(member)

    def left(self, member: Member) -> None:
        self.take_out(member)
        member.room = "lobby"  # in the program nobody comes back as the same member

    def take_out(self, member: Member) -> None:
        (room,) = (room for room, there in self.rooms.items() if member in there)
        self.rooms[room].remove(member)
        if not self.rooms[room] and room != "lobby":
            del self.rooms[room]

    @rule(member=MembersMachine.people, room=st.sampled_from(ROOMS))
    def move(self, member: Member, room: str) -> None:
        online = self.model.get(KEYS[member.name]) is member
        key = room.lower()
        moves = online and member not in self.rooms.get(key, [])
        full = online and key not in self.rooms and len(self.rooms) == MAX_ROOMS
        try:
            assert self.members.move(member, room, MAX_ROOMS) is moves
        except TooManyRooms:
            assert full
        else:
            assert not full
            if moves:
                self.rooms.setdefault(key, [])
                self.take_out(member)
                self.rooms[key].append(member)

    @invariant()
    def the_rooms_agree(self) -> None:
        counts = self.members.rooms.counts()
        assert [room.lower() for room in counts] == list(self.rooms)
        assert [*counts.values()] == [len(there) for there in self.rooms.values()]
        for key, there in self.rooms.items():
            assert {member.room for member in there} <= {self.members.rooms.find(key)}


@pytest.mark.slow
def test_the_rooms_do_what_a_dict_of_lists_does() -> None:
    check_members(Members, *Phase, kind=RoomsMachine)


class KeepsEmptyRooms(RoomCounts):
    """Planted bug: a room does not end with its last member."""

    def leave(self, room: str) -> None:
        self._people[room] -= 1


class ClosesTheLobby(RoomCounts):
    """Planted bug: the lobby is a room like any other."""

    def leave(self, room: str) -> None:
        super().leave(room)
        if not self._people.get(room):
            self._people.pop(room, None)


class KnowsTheRoomAsTyped(RoomCounts):
    """Planted bug: case matters."""

    def enter(self, room: str, limit: int) -> str:
        found = super().enter(room, limit)
        self._people[room] = self._people.pop(found)
        return room


class ForgetsTheLastToLeave(Members):
    """Planted bug: a member who goes offline stays in its room."""

    def leave(self, member: Member) -> bool:
        return self._by_key.get(member.key) is member and bool(
            self._by_key.pop(member.key)
        )


def with_rooms(kind: type[RoomCounts]) -> Callable[[], Members]:
    def make() -> Members:
        members = Members()
        members.rooms = kind()
        return members

    return make


@pytest.mark.slow
@pytest.mark.parametrize(
    "make",
    [
        ForgetsTheLastToLeave,
        with_rooms(KeepsEmptyRooms),
        with_rooms(ClosesTheLobby),
        with_rooms(KnowsTheRoomAsTyped),
    ],
)
def test_the_machine_with_rooms_catches_a_planted_bug(
    make: Callable[[], Members],
) -> None:
    with pytest.raises((AssertionError, KeyError)):
        check_members(make, Phase.generate, kind=RoomsMachine)
