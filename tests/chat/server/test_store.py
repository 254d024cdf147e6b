"""The file in which it is kept what was said, and all that can be wrong with it."""

import contextlib
import itertools
import logging
import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from chat.server import database, history, registry, room, store
from chat.server.database import Row, StoreError, read_rows
from chat.server.mail import Item, Letter, Outbox
from chat.server.registry import Registry
from chat.server.room import Room
from chat.server.store import Store, StoredHistory
from lessons.races import RaceFound
from lessons.races.strategies import expect_one_at_a_time
from tests.marks import share
from tests.support import DEADLINE_S, ROOT, until

pytestmark = pytest.mark.usefixtures("no_sync")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "said.db"


@contextlib.contextmanager
def opened(path: Path) -> Iterator[Store]:
    """A store whose thread runs; at the end it has written everything it can."""
    kept = Store(str(path))
    kept.start()
    try:
        yield kept
    finally:
        kept.close()
        until(lambda: not kept._thread.is_alive(), "the store's thread has ended")


def said(path: Path) -> list[str]:
    return [f"{row.room} {row.name}: {row.text}" for row in read_rows(path)]


def flush(kept: Store) -> None:
    kept.do(lambda connection: None)


def hi(number: int) -> tuple[float, str, bytes]:
    return 0.0, "lobby", b"ann: %d\n" % number


# ---- what is kept


def test_what_is_said_is_in_the_file_in_its_order(path: Path) -> None:
    with opened(path) as kept:
        kept.put(1e9 + 0.25, "lobby", "ann: Grüße: an alle\n".encode())
        kept.put(1e9 - 3600, "team1", b"bob: later, by a clock that was set back\n")
        flush(kept)
        assert list(read_rows(path)) == [
            Row("2001-09-09T01:46:40.250Z", "lobby", "ann", "Grüße: an alle"),
            Row(
                "2001-09-09T00:46:40.000Z",
                "team1",
                "bob",
                "later, by a clock that was set back",
            ),
        ]
    assert os.listdir(path.parent) == ["said.db"]  # nothing is left beside it


def test_it_is_written_by_itself_within_a_second(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert store.GATHER_S <= 0.5
    monkeypatch.setattr(store, "GATHER_S", 0.01)
    with opened(path) as kept:
        kept.put(*hi(1))
        until(lambda: said(path) == ["lobby ann: 1"])


def test_closing_writes_the_last_ones_at_once(path: Path) -> None:
    with opened(path) as kept:
        for number in range(100):
            kept.put(*hi(number))
    assert said(path) == [f"lobby ann: {number}" for number in range(100)]


def test_another_start_goes_on_with_what_was_said(path: Path) -> None:
    with opened(path) as kept:
        before = StoredHistory(3, kept)
        for number in range(5):
            before.add("lobby", b"ann: %d\n" % number)
        before.add("Team1", b"bob: hi\n")
    with opened(path) as kept:
        again = StoredHistory(3, kept)
        again.add("lobby", b"ann: new\n")
        told = again.recall("lobby", "lobby", 100).decode().splitlines()
        assert [line.split()[-1] for line in told[1:]] == ["3", "4", "new"]
        told = again.recall("team1", "team1", 100).decode().splitlines()
        assert told[0] == "[INFO] The last 1 messages in team1:"


def test_a_room_that_comes_again_begins_with_what_was_said(path: Path) -> None:
    with opened(path) as kept:
        rooms = StoredHistory(3, kept)
        for number in range(store.ENDED_ROOMS + 1):
            rooms.add(f"Team{number}", b"ann: hi\n")
            rooms.forget(f"Team{number}")
        assert rooms.recall("team1", "team1", 9).count(b"\n") == 2
        assert rooms.recall("team0", "team0", 9).count(b"Nothing has been") == 1
        assert len(rooms._ended) < store.ENDED_ROOMS


def test_with_no_history_in_memory_the_file_is_written_all_the_same(path: Path) -> None:
    with opened(path) as kept:
        for _ in range(2):
            rooms = StoredHistory(0, kept)
            assert rooms.kept == 0
            rooms.add("lobby", b"ann: hi\n")
            flush(kept)
        assert rooms.recall("lobby", "lobby", 9).count(b"\n") == 1
    assert len(said(path)) == 2


class Posts:
    """A room with a store, and what was posted and stored."""

    def __init__(self) -> None:
        self.posted: list[bytes] = []
        self.stored: list[bytes] = []
        history = StoredHistory(9, self)  # type: ignore[arg-type]
        self._room = Room(Registry(), self, history=history)
        self._members = {
            name: self._room.join(name, Outbox(None))  # type: ignore[arg-type]
            for name in ("alice", "bob")
        }

    def earlier(self) -> list[tuple[float, str, bytes]]:
        return []

    def put(self, at: float, room: str, line: bytes) -> None:
        self.stored.append(line)

    def post(self, *items: Item) -> None:
        for item in items:
            if isinstance(item, Letter) and b"[INFO]" not in item.data:
                self.posted.append(item.data)

    def wait_for_space(self) -> None:
        pass

    def say(self, name: str, text: str) -> None:
        self._room.receive(self._members[name], f"@all {text}")

    def orders(self) -> tuple[list[bytes], list[bytes]]:
        return self.posted, self.stored


def explore() -> bool:
    program = ((("say", ("alice", "one")),), (("say", ("bob", "two")),))
    code = [module.__file__ for module in (history, registry, room, store)]
    return expect_one_at_a_time(
        Posts, program, Posts.orders, preemptions=1, code=code
    ).complete


def test_it_has_the_order_in_which_all_see_it(monkeypatch: pytest.MonkeyPatch) -> None:
    assert explore()
    monkeypatch.setattr(Registry, "__enter__", lambda registry: registry._members)
    monkeypatch.setattr(Registry, "__exit__", lambda *_: None)
    with pytest.raises(RaceFound):
        explore()


# ---- what it begins with


@pytest.mark.skipif(os.name != "posix", reason="of links")
def test_a_link_is_followed(path: Path) -> None:
    link = path.with_name("link")
    link.symlink_to(path)
    with opened(link) as kept:
        kept.put(*hi(1))
    assert link.is_symlink()
    assert said(path) == ["lobby ann: 1"]


def test_a_time_that_is_none_is_said_so(path: Path) -> None:
    with opened(path) as kept:
        kept.put(*hi(1))
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE said SET at = 'noon'")
    with pytest.raises(StoreError, match="noon"):
        StoredHistory(100, Store(str(path)))


def test_a_file_that_is_damaged_is_said_so(path: Path) -> None:
    with opened(path) as kept:
        for number in range(1000):
            kept.put(*hi(number))
    whole = path.read_bytes()
    path.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))
    with pytest.raises(StoreError, match="malformed"):
        StoredHistory(100, Store(str(path)))


