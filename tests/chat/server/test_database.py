"""The file in which it is kept what was said: what is ours, and what is not."""

import contextlib
import os
import sqlite3
from pathlib import Path

import pytest

from chat.server import database
from chat.server.database import Claim, StoreError, insert, open_file, read_rows

SYNCHRONOUS = database.SYNCHRONOUS
pytestmark = pytest.mark.usefixtures("no_sync")
HI = (0.0, "lobby", b"ann: hi\n")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "said.db"


def say_hi(path: Path) -> None:
    with contextlib.closing(open_file(path)) as connection:
        insert(connection, [HI])


def said(path: Path) -> list[str]:
    return [row.text for row in read_rows(path)]


def test_each_transaction_is_on_the_disk_before_the_next(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert SYNCHRONOUS == "FULL"
    open_file(path).close()
    monkeypatch.setattr(database, "SYNCHRONOUS", SYNCHRONOUS)
    with contextlib.closing(open_file(path)) as connection:
        assert connection.execute("PRAGMA synchronous").fetchone() == (2,)


def test_only_its_owner_may_read_the_file(path: Path) -> None:
    with contextlib.closing(open_file(path)) as connection:
        insert(connection, [HI])
        if os.name == "posix":
            modes = {f.name: f.stat().st_mode & 0o777 for f in path.parent.iterdir()}
            assert set(modes.values()) == {0o600}, modes


# ---- what is not ours is left as it is


def foreign(path: Path) -> None:
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE moz_places (id INTEGER)")


def newer(path: Path) -> None:
    open_file(path).close()
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA user_version = {database.VERSION + 1}")


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda p: p.write_text("dear diary\n" * 50), "is not a database of"),
        (lambda p: p.write_bytes(b"SQLite format 3\0"), "is not a database of"),
        (lambda p: p.write_bytes(os.urandom(5000)), "is not a database of"),
        (foreign, "is the database of another program"),
        (newer, "was written by a newer version"),
        (Path.mkdir, "is not a file"),
    ],
)
def test_what_is_not_ours_is_not_touched(path: Path, make: object, reason: str) -> None:
    make(path)  # type: ignore[operator]
    before = path.is_file() and path.read_bytes(), path.stat().st_mtime_ns
    with pytest.raises(StoreError, match=reason) as caught:
        open_file(path)
    assert str(caught.value).count("\n") == 0
    with pytest.raises(StoreError, match=reason):
        list(read_rows(path))
    with pytest.raises(StoreError, match=reason):
        Claim(path)
    assert (path.is_file() and path.read_bytes(), path.stat().st_mtime_ns) == before
    assert os.listdir(path.parent) == ["said.db"]


def test_an_empty_file_is_taken(path: Path) -> None:
    path.touch()
    (path.parent / "said.db.new").write_text("left by a crash")
    say_hi(path)
    assert said(path) == ["hi"]


@pytest.mark.skipif(
    os.name != "posix" or os.geteuid() == 0, reason="root may write everything"
)
def test_a_file_that_is_read_only_is_refused(path: Path) -> None:
    open_file(path).close()
    path.chmod(0o400)
    with pytest.raises(StoreError, match=r"is read-only$"):
        open_file(path)
    path.chmod(0o600)
    path.parent.chmod(0o500)
    try:
        with pytest.raises(StoreError, match=r"^Cannot use .*: Permission denied$"):
            open_file(path.with_name("other"))
    finally:
        path.parent.chmod(0o700)


def test_a_folder_that_is_not_there_is_said_so(path: Path) -> None:
    with pytest.raises(StoreError, match=r"^Cannot use .*: No such file or directory$"):
        open_file(path / "said.db")


# ---- one server at a time


def test_a_claim_is_for_one_and_leaves_nothing(path: Path) -> None:
    for _ in range(2):
        with contextlib.closing(Claim(path)):
            assert os.listdir(path.parent) == ["said.db.lock"]
            if os.name == "posix":
                lock_file = path.with_name("said.db.lock")
                assert lock_file.stat().st_mode & 0o777 == 0o600
            with pytest.raises(StoreError, match="Another server uses"):
                Claim(path)
        assert os.listdir(path.parent) == []


@pytest.mark.parametrize("rest", [b"", None])
@pytest.mark.skipif(os.name != "posix", reason="Windows removes no file that is open")
def test_a_lock_on_a_file_that_was_removed_is_none(
    path: Path, rest: bytes | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server that had it ends just before the next one locks it."""
    lock_file = path.with_name("said.db.lock")
    connect = sqlite3.connect

    def late(*arguments: object, **named: object) -> sqlite3.Connection:
        monkeypatch.undo()
        connection = connect(*arguments, **named)  # type: ignore[call-overload]
        lock_file.rename(lock_file.with_name("old"))
        if rest is not None:
            lock_file.write_bytes(rest)
        return connection  # type: ignore[no-any-return]

    monkeypatch.setattr(sqlite3, "connect", late)
    with (
        contextlib.closing(Claim(path)),
        pytest.raises(StoreError, match="Another server uses"),
    ):
        Claim(path)


def test_a_file_beside_it_that_is_no_lock_is_left_as_it_is(path: Path) -> None:
    lock_file = path.with_name("said.db.lock")
    lock_file.write_text("dear diary\n" * 50)
    with pytest.raises(StoreError, match=r"^Cannot use .*: file is not a database$"):
        Claim(path)
    assert lock_file.read_text() == "dear diary\n" * 50


# ---- its size


def test_a_file_grows_to_so_many_bytes(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert database.MAX_FILE_BYTES == 2**30
    monkeypatch.setattr(database, "MAX_FILE_BYTES", 40_000)
    long = 0.0, "lobby", b"ann: " + b"x" * 1000 + b"\n"
    with contextlib.closing(open_file(path)) as connection:
        with contextlib.suppress(sqlite3.OperationalError):
            for _ in range(100):
                insert(connection, [long])
        with pytest.raises(sqlite3.OperationalError, match="full"):
            insert(connection, [long])
    assert 30_000 < path.stat().st_size <= 40_000
    assert 10 < len(said(path)) < 20


def test_a_thousand_messages_take_about_100_kb(path: Path) -> None:
    """As chat/README.md says.  So 1 GiB is about ten million: see chat/PROTOCOL.md."""
    spoken = b"alice: " + b"x" * 50 + b"\n"
    with contextlib.closing(open_file(path)) as connection:
        insert(connection, [(1.7e9 + n, "lobby", spoken) for n in range(1000)])
    assert 80_000 < path.stat().st_size < 120_000


def test_rows_are_read_in_pieces_so_that_no_reader_holds_the_log_back(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "READ_ROWS", 3)
    with contextlib.closing(open_file(path)) as connection:
        insert(connection, [(0.0, "lobby", b"ann: %d\n" % n) for n in range(7)])
        rows = read_rows(path)
        assert next(rows).text == "0"
        # It returns whether somebody reads what is in the way.
        busy, *_ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        assert not busy
        assert [row.text for row in rows] == ["1", "2", "3", "4", "5", "6"]
