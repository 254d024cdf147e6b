"""What a newcomer is asked: the key, a name, its password."""

import logging
import math
from types import SimpleNamespace
from typing import Any

import pytest

from chat.server import entrance, registry, room
from chat.server.entrance import Entrance, Newcomer
from chat.server.guesses import GUESSES
from chat.server.mail import Item, Outbox
from chat.server.registry import Registry
from chat.server.room import Room
from chat.wire.framing import Fault
from lessons.races import RaceFound
from lessons.races.strategies import expect_one_at_a_time

KEY_ASKED = b"[SECRET] Please send the key to this room\n"
NAME_ASKED = b"[INFO] Welcome! Please send your name\n"


class FakeOwners:
    """Alice's password is hers; nothing is hashed."""

    can_hash = True

    def __init__(self) -> None:
        self.passwords = {"alice": "correct horse"}
        self.asked: list[float] = []

    def has(self, key: str) -> bool:
        return key in self.passwords

    def is_right(self, key: str, password: str, within_s: float) -> bool:
        self.asked.append(within_s)
        return self.passwords.get(key) == password

    def register(self, key: str, password: str) -> None:
        self.passwords[key] = password

    def forget(self, key: str) -> bool:
        return bool(self.passwords.pop(key, ""))


class House:
    """A room with a way in."""

    def __init__(self, key: str = "", owners: Any = None) -> None:
        self.owners = owners
        self.room = Room(Registry(), self, is_owned=owners and owners.has)
        self.entrance = Entrance(self.room, self, key, owners, at_once=16)

    def post(self, *items: Item) -> None:
        pass

    def wait_for_space(self) -> None:
        pass

    def newcomer(self, host: str = "10.0.0.7") -> Newcomer:
        outbox = Outbox(None, host)  # type: ignore[arg-type]
        return self.entrance.newcomer(outbox, math.inf)


def tells(newcomer: Newcomer, line: str | Fault) -> str:
    """Send a line; return what the newcomer is told, or who it is."""
    if member := newcomer.take(line):
        return f"in as {member.name}"
    return newcomer.told.decode()


# ---- a usual room


def test_a_usual_room_asks_for_a_name_alone() -> None:
    house = House()
    newcomer = house.newcomer()
    assert newcomer.told == NAME_ASKED
    assert tells(newcomer, "admin").startswith("[ERROR] That name is reserved")
    assert (newcomer.refused, newcomer.refusal[:9]) == (1, "That name")
    assert tells(newcomer, " Ann ") == "in as Ann"
    assert house.entrance.desk() is None
    assert "@register" not in house.room.commands


# ---- the key


def test_the_key_comes_first() -> None:
    newcomer = House(key="Sesame é").newcomer()
    assert newcomer.told == KEY_ASKED
    for wrong in ("ann", "sesame é", "", "Sesame é!"):
        told = tells(newcomer, wrong).encode()
        assert told == b"[ERROR] That is not the key\n" + KEY_ASKED
    assert tells(newcomer, Fault("too long")).encode().endswith(KEY_ASKED)
    assert newcomer.refused == 5
    assert tells(newcomer, " Sesame e\u0301 ").encode() == NAME_ASKED
    assert newcomer.refusal == ""
    assert tells(newcomer, "admin").count("\n") == 1
    assert tells(newcomer, "ann") == "in as ann"


def test_the_server_does_not_keep_the_key() -> None:
    assert b"sesame" not in repr(vars(House("sesame").entrance)).encode()


# ---- a name that belongs to someone


@pytest.mark.parametrize("name", ["alice", "ALICE", "Alice", "\u0430lice"])
def test_whoever_asks_for_alice_s_name_needs_her_password(name: str) -> None:
    house = House(owners=FakeOwners())
    newcomer = house.newcomer()
    if name.isascii():
        asked = f"[SECRET] Please send the password of {name}\n"
        assert tells(newcomer, name) == asked
        told = tells(newcomer, "wrong horse")
        refused = f"[ERROR] That is not the password of {name}; please send a name\n"
        assert told == refused
        assert newcomer.refused == 1
        assert tells(newcomer, name) == asked
        assert tells(newcomer, "correct horse") == f"in as {name}"
    else:  # of two scripts, it is not a name
        assert tells(newcomer, name).startswith("[ERROR]")


def test_after_a_wrong_one_another_name_may_be_sent() -> None:
    newcomer = House(owners=FakeOwners()).newcomer()
    tells(newcomer, "alice")
    tells(newcomer, Fault("That line is not UTF-8"))
    assert tells(newcomer, "bob") == "in as bob"