@pytest.mark.usefixtures("impatient")
def test_a_file_has_one_server_at_a_time(path: Path) -> None:
    with opened(path) as kept:
        kept.put(*hi(1))
        for _ in range(2):
            with pytest.raises(StoreError) as caught:
                Store(str(path))
            reason = f"Another server uses {path}; stop it, or name another file"
            assert str(caught.value) == reason
        flush(kept)
        assert said(path) == ["lobby ann: 1"]  # whoever reads it is no server
    with opened(path):
        pass
    assert os.listdir(path.parent) == ["said.db"]


@pytest.mark.usefixtures("impatient")
def test_a_file_that_cannot_be_used_is_given_back(path: Path) -> None:
    database.open_file(path).close()
    with locked(path), pytest.raises(StoreError, match="database is locked"):
        Store(str(path))
    assert not path.with_name("said.db.lock").exists()
    with opened(path):
        pass


# ---- while it runs


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Another program has the file for itself, as a tool for making copies might."""
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        yield


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "LOCKED_S", 0.01)
    monkeypatch.setattr(store, "RETRY_S", 0.02)
    monkeypatch.setattr(store, "GATHER_S", 0.001)


@pytest.mark.usefixtures("impatient")
def test_while_it_is_locked_nobody_waits_and_nothing_is_lost(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with opened(path) as kept:
        with locked(path):
            for number in range(100):
                kept.put(*hi(number))
            until(lambda: kept._fails)
            with pytest.raises(sqlite3.OperationalError, match="locked"):
                flush(kept)
            with pytest.raises(sqlite3.OperationalError, match="locked"):
                flush(kept)
        until(lambda: len(said(path)) == 100)
        until(lambda: not kept._fails)
    assert said(path) == [f"lobby ann: {number}" for number in range(100)]
    assert [record.levelno for record in caplog.records] == [logging.WARNING] * 2
    assert "database is locked; the server tries again" in caplog.text
    assert caplog.records[1].getMessage().endswith("again; 0 messages are lost")


@pytest.mark.usefixtures("impatient")
def test_a_file_that_is_locked_at_the_start_is_said_so(path: Path) -> None:
    database.open_file(path).close()
    with locked(path), pytest.raises(StoreError, match="database is locked"):
        Store(str(path))


@pytest.mark.usefixtures("impatient")
def test_a_full_disk_delays_nobody_and_is_told_once(
    path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "QUEUED_ROWS", 50)
    kept = Store(str(path))
    kept._connection.execute("PRAGMA max_page_count = 3")  # SQLite says the same then
    kept.start()
    long = b"ann: " + b"x" * 4000 + b"\n"
    for _ in range(70):
        kept.put(0.0, "lobby", long)
    until(lambda: kept._fails)
    assert len(kept._rows) == 50
    with pytest.raises(sqlite3.OperationalError, match="full"):
        kept.do(
            lambda c: c.executemany(
                "INSERT INTO said (at, room, name, text) VALUES ('', '', '', ?)",
                [("x" * 4000,)] * 9,
            )
        )
    assert said(path) == []
    kept.do(lambda c: c.execute("PRAGMA max_page_count = 1000"))
    until(lambda: not kept._fails)
    kept.put(*hi(1))
    kept.close()
    assert len(said(path)) == 51
    assert [record.getMessage().split(": ")[-1] for record in caplog.records] == [
        f"database or disk is full; the server tries again every {store.RETRY_S:g} s",
        f"{kept.path} is written again; 20 messages are lost",
    ]


@pytest.mark.usefixtures("impatient")
def test_what_could_not_be_written_at_the_end_is_said(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with locked_late(path) as kept:
        kept.put(*hi(1))
        kept.close()
    assert (
        caplog.records[-1].getMessage() == f"1 messages may be missing in {kept.path}"
    )


@contextlib.contextmanager
def locked_late(path: Path) -> Iterator[Store]:
    kept = Store(str(path))
    kept.start()
    with locked(path):
        yield kept


def test_no_thread_that_stopped_is_waited_for(path: Path) -> None:
    with opened(path) as kept:
        pass
    with pytest.raises(sqlite3.OperationalError, match=store.ENDED):
        flush(kept)
    kept.put(*hi(1))  # somebody said it too late


def test_rows_that_a_slow_disk_has_no_place_for_are_counted(
    path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "QUEUED_ROWS", 2)
    kept = Store(str(path))  # its thread has not got to them yet
    for number in range(5):
        kept.put(*hi(number))
    kept.start()
    flush(kept)
    kept.close()
    assert said(path) == ["lobby ann: 0", "lobby ann: 1"]
    assert caplog.records[0].getMessage().endswith("again; 3 messages are lost")


def test_an_error_of_our_own_ends_the_file_and_nobody_waits_for_it(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with opened(path) as kept:
        kept.put(1e300, "lobby", b"ann: what time is it?\n")  # no calendar has it
        with pytest.raises(sqlite3.OperationalError, match=store.ENDED):
            flush(kept)
        kept.put(*hi(1))
        with pytest.raises(sqlite3.OperationalError, match=store.ENDED):
            flush(kept)
    assert "OverflowError" in caplog.text


def test_a_fault_of_a_job_is_its_caller_s_and_changes_nothing(path: Path) -> None:
    def fails(connection: sqlite3.Connection) -> None:
        connection.execute("DELETE FROM said")
        raise LookupError

    with opened(path) as kept:
        kept.put(*hi(1))
        with pytest.raises(LookupError):
            kept.do(fails)
        flush(kept)
        assert said(path) == ["lobby ann: 1"]


def test_rows_from_many_threads_are_all_there(path: Path) -> None:
    with opened(path) as kept:
        threads = [
            threading.Thread(
                target=lambda n=n: [kept.put(*hi(n * 100 + i)) for i in range(100)]
            )
            for n in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(said(path)) == sorted(f"lobby ann: {n}" for n in range(800))


# ---- killed

WRITER = """
import sys
from chat.server import database, store
database.SYNCHRONOUS = "OFF"  # a kill loses nothing that was given to the system
kept = store.Store(sys.argv[1])
kept.start()
for number in range(1_000_000):
    kept.put(0.0, "lobby", b"ann: %d\\n" % number)
    if number % 50 == 49:
        kept.do(lambda connection: None)
        print(number, flush=True)
"""


def kill_and_look(path: Path, after: int) -> None:
    """Kill a process while it writes; all that it knows to be written is there."""
    if path.exists():
        path.unlink()
    command = [sys.executable, "-c", WRITER, str(path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as process:
        assert process.stdout
        written = [int(process.stdout.readline()) for _ in range(after)]
        process.kill()
        written += map(int, process.stdout.read().split())
        process.wait(DEADLINE_S)
    with contextlib.closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    numbers = [int(text.split()[-1]) for text in said(path)]
    assert numbers == list(range(len(numbers)))
    assert numbers[-1] >= written[-1]
    with opened(path):  # and it can be gone on with
        pass


@pytest.mark.parametrize("after", [1, 5])
def test_a_killed_server_leaves_a_good_file(path: Path, after: int) -> None:
    kill_and_look(path, after)


@pytest.mark.slow
def test_200_killed_servers_leave_good_files(path: Path) -> None:
    for number in share(itertools.islice(itertools.cycle(range(1, 40)), 200)):
        kill_and_look(path, number)
