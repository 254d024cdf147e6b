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

from chat.server.registry import Closed, Member, NameTaken, Registry
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


def test_who_joins_is_found_by_any_spelling() -> None:
    registry = Registry()
    straße = Member("Straße")
    registry.join(straße)
    assert registry.find("STRASSE") is straße
    assert registry.find("straße") is straße
    assert registry.find("ann") is None


def test_names_come_in_the_order_of_joining() -> None:
    registry = Registry()
    members = {name: Member(name) for name in ("zoe", "ann", "bob")}
    for member in members.values():
        registry.join(member)
    registry.leave(members["zoe"])
    registry.join(members["zoe"])
    assert registry.names() == ["ann", "bob", "zoe"]


def test_a_taken_name_is_refused_and_nothing_changes() -> None:
    registry = Registry()
    ann = Member("ann")
    registry.join(ann)
    with pytest.raises(NameTaken, match=r"^ANN$"):
        registry.join(Member("ANN"))
    assert registry.find("ann") is ann
    assert registry.names() == ["ann"]


def test_leave_tells_whether_the_member_was_online() -> None:
    registry, ann = Registry(), Member("ann")
    assert registry.leave(ann) is False
    registry.join(ann)
    assert registry.leave(ann) is True
    assert registry.leave(ann) is False


def test_an_old_owner_does_not_free_a_newcomers_name() -> None:
    registry = Registry()
    old, new = Member("ann"), Member("ann")
    registry.join(old)
    registry.leave(old)
    registry.join(new)
    assert registry.leave(old) is False
    assert registry.find("ann") is new


# ---- announcements


def test_news_are_announced_under_the_lock() -> None:
    """So nobody can come between a change and its news."""
    registry = Registry()
    ann = Member("ann")
    held: list[bool] = []
    announce = lambda: held.append(registry._lock.locked())  # noqa: E731
    registry.join(ann, announce)
    registry.find("ann", lambda _found: announce())
    registry.names(lambda _names: announce())
    registry.leave(ann, announce)
    registry.close(announce)
    assert held == [True] * 5


def test_what_fails_is_not_announced() -> None:
    registry = Registry()
    news: list[str] = []
    registry.join(Member("ann"))
    with pytest.raises(NameTaken):
        registry.join(Member("ann"), announce=lambda: news.append("joined"))
    registry.leave(Member("ann"), announce=lambda: news.append("left"))
    registry.find("bob", announce=lambda found: news.append(found.name))
    assert news == []


def test_what_is_found_is_what_is_announced() -> None:
    registry, ann = Registry(), Member("ann")
    registry.join(ann)
    told: list[object] = []
    assert registry.find("ANN", told.append) is ann
    assert registry.names(told.append) == ["ann"]
    assert told == [ann, ["ann"]]


def test_once_closed_nobody_is_inside_and_nobody_joins() -> None:
    registry, ann = Registry(), Member("ann")
    registry.join(ann)
    news: list[str] = []
    registry.close(announce=lambda: news.append("closed"))
    with pytest.raises(Closed):
        registry.join(Member("bob"), announce=lambda: news.append("joined"))
    assert news == ["closed"]
    assert registry.names() == []
    assert registry.leave(ann) is False


def test_of_fifty_threads_that_ask_at_once_one_gets_the_name() -> None:
    registry = Registry()
    barrier = threading.Barrier(50)
    news: list[str] = []
    refused: list[str] = []

    def ask() -> None:
        barrier.wait(DEADLINE_S)
        try:
            registry.join(Member("sam"), announce=lambda: news.append("joined"))
        except NameTaken as error:
            refused.append(str(error))

    threads = [threading.Thread(target=ask) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(DEADLINE_S)
    assert news == ["joined"]
    assert refused == ["sam"] * 49
    assert registry.names() == ["sam"]


# ---- any sequence of calls, against a plain dict


class RegistryMachine(RuleBasedStateMachine):
    """Do the same to a registry and to a dict; they must always agree."""

    make: Callable[[], Registry] = Registry
    members = Bundle("members")

    def __init__(self) -> None:
        super().__init__()
        self.registry = type(self).make()
        self.model: dict[str, Member] = {}
        self.news: list[str] = []
        self.expected_news: list[str] = []
        self.lists_given: list[tuple[list[str], list[str]]] = []

    @rule(target=members, name=st.sampled_from(NAMES))
    def someone_connects(self, name: str) -> Member:
        return Member(name)

    @rule(member=members)
    def join(self, member: Member) -> None:
        free = KEYS[member.name] not in self.model
        try:
            self.registry.join(member, lambda: self.news.append(f"+{member.name}"))
        except NameTaken:
            assert not free
        else:
            assert free
            self.model[KEYS[member.name]] = member
            self.expected_news.append(f"+{member.name}")

    @rule(member=members)
    def leave(self, member: Member) -> None:
        online = self.model.get(KEYS[member.name]) is member
        announce = lambda: self.news.append(f"-{member.name}")  # noqa: E731
        assert self.registry.leave(member, announce) is online
        if online:
            del self.model[KEYS[member.name]]
            self.expected_news.append(f"-{member.name}")

    @rule()
    def keep_a_list(self) -> None:
        names = self.registry.names()
        self.lists_given.append((names, names.copy()))

    @invariant()
    def both_agree(self) -> None:
        assert list(self.registry.names()) == [m.name for m in self.model.values()]
        for name in NAMES:
            assert self.registry.find(name) is self.model.get(KEYS[name])

    @invariant()
    def each_change_is_announced_once(self) -> None:
        assert self.news == self.expected_news

    @invariant()
    def a_list_given_earlier_stays_as_it_was(self) -> None:
        for given, copy in self.lists_given:
            assert list(given) == copy


def check_registry(make: Callable[[], Registry], *phases: Phase) -> None:
    machine = type("Machine", (RegistryMachine,), {"make": staticmethod(make)})
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


def test_a_registry_does_what_a_dict_does() -> None:
    check_registry(Registry, *Phase)


class LeavesForTheNewcomer(Registry):
    """Planted bug: who leaves twice throws out the next with the name."""

    def leave(self, member: Member, announce: Callable[[], None] = print) -> bool:
        with self._lock:
            if self._members.pop(member.key, None) is None:
                return False
            announce()
            return True


class Overwrites(Registry):
    """Planted bug: a newcomer takes the name of someone online."""

    def join(self, member: Member, announce: Callable[[], None] = print) -> None:
        with self._lock:
            self._members[member.key] = member
            announce()


class AnnouncesFirst(Registry):
    """Planted bug: news also of a join that is refused."""

    def join(self, member: Member, announce: Callable[[], None] = print) -> None:
        announce()
        super().join(member)


class GivesItsOwnList(Registry):
    """Planted bug: `names` returns the live data, not a copy."""

    def names(self) -> list[str]:
        self._names = getattr(self, "_names", [])
        self._names[:] = super().names()
        return self._names


class Sorts(Registry):
    """Planted bug: the order of the alphabet, not of joining."""

    def names(self) -> list[str]:
        return sorted(super().names())


class FindsAsTyped(Registry):
    """Planted bug: case matters."""

    def find(self, name: str) -> Member | None:
        with self._lock:
            return self._members.get(name)


@pytest.mark.parametrize(
    "wrong",
    [
        LeavesForTheNewcomer,
        Overwrites,
        AnnouncesFirst,
        GivesItsOwnList,
        Sorts,
        FindsAsTyped,
    ],
)
def test_the_machine_catches_a_planted_bug(wrong: type[Registry]) -> None:
    with pytest.raises(AssertionError):
        check_registry(wrong, Phase.generate)
