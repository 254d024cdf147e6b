"""Names that belong to someone, and what is known of their passwords."""

import hashlib
import sqlite3
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from chat.server import owners
from chat.server.owners import NotKept, Owners
from chat.server.store import Store
from tests.support import DEADLINE_S, until

pytestmark = pytest.mark.usefixtures("no_sync", "quick_hash")
RIGHT = "correct horse"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    kept = Store(str(tmp_path / "said.db"))
    kept.start()
    yield kept
    kept.close()


@pytest.fixture
def owned(store: Store) -> Owners:
    """Alice's name is hers."""
    owned = Owners(NoOwners(store))  # type: ignore[arg-type]
    owned.register("alice", RIGHT)
    return owned


class NoOwners:
    """A store whose thread is started: what was in it before is not asked for."""

    def __init__(self, store: Store) -> None:
        self.do = store.do
        self.Error = store.Error

    def owners(self) -> list[object]:
        return []


@pytest.mark.parametrize(
    ("password", "is_right"),
    [
        (RIGHT, True),
        (f"  {RIGHT} ", True),
        ("Correct horse", False),
        ("correct  horse", False),
        ("", False),
        ("x" * 4000, False),
    ],
)
def test_only_the_password_is_right(
    owned: Owners, password: str, is_right: bool
) -> None:
    assert owned.has("alice")
    assert owned.is_right("alice", password, DEADLINE_S) is is_right


def test_two_ways_to_write_a_letter_are_one(owned: Owners) -> None:
    owned.register("alice", "caf\u00e9 au lait")
    assert owned.is_right("alice", "cafe\u0301 au lait", DEADLINE_S)


def test_nobody_s_name_has_no_password(owned: Owners) -> None:
    assert not owned.has("bob")
    for password in ("", RIGHT):
        assert not owned.is_right("bob", password, DEADLINE_S)


@pytest.mark.parametrize("password", ["", "x" * 7, "x" * 129, " " * 40])
def test_a_password_that_is_too_short_or_long_changes_nothing(
    owned: Owners, password: str
) -> None:
    with pytest.raises(NotKept, match="has 8 to 128 characters"):
        owned.register("alice", password)
    assert owned.is_right("alice", RIGHT, DEADLINE_S)


def test_a_new_password_takes_the_place_of_the_old(owned: Owners) -> None:
    owned.register("alice", "another horse")
    assert not owned.is_right("alice", RIGHT, DEADLINE_S)
    assert owned.is_right("alice", "another horse", DEADLINE_S)


def test_a_name_that_is_given_up_is_anyone_s(owned: Owners) -> None:
    assert owned.forget("alice")
    assert not owned.has("alice")
    assert not owned.is_right("alice", RIGHT, DEADLINE_S)
    assert not owned.forget("alice")


def test_the_next_start_knows_them(owned: Owners, store: Store) -> None:
    owned.register("bob", "bob's horse")
    owned.forget("bob")
    store.close()
    until(lambda: not store._thread.is_alive())
    again = Owners(Store(str(store.path)))
    assert again.is_right("alice", RIGHT, DEADLINE_S)
    assert not again.has("bob")


def test_no_password_is_in_the_file_and_no_two_hashes_are_equal(
    owned: Owners, store: Store
) -> None:
    owned.register("bob", RIGHT)
    store.do(lambda connection: None)
    data = b"".join(file.read_bytes() for file in store.path.parent.iterdir())
    assert b"alice" in data
    assert b"horse" not in data
    one, other = owned._by_key.values()
    assert one.salt != other.salt
    assert one.digest != other.digest


def test_the_hash_is_as_dear_as_it_should_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    asked = {}

    def scrypt(password: bytes, **how: object) -> bytes:
        asked.update(how)
        return b""

    monkeypatch.setattr(hashlib, "scrypt", scrypt)
    owners._hash(RIGHT, b"salt")
    assert asked == {"salt": b"salt", "n": 2**14, "r": 8, "p": 1}


def test_the_real_hash_fits_the_memory_that_it_may_take(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.undo()
    assert len(owners._hash(RIGHT, b"salt")) == 64


def test_no_more_than_two_are_computed_at_once(
    owned: Owners, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = threading.Event()
    inside: list[int] = []

    def scrypt(password: bytes, **how: object) -> bytes:
        inside.append(1)
        assert go_on.wait(DEADLINE_S)
        return b""

    monkeypatch.setattr(hashlib, "scrypt", scrypt)
    threads = [
        threading.Thread(target=owned.is_right, args=("alice", RIGHT, DEADLINE_S))
        for _ in range(5)
    ]
    for thread in threads:
        thread.start()
    until(lambda: len(inside) == 2)
    with pytest.raises(TimeoutError):
        owned.is_right("alice", RIGHT, 0)
    monkeypatch.setattr(owners, "WAIT_S", 0.0)
    with pytest.raises(NotKept, match="Too many are registering"):
        owned.register("bob", RIGHT)
    assert len(inside) == 2
    go_on.set()
    for thread in threads:
        thread.join(DEADLINE_S)
    assert len(inside) == 5


def test_whoever_waits_when_the_server_stops_is_too_late(owned: Owners) -> None:
    owned.close()
    with pytest.raises(TimeoutError):
        owned.is_right("alice", RIGHT, DEADLINE_S)
    with pytest.raises(NotKept, match="Too many are registering"):
        owned.register("bob", RIGHT)


def test_so_many_names_can_be_registered(
    owned: Owners, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(owners, "MAX_OWNERS", 2)
    owned.register("bob", RIGHT)
    with pytest.raises(NotKept, match="Too many names"):
        owned.register("carol", RIGHT)
    owned.register("bob", "another horse")


@pytest.mark.parametrize(
    "change", [lambda o: o.register("bob", RIGHT), lambda o: o.forget("alice")]
)
def test_what_cannot_be_written_has_not_happened(
    owned: Owners, change: Callable[[Owners], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    def do(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(owned._store, "do", do)
    with pytest.raises(NotKept, match="cannot write that down"):
        change(owned)
    assert owned.has("alice")
    assert not owned.has("bob")


def test_what_several_change_at_once_is_in_the_file_as_it_is_known(
    owned: Owners, store: Store
) -> None:
    def change(number: int) -> None:
        for _ in range(10):
            if number % 2:
                owned.register("bob", RIGHT)
            else:
                owned.forget("bob")

    threads = [threading.Thread(target=change, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(DEADLINE_S)
    found = store.do(lambda c: c.execute("SELECT key, salt FROM owner").fetchall())
    assert sorted(found) == sorted((k, o.salt) for k, o in owned._by_key.items())


# ---- a Python without scrypt


def refuses(*_: object, **__: object) -> None:
    raise ValueError("[digital envelope routines] unsupported")


@pytest.mark.parametrize("scrypt", [None, refuses])
def test_it_is_said_at_the_start_that_no_name_can_be_registered(
    owned: Owners,
    store: Store,
    scrypt: object,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    assert owned.can_hash
    if scrypt:
        monkeypatch.setattr(hashlib, "scrypt", scrypt)
    else:
        monkeypatch.delattr(hashlib, "scrypt")
    store.close()
    until(lambda: not store._thread.is_alive())
    assert caplog.text == ""
    again = Owners(Store(str(store.path)))
    assert not again.can_hash
    assert again.has("alice")
    (record,) = caplog.records
    assert record.levelname == "WARNING"
    assert record.getMessage() == (
        "This Python was built without scrypt: nobody can register a name, "
        "and nobody can have one of the 1 registered names"
    )
