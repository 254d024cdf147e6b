"""The file of a store: an SQLite database, and what is in it.  No thread, no lock.

A file is looked at before SQLite opens it, because SQLite would change it: it must be a
database of ours, and not of a newer version.  A new one is made beside it under another
name.  So there is never a half of one.

SQLite's write-ahead log (WAL) lets others read the file at the same time, and a
transaction is in the file as a whole or not at all, whenever the process is killed.

One server at a time may write to a file.  Two would each know only the names that were
registered with themselves.  See `Claim`.

`--store` and `chat.history` alone load this module: some builds of Python lack SQLite.
"""

import contextlib
import os
import sqlite3
import stat
import struct
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple, TypeVar

VERSION = 1  # of the tables
APPLICATION_ID = 0x43686174  # "Chat": whose database it is
LOCKED_S = 2.0  # how long another program may have it locked
MAX_FILE_BYTES = 2**30  # about ten million messages
PAGE_BYTES = 4096  # SQLite counts in pages
READ_ROWS = 1000  # at once

# The disk has each transaction before the next one begins.  So a power failure, too,
# loses no more than what was said last.
SYNCHRONOUS = "FULL"
TABLES = f"""
    PRAGMA page_size = {PAGE_BYTES};
    PRAGMA application_id = {APPLICATION_ID};
    PRAGMA user_version = {VERSION};
    PRAGMA journal_mode = WAL;
    CREATE TABLE said (
        id INTEGER PRIMARY KEY,  -- the order in which it was said; clocks are set back
        at TEXT NOT NULL,        -- UTC, as 2026-11-28T13:05:59.123Z
        room TEXT NOT NULL,
        name TEXT NOT NULL,
        text TEXT NOT NULL
    );
    CREATE TABLE owner (         -- names that belong to someone: see owners.py
        key TEXT PRIMARY KEY,
        salt BLOB NOT NULL,
        digest BLOB NOT NULL     -- of the password
    );
"""

T = TypeVar("T")


class StoreError(Exception):
    """The file cannot be used; the message says which and why."""


class Claim:
    """What a server has while it uses a file, so that no other one does.

    It is a lock on an empty file beside the database.  SQLite itself takes it, because
    SQLite knows how each system locks.  The system ends the lock with the process, so a
    server that was killed leaves the empty file, but no lock.

    A lock on the database would be simpler, but `chat.history` could not read then.
    """

    def __init__(self, path: Path) -> None:
        """Take the file for this server, or raise StoreError."""
        self._lock_file = path.with_name(path.name + ".lock")
        check(path)  # nothing is put beside a file that is not ours
        with told(path):
            while not self._take(path):
                pass

    def close(self) -> None:
        """Give the file back."""
        with contextlib.suppress(OSError):  # Windows removes no file that is open
            self._lock_file.unlink()
        self._connection.close()
        if os.name == "nt":
            with contextlib.suppress(OSError):
                self._lock_file.unlink()

    def _take(self, path: Path) -> bool:
        """Lock the lock file; return False if another server removed it first."""
        descriptor = os.open(self._lock_file, os.O_CREAT | os.O_WRONLY, 0o600)
        found = os.fstat(descriptor)
        os.close(descriptor)
        self._connection = sqlite3.connect(
            self._lock_file, timeout=0, isolation_level=None, check_same_thread=False
        )
        try:
            # A journal would be a third file, and a killed server would leave it.
            self._connection.execute("PRAGMA journal_mode = OFF")
            self._connection.execute("BEGIN EXCLUSIVE")
            is_locked = True
        except sqlite3.Error as error:
            self._connection.close()
            if error.sqlite_errorcode == sqlite3.SQLITE_BUSY:
                advice = "stop it, or name another file"
                raise StoreError(f"Another server uses {path}; {advice}") from None
            if _is_at(self._lock_file, found):
                raise
            is_locked = False
        # Another server may have ended, and removed the file, before it was locked.
        if is_locked and _is_at(self._lock_file, found):
            return True
        self._connection.close()
        return False


def _is_at(path: Path, found: os.stat_result) -> bool:
    """Tell whether the file that was found is still the one with this name."""
    try:
        return os.path.samestat(path.stat(), found)
    except FileNotFoundError:
        return False


class Row(NamedTuple):
    """A message to everyone in a room."""

    at: str
    room: str
    name: str
    text: str


