"""Fixtures that several files share."""

import importlib.util
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from chat.server.listener import ChatServer
from tests.chat.mutants import planting
from tests.chat.scripted import Scripted
from tests.support import DEADLINE_S, serving

# Some builds of Python have no SQLite: there all but --store works.
HAS_SQLITE = importlib.util.find_spec("_sqlite3") is not None
collect_ignore = [] if HAS_SQLITE else ["test_history.py", "server/test_store.py"]


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
    store = pytest.importorskip("chat.server.store")
    monkeypatch.setattr(store, "SYNCHRONOUS", "OFF")
    monkeypatch.setattr(store, "CLOSE_S", DEADLINE_S)
