"""Fixtures that several files share."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from chat.server import owners
from chat.server.listener import ChatServer
from tests.chat.mutants import planting
from tests.chat.scripted import Scripted
from tests.support import DEADLINE_S, HAS_SQLITE, serving

NEED_SQLITE = [
    "test_history.py",
    "client/test_session_secrets.py",
    "server/test_owners.py",
    "server/test_database.py",
    "server/test_store.py",
]
collect_ignore = [] if HAS_SQLITE else NEED_SQLITE


@pytest.fixture
def server() -> Iterator[ChatServer]:
    with serving() as server:
        yield server


@pytest.fixture
def scripted() -> Iterator[Scripted]:
    server = Scripted()
    yield server
    server.close()


@pytest.fixture
def mutant() -> Iterator[Callable[..., Any]]:
    """Give a function that returns a module with some of its text replaced."""
    with planting() as make:
        yield make


@pytest.fixture
def no_sync(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no store wait for the disk, which may take a minute if others use it."""
    from chat.server import database, store

    monkeypatch.setattr(database, "SYNCHRONOUS", "OFF")
    monkeypatch.setattr(store, "CLOSE_S", DEADLINE_S)


@pytest.fixture
def quick_hash(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the hash of a password take no time: how long it takes is another test's."""
    monkeypatch.setattr(owners, "SCRYPT_N", 2)