def check(path: Path) -> bool:
    """Tell whether there is a database of ours; False: nothing is there.

    Raise StoreError if it is anything else, and leave it as it is.
    """
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            raise StoreError(f"{path} is not a file")
        if not found.st_size:
            return False
        with path.open("rb") as file:
            header = file.read(100)
    except FileNotFoundError:
        return False
    except OSError as error:
        raise StoreError(f"Cannot read {path}: {error.strerror}") from None
    # SQLite's own description of its file format says what is where in the header.
    if len(header) < 100 or not header.startswith(b"SQLite format 3\0"):
        raise StoreError(f"{path} is not a database of this program")
    (version,) = struct.unpack_from(">i", header, 60)
    (application_id,) = struct.unpack_from(">i", header, 68)
    if application_id != APPLICATION_ID:
        raise StoreError(f"{path} is the database of another program")
    if version > VERSION:
        raise StoreError(f"{path} was written by a newer version of this program")
    return True


def open_file(path: Path) -> sqlite3.Connection:
    """Return a connection to the database, which is made if it is not there.

    Raise StoreError if that is not possible.
    """
    with told(path):
        if not check(path):
            _create(path)
        if not os.access(path, os.W_OK):  # SQLite would say so only at the first row
            raise StoreError(f"{path} is read-only")
        connection = _connect(str(path))
        connection.executescript("BEGIN IMMEDIATE; ROLLBACK")  # is it locked?
        # It is kept for this connection alone, not in the file.
        pages = MAX_FILE_BYTES // PAGE_BYTES
        connection.execute(f"PRAGMA max_page_count = {pages}")
        return connection


def read_rows(path: Path) -> Iterator[Row]:
    """Yield what was said, the oldest first; raise StoreError if it cannot be read."""
    if not check(path):
        raise StoreError(f"There is nothing in {path}")
    with told(path):
        # SQLite puts two files beside it while it reads, and takes them away at the end
        # if it may write.
        mode = "rw" if os.access(path, os.W_OK) else "ro"
        with contextlib.closing(_connect(f"{path.as_uri()}?mode={mode}")) as connection:
            connection.execute("PRAGMA query_only = ON")
            # While somebody looks at the first rows, SQLite could not clear its log of
            # what is written, if one query read all of them.
            query = "SELECT * FROM said WHERE id > ? ORDER BY id LIMIT ?"
            last = -1
            while rows := connection.execute(query, (last, READ_ROWS)).fetchall():
                yield from (Row._make(row) for _, *row in rows)
                last = rows[-1][0]


def _create(path: Path) -> None:
    new = path.with_name(path.name + ".new")
    new.unlink(missing_ok=True)
    # It is for its owner alone.  What SQLite puts beside it is made like it.
    os.close(os.open(new, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    with contextlib.closing(_connect(str(new))) as connection:
        connection.executescript(TABLES)
    os.replace(new, path)


def _connect(where: str) -> sqlite3.Connection:
    connection = sqlite3.connect(
        where,
        timeout=LOCKED_S,
        isolation_level=None,  # we say ourselves where a transaction begins
        check_same_thread=False,  # it is opened where the error can be told
        uri=where.startswith("file:"),
    )
    connection.execute(f"PRAGMA synchronous = {SYNCHRONOUS}")
    return connection


@contextlib.contextmanager
def told(path: Path) -> Iterator[None]:
    """Raise whatever goes wrong with the file as a StoreError."""
    try:
        yield
    except (OSError, sqlite3.Error, ValueError) as error:  # ValueError: not a time
        reason = getattr(error, "strerror", None) or error
        raise StoreError(f"Cannot use {path}: {reason}") from None


def in_transaction(
    connection: sqlite3.Connection, job: Callable[[sqlite3.Connection], T]
) -> T:
    """Run `job` in one transaction, and return its result."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        result = job(connection)
        connection.execute("COMMIT")
    except BaseException:
        with contextlib.suppress(sqlite3.Error):  # SQLite may have done so itself
            connection.execute("ROLLBACK")
        raise
    return result


def insert(
    connection: sqlite3.Connection, rows: list[tuple[float, str, bytes]]
) -> None:
    """Add what was said: the time, the room, and `alice: hello` with its LF."""
    connection.executemany(
        "INSERT INTO said (at, room, name, text) VALUES (?, ?, ?, ?)",
        (_row(*row) for row in rows),
    )


def _row(at: float, room: str, line: bytes) -> Row:
    name, _, text = line.decode().removesuffix("\n").partition(": ")
    moment = datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds")
    return Row(moment.replace("+00:00", "Z"), room, name, text)