def test_a_name_that_is_taken_is_refused_only_after_the_password() -> None:
    """Both take as long as a hash, and nobody learns more from the one."""
    house = House(owners=FakeOwners())
    first, second = house.newcomer(), house.newcomer()
    for newcomer in (first, second):
        assert tells(newcomer, "alice").startswith("[SECRET]")
    assert tells(first, "correct horse") == "in as alice"
    assert tells(second, "correct horse").startswith("[ERROR] alice is taken")
    # What it has shown was for that once.
    assert tells(second, "alice").startswith("[SECRET]")
    assert len(house.owners.asked) == 2


def test_a_password_is_for_one_name() -> None:
    house = House(owners=FakeOwners())
    house.owners.register("bob", "bob's horse")
    newcomer = house.newcomer()
    tells(newcomer, "alice")
    assert tells(newcomer, "bob's horse").startswith("[ERROR]")


def test_whoever_waits_for_a_hash_is_not_let_in_too_late() -> None:
    house = House(owners=FakeOwners())
    newcomer = house.entrance.newcomer(Outbox(None, ""), by=0)  # type: ignore[arg-type]
    tells(newcomer, "alice")
    tells(newcomer, "correct horse")
    assert house.owners.asked[0] < 0
    tells(house.newcomer(), "alice")


# ---- guessing


@pytest.mark.parametrize("first", ["", "alice"])
def test_guessing_is_slowed_down(first: str) -> None:
    house = House(key="" if first else "sesame", owners=FakeOwners())

    def guess(text: str, host: str = "10.0.0.7") -> str:
        newcomer = house.newcomer(host)
        if first:
            tells(newcomer, first)
        return tells(newcomer, text).splitlines()[0]

    for number in range(GUESSES):
        assert guess(f"wrong {number}").startswith("[ERROR] That is not the ")
    right = "correct horse" if first else "sesame"
    told = "[ERROR] Too many wrong tries from 10.0.0.7; try again in 5 s"
    for text in (right, "wrong", right):
        assert guess(text) == told
    assert not guess(right, "10.0.0.8").startswith("[ERROR]")


def test_no_secret_is_logged_or_told(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    house = House(key="sesame", owners=FakeOwners())
    newcomer = house.newcomer()
    told = [tells(newcomer, line) for line in ("Sesame!", "sesame", "alice")]
    told += [tells(newcomer, line) for line in ("hunter2hunter2", "alice")]
    told.append(tells(newcomer, "correct horse"))
    assert told[-1] == "in as alice"
    for secret in ("esame", "hunter2", "horse"):
        assert secret not in "".join(told) + caplog.text + newcomer.refusal
    assert caplog.text.count("10.0.0.7 sent a wrong secret") == 2


# ---- at once


class Neighbours(House):
    """Bob makes his name his own and goes; at the same time somebody wants it."""

    def __init__(self) -> None:
        super().__init__(owners=FakeOwners())
        outbox = Outbox(None, "")  # type: ignore[arg-type]
        self._bob = self.room.join("bob", outbox)

    def register_and_go(self) -> None:
        self.owners.register("bob", "bob's horse")
        self.room.leave(self._bob)

    def come_as_bob(self) -> str:
        told = tells(self.newcomer(), "bob")
        return told.split()[0]

    def people(self) -> list[str]:
        with self.room._registry as members:
            return [member.name for member in members.all()]


def explore(preemptions: int = 1) -> Any:
    program = ((("register_and_go", ()),), (("come_as_bob", ()),))
    code = [module.__file__ for module in (entrance, registry, room)]
    return expect_one_at_a_time(
        Neighbours, program, Neighbours.people, preemptions=preemptions, code=code
    )


@pytest.mark.parametrize("preemptions", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_nobody_gets_a_name_that_was_registered_a_moment_ago(preemptions: int) -> None:
    assert explore(preemptions).complete


def test_it_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Here it is asked first, and joined later."""
    claim = Room.claim

    def asks_before(self: Room, line: str, outbox: Outbox) -> object:
        is_owned = self._is_owned("bob")
        twin = SimpleNamespace(**vars(self), join=lambda *a: Room.join(twin, *a))
        twin._is_owned = lambda _key: is_owned
        return claim(twin, line, outbox)  # type: ignore[arg-type]

    monkeypatch.setattr(Room, "claim", asks_before)
    with pytest.raises(RaceFound):
        explore()


def test_where_no_password_can_be_checked_a_registered_name_is_nobody_s() -> None:
    house = House(owners=FakeOwners())
    house.owners.can_hash = False
    newcomer = house.newcomer()
    told = tells(newcomer, "Alice")
    assert told.startswith("[ERROR] The name Alice is registered; please choose ")
    assert newcomer.refused == 1
    assert tells(newcomer, "bob") == "in as bob"
    assert house.owners.asked == []
