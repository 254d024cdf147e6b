"""Who is online: one owner per name key, in the order of joining."""

import threading
from collections.abc import Callable

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)

from chat.server.registry import Closed, Member, Members, NameTaken, Registry
from tests.support import DEADLINE_S

# Several spellings of few users, so that names meet.
NAMES = ["ann", "Ann", "ＡＮＮ", "bob", "BOB", "eve", "Straße", "STRASSE"]
KEYS = {
    **dict.fromkeys(["ann", "Ann", "ＡＮＮ"], "ann"),
    **dict.fromkeys(["bob", "BOB"], "bob"),
    "eve": "eve",
    **dict.fromkeys(["Straße", "STRASSE"], "strasse"),
}


# ---- each method by itself


def test_who_joins_is_found_by_the_key_of_any_spelling() -> None:
    members = Members()
    straße = Member("Straße")
    members.join(straße)
    assert members.find("strasse") is straße
    assert members.find(Member("STRASSE").key) is straße
    assert members.find("ann") is None


def test_names_come_in_the_order_of_joining() -> None:
    members = Members()
    known = {name: Member(name) for name in ("zoe", "ann", "bob")}
    for member in known.values():
        members.join(member)
    members.leave(known["zoe"])
    members.join(known["zoe"])
    assert members.all() == [known[name] for name in ("ann", "bob", "zoe")]


def test_a_taken_name_is_refused_and_nothing_changes() -> None:
    members = Members()
    ann = Member("ann")
    members.join(ann)
    with pytest.raises(NameTaken, match=r"^ANN is taken by someone online"):
        members.join(Member("ANN"))
    assert members.find("ann") is ann
    assert members.all() == [ann]


def test_leave_tells_whether_the_member_was_online() -> None:
    members, ann = Members(), Member("ann")
    assert members.leave(ann) is False
    members.join(ann)
    assert members.leave(ann) is True
    assert members.leave(ann) is False


def test_an_old_owner_does_not_free_a_newcomers_name() -> None:
    members = Members()
    old, new = Member("ann"), Member("ann")
    members.join(old)
    members.leave(old)
    members.join(new)
    assert members.leave(old) is False
    assert members.find("ann") is new


def test_once_closed_nobody_is_inside_and_nobody_joins() -> None:
    members, ann = Members(), Member("ann")
    members.join(ann)
    members.close()
    with pytest.raises(Closed):
        members.join(Member("bob"))
    assert members.all() == []
    assert members.leave(ann) is False


def test_who_is_not_online_is_not_moved() -> None:
    members, ann = Members(), Member("ann")
    assert not members.move(ann, "zoo", 0)
    members.join(ann)
    members.close()
    assert not members.move(ann, "zoo", 0)
    assert members.rooms.counts() == {"lobby": 0}


# ---- the lock


def test_the_lock_is_held_for_the_block_and_no_longer() -> None:
    """So nobody can come between a change and its news."""
    registry = Registry()
    with registry as members:
        assert registry._lock.locked()
        members.join(Member("ann"))
    assert not registry._lock.locked()


def test_the_lock_is_given_back_where_the_block_fails() -> None:
    registry = Registry()
    with registry as members:
        members.join(Member("ann"))
    with pytest.raises(NameTaken), registry as members:
        members.join(Member("ann"))
    assert not registry._lock.locked()


def test_of_fifty_threads_that_ask_at_once_one_gets_the_name() -> None:
    registry = Registry()
    barrier = threading.Barrier(50)
    news: list[str] = []
    refused: list[str] = []

    def ask() -> None:
        barrier.wait(DEADLINE_S)
        try:
            with registry as members:
                members.join(Member("sam"))
                news.append("joined")
        except NameTaken as error:
            refused.append(str(error))

    threads = [threading.Thread(target=ask) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(DEADLINE_S)
    assert news == ["joined"]
    assert refused == [str(NameTaken("sam"))] * 49


# ---- any sequence of calls, against a plain dict


class MembersMachine(RuleBasedStateMachine):
    """Do the same to the members and to a dict; they must always agree."""

    make: Callable[[], Members] = Members
    people = Bundle("people")

    def __init__(self) -> None:
        super().__init__()
        self.members = type(self).make()
        self.model: dict[str, Member] = {}
        self.lists_given: list[tuple[list[Member], list[Member]]] = []

    @rule(target=people, name=st.sampled_from(NAMES))
    def someone_connects(self, name: str) -> Member:
        return Member(name)

    @rule(member=people)
    def join(self, member: Member) -> None:
        free = KEYS[member.name] not in self.model
        try:
            self.members.join(member)
        except NameTaken:
            assert not free
        else:
            assert free
            self.model[KEYS[member.name]] = member
            self.joined(member)

    @rule(member=people)
    def leave(self, member: Member) -> None:
        online = self.model.get(KEYS[member.name]) is member
        assert self.members.leave(member) is online
        if online:
            del self.model[KEYS[member.name]]
            self.left(member)

    def joined(self, member: Member) -> None:
        """Note that a member is online now."""

    def left(self, member: Member) -> None:
        """Note that a member is offline now."""

    @rule()
    def keep_a_list(self) -> None:
        given = self.members.all()
        self.lists_given.append((given, given.copy()))

    @invariant()
    def both_agree(self) -> None:
        assert self.members.all() == list(self.model.values())
        for key in KEYS.values():
            assert self.members.find(key) is self.model.get(key)

    @invariant()
    def a_list_given_earlier_stays_as_it_was(self) -> None:
        for given, copy in self.lists_given:
            assert given == copy


def check_members(
    make: Callable[[], Members],
    *phases: Phase,
    kind: type[MembersMachine] = MembersMachine,
) -> None:
    machine = type("Machine", (kind,), {"make": staticmethod(make)})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=60,
            stateful_step_count=25,
            derandomize=True,
            report_multiple_bugs=False,
            phases=phases,
        ),
    )


def test_the_members_do_what_a_dict_does() -> None:
    check_members(Members, *Phase)


class LeavesForTheNewcomer(Members):
    """Planted bug: who leaves twice throws out the next with the name."""

    def leave(self, member: Member) -> bool:
        return self._by_key.pop(member.key, None) is not None


class Overwrites(Members):
    """Planted bug: a newcomer takes the name of someone online."""

    def join(self, member: Member) -> None:
        self._by_key[member.key] = member


class KnowsTheNameAsTyped(Members):
    """Planted bug: case matters."""

    def join(self, member: Member) -> None:
        if member.name in self._by_key:
            raise NameTaken(member.name)
        self._by_key[member.name] = member


class GivesItsOwnList(Members):
    """Planted bug: `all` returns the live data, not a copy."""

    def all(self) -> list[Member]:
        self._all = getattr(self, "_all", [])
        self._all[:] = super().all()
        return self._all


class Sorts(Members):
    """Planted bug: the order of the alphabet, not of joining."""

    def all(self) -> list[Member]:
        return sorted(super().all(), key=lambda member: member.name)


@pytest.mark.parametrize(
    "wrong",
    [LeavesForTheNewcomer, Overwrites, KnowsTheNameAsTyped, GivesItsOwnList, Sorts],
)
def test_the_machine_catches_a_planted_bug(wrong: type[Members]) -> None:
    with pytest.raises(AssertionError):
        check_members(wrong, Phase.generate)
