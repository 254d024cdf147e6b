"""Who may not speak and who may not come in: the rules, without a room."""

from types import SimpleNamespace

import pytest

from chat.server.moderation import BANNED, LOCKED, MUTED_ALL, Moderation


def test_a_mute_ends_when_its_time_is_over(mute_clock: SimpleNamespace) -> None:
    rules = Moderation()
    rules.mute("bob", 60)
    mute_clock.now_s = 130.5
    assert rules.silence("bob") == "You are muted for another 30 s"
    assert rules.silence("ann") == ""
    mute_clock.now_s = 160.0
    assert rules.silence("bob") == ""


def test_a_mute_goes_on_for_one_newcomer_from_there(
    mute_clock: SimpleNamespace,
) -> None:
    rules = Moderation()
    rules.mute("bob", 60)
    rules.left("bob", "10.0.0.7")
    mute_clock.now_s = 110.0
    assert rules.joined("eve", "10.0.0.8") == 0
    assert rules.joined("ann", "10.0.0.7") == 50
    assert rules.joined("joe", "10.0.0.7") == 0


def test_a_user_who_comes_back_gets_their_own_mute(mute_clock: SimpleNamespace) -> None:
    rules = Moderation()
    for name, for_s in (("ann", 20), ("bob", 60)):
        rules.mute(name, for_s)
        rules.left(name, "10.0.0.7")
    assert rules.joined("bob", "10.0.0.7") == 60
    assert rules.joined("eve", "10.0.0.7") == 20


def test_the_longer_of_two_mutes_holds(mute_clock: SimpleNamespace) -> None:
    rules = Moderation()
    rules.mute("bob", 20)
    rules.left("bob", "10.0.0.7")
    rules.mute("bob", 60)
    assert rules.joined("bob", "10.0.0.7") == 60


def test_a_mute_reaches_one_newcomer_while_its_user_is_still_there(
    mute_clock: SimpleNamespace,
) -> None:
    rules = Moderation()
    rules.mute("bob", 60, "10.0.0.7")
    assert rules.joined("eve", "10.0.0.7") == 60
    assert rules.joined("ann", "10.0.0.7") == 0
    rules.left("bob", "10.0.0.7")
    assert rules.joined("bob2", "10.0.0.7") == 60
    assert rules.joined("joe", "10.0.0.7") == 0


@pytest.mark.parametrize("ends", ["in time", "by name", "for all"])
def test_a_mute_reaches_everyone_from_an_address_that_nobody_shares(
    mute_clock: SimpleNamespace, ends: str
) -> None:
    rules = Moderation()
    rules.mute("bob", 60, "fd00:8::2", is_alone=True)
    for name in ("eve", "eve2", "eve3"):
        assert rules.joined(name, "fd00:8::3") == 60
    mute_clock.now_s += 60 * (ends == "in time")
    if ends != "in time":
        rules.unmute("bob") if ends == "by name" else rules.unmute_all()
    assert rules.joined("joe", "fd00:8::3") == 0
    rules.mute("bob", 60, "fd00:8::2")
    assert rules.joined("kim", "fd00:8::3") == 60
    assert rules.joined("leo", "fd00:8::3") == 0


def test_a_mute_that_has_ended_is_passed_to_nobody(mute_clock: SimpleNamespace) -> None:
    rules = Moderation()
    for name, for_s in (("ann", 10), ("bob", 60)):
        rules.mute(name, for_s)
        rules.left(name, "10.0.0.7")
    mute_clock.now_s += 20
    assert rules.joined("eve", "10.0.0.7") == 40


def test_nothing_is_kept_of_what_has_ended(mute_clock: SimpleNamespace) -> None:
    rules = Moderation()
    for number in range(100):
        rules.mute(f"bob{number}", 10)
        rules.left(f"bob{number}", "10.0.0.7")
        mute_clock.now_s += 20
    rules.left("ann", "10.0.0.7")
    assert (rules._muted, rules._passing) == ({}, {})


@pytest.mark.parametrize("name", ["bob", ""])
def test_unmute_reaches_those_who_have_left(name: str) -> None:
    rules = Moderation()
    rules.mute("bob", 60)
    rules.left("bob", "10.0.0.7")
    rules.unmute(name) if name else rules.unmute_all()
    assert rules.joined("eve", "10.0.0.7") == 0
    assert rules.silence("bob") == ""


def test_all_may_be_muted() -> None:
    rules = Moderation()
    rules.mute_all()
    assert rules.silence("ann") == MUTED_ALL
    rules.unmute_all()
    assert rules.silence("ann") == ""


def test_a_ban_is_for_a_name_or_an_address() -> None:
    rules = Moderation()
    rules.ban("bob", "10.0.0.7")
    assert rules.refusal("10.0.0.8", "bob") == BANNED
    assert rules.refusal("10.0.0.7", "ann") == BANNED
    assert rules.refusal("10.0.0.7") == BANNED
    assert rules.refusal("10.0.0.8", "ann") == rules.refusal("") == ""
    assert rules.banned() == ["bob", "10.0.0.7"]
    assert rules.unban("bob", "bob")
    assert rules.unban("10.0.0.7", "10.0.0.7")
    assert not rules.unban("bob", "bob")
    assert rules.refusal("10.0.0.7", "bob") == ""


def test_a_locked_room_takes_nobody() -> None:
    rules = Moderation()
    rules.lock_room(True)
    assert rules.refusal("10.0.0.8", "ann") == LOCKED
    rules.lock_room(False)
    assert rules.refusal("10.0.0.8", "ann") == ""


@pytest.mark.parametrize("lifted", ["fd00:8::3", "fd00:8::/64"])
def test_all_of_one_ipv6_network_are_one(lifted: str) -> None:
    rules = Moderation()
    rules.ban("", "fd00:8::2")
    assert rules.banned() == ["fd00:8::/64"]
    assert rules.refusal("fd00:8::ffff") == BANNED
    assert rules.refusal("fd00:8:0:1::2") == ""
    assert rules.unban("", lifted)
    assert rules.refusal("fd00:8::2") == ""


def test_a_mute_follows_to_another_address_of_the_network(
    mute_clock: SimpleNamespace,
) -> None:
    rules = Moderation()
    rules.mute("bob", 60)
    rules.left("bob", "fd00:8::2")
    assert rules.joined("eve", "fd00:8::3") == 60
