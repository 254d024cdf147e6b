"""What was said, in a file: an SQLite database, and the one thread that writes to it.

A disk may be slow, or full, or another program may have locked the file.  So whoever
says something only puts a row into a queue, and the store's thread writes it.  It
gathers rows for half a second and writes them in one transaction, so a crash of the
server loses no more than that.  If it cannot write, the rows wait, and it tries again;
if too many wait, the next ones are lost, and the log says how many.

SQLite's write-ahead log (WAL) lets others read the file meanwhile, and a transaction is
in the file as a whole or not at all, whenever the process is killed.

A file is looked at before SQLite opens it, because SQLite would change it: it must be a
database of ours, and not of a newer version.  A new one is made beside it under another
name.  So there is never a half of one.

`--store` alone loads this module: a Python may have been built without SQLite.
"""

import contextlib
import logging
import os
import sqlite3
import stat
import struct
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple, TypeVar

from chat.server.history import History
from chat.wire import names

VERSION = 1  # of the tables
APPLICATION_ID = 0x43686174  # "Chat": whose database it is
GATHER_S = 0.5  # how long rows are gathered
RETRY_S = 5.0  # how soon to try again if the file cannot be written
LOCKED_S = 2.0  # how long another program may have it locked
CLOSE_S = 0.3  # how long a stopping server waits for the last rows
QUEUED_ROWS = 10_000  # that may wait: as many as 500 clients send in one burst
ENDED_ROOMS = 64  # whose last messages are kept in memory
LOADED_ROWS = 10_000  # looked through at the start, the newest first

# The disk has each transaction before the next one begins.  So a power failure, too,
# loses no more than what was said last.
SYNCHRONOUS = "FULL"
TABLES = f"""
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

ENDED = "the server writes no more"
_log = logging.getLogger("chat")
T = TypeVar("T")


class StoreError(Exception):
    """The file cannot be used; the message says which and why."""


class Row(NamedTuple):
    """A message to everyone in a room."""

    at: str
    room: str
    name: str
    text: str


# ---- the file


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
    """Return a connection to the database, which is made if it is not there."""
    with _told(path):
        if not check(path):
            _create(path)
        if not os.access(path, os.W_OK):  # SQLite would say so only at the first row
            raise StoreError(f"{path} is read-only")
        connection = _connect(str(path))
        connection.executescript("BEGIN IMMEDIATE; ROLLBACK")  # is it locked?
        return connection


def read_rows(path: Path) -> Iterator[Row]:
    """Yield what was said, the oldest first."""
    if not check(path):
        raise StoreError(f"There is nothing in {path}")
    with _told(path):
        # SQLite puts two files beside it while it reads, and takes them away at the end
        # if it may write.
        mode = "rw" if os.access(path, os.W_OK) else "ro"
        with contextlib.closing(_connect(f"{path.as_uri()}?mode={mode}")) as connection:
            connection.execute("PRAGMA query_only = ON")
            query = "SELECT at, room, name, text FROM said ORDER BY id"
            yield from map(Row._make, connection.execute(query))


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
def _told(path: Path) -> Iterator[None]:
    """Raise whatever goes wrong with the file as a StoreError."""
    try:
        yield
    except (OSError, sqlite3.Error, ValueError) as error:  # ValueError: not a time
        reason = getattr(error, "strerror", None) or error
        raise StoreError(f"Cannot use {path}: {reason}") from None


# ---- the thread


class Store:
    """The file of one server.  Any thread may put rows; none of them waits."""

    Error: type[Exception] = sqlite3.Error  # so its users need not import sqlite3

    def __init__(self, path: str) -> None:
        """Open or make the file, or raise StoreError."""
        self.path = Path(os.path.realpath(path))
        self._connection = open_file(self.path)  # after `start` only its thread uses it
        self._lock = threading.Lock()  # guards _rows, _jobs, _lost, _hurries, _ends
        self._changed = threading.Condition(self._lock)  # notified by all that add
        self._rows: deque[tuple[float, str, bytes]] = deque()  # not yet in the file
        self._jobs: deque[Callable[[bool], None]] = deque()
        self._lost = 0  # rows for which there was no place
        self._hurries = False
        self._ends = False
        self._fails = False  # only its thread uses it
        self._thread = threading.Thread(target=self._run, name="store", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def put(self, at: float, room: str, line: bytes) -> None:
        """Keep `alice: hello` and its LF, said in a room at that time.  Never blocks.

        The room calls it under the lock of the registry.  So the rows have the order
        in which everyone has seen the messages.
        """
        with self._lock:
            if len(self._rows) >= QUEUED_ROWS:
                self._lost += 1
                return
            self._rows.append((at, room, line))
            if len(self._rows) == 1:
                self._changed.notify()

    def do(
        self,
        job: Callable[[sqlite3.Connection], T],
        then: Callable[[], object] = lambda: None,
    ) -> T:
        """Run `job` in the store's thread, in one transaction, and return its result.

        All rows that were put before are written first.  When it is in the file, `then`
        is called in the same thread, so what several jobs change comes in their order.
        Raise sqlite3.Error where that fails.  This waits for the disk: never call it
        while you hold a lock.
        """
        done: Future[T] = Future()

        def run(has_ended: bool) -> None:
            try:
                if has_ended:
                    raise sqlite3.OperationalError(ENDED)
                result = _in_transaction(self._connection, job)
                then()
                done.set_result(result)
            except Exception as error:
                done.set_exception(error)

        with self._lock:
            if self._ends:
                raise sqlite3.OperationalError(ENDED)
            self._jobs.append(run)
            self._changed.notify()
        return done.result()

    def hurry(self) -> None:
        """From now on, write at once: the server is about to stop."""
        with self._lock:
            self._hurries = True
            self._changed.notify()

    def close(self) -> None:
        """Write what waits, for a short time, and then no more."""
        with self._lock:
            self._ends = self._hurries = True
            self._changed.notify()
        self._thread.join(CLOSE_S)
        with self._lock:
            unwritten = len(self._rows) + self._lost
        if unwritten:
            _log.warning("%d messages may be missing in %s", unwritten, self.path)

    def earlier(self) -> Iterator[tuple[float, str, bytes]]:
        """Yield what was put, the latest first, before the thread is started."""
        with _told(self.path):
            for at, room, name, text in self._connection.execute(
                "SELECT at, room, name, text FROM said ORDER BY id DESC LIMIT ?",
                (LOADED_ROWS,),
            ):
                moment = datetime.fromisoformat(at).timestamp()
                yield moment, room, f"{name}: {text}\n".encode()

    def owners(self) -> list[tuple[str, bytes, bytes]]:
        """Return the key of each name that belongs to someone, its salt and its hash.

        Call it before the thread is started.
        """
        with _told(self.path):
            query = "SELECT key, salt, digest FROM owner"
            return self._connection.execute(query).fetchall()

    # ---- the store's thread

    def _run(self) -> None:
        try:
            with contextlib.closing(self._connection):
                while self._work():
                    pass
        except Exception:
            _log.exception("The file of the history: an error of the server's own")
        with self._lock:
            self._ends = True
            unfinished = list(self._jobs)
        for job in unfinished:  # somebody waits for each
            job(True)

    def _work(self) -> bool:
        """Wait for something to do, and do it; tell whether to go on."""
        with self._lock:
            self._changed.wait_for(lambda: self._rows or self._jobs or self._ends)
            self._changed.wait_for(lambda: self._jobs or self._hurries, GATHER_S)
            rows, jobs, ends = list(self._rows), len(self._jobs), self._ends
        is_written = self._write(rows)
        for _ in range(jobs):
            with self._lock:
                job = self._jobs.popleft()
            job(False)
        if not is_written and not ends:
            with self._lock:
                self._changed.wait_for(lambda: self._jobs or self._ends, RETRY_S)
        with self._lock:
            return not ends or bool(is_written and (self._rows or self._jobs))

    def _write(self, rows: list[tuple[float, str, bytes]]) -> bool:
        """Write rows that wait, and let them wait no more; tell whether that is so."""
        try:
            if rows:
                _in_transaction(self._connection, lambda c: _insert(c, rows))
        except sqlite3.Error as error:
            if not self._fails:
                told = "Cannot write to %s: %s; it is tried again every %g s"
                _log.warning(told, self.path, error, RETRY_S)
            self._fails = True
            return False
        with self._lock:
            for _ in rows:
                self._rows.popleft()
            lost = self._lost if rows else 0
            self._lost -= lost
        if (self._fails and rows) or lost:
            self._fails = False
            _log.warning("%s is written again; %d messages are lost", self.path, lost)
        return True


def _in_transaction(
    connection: sqlite3.Connection, job: Callable[[sqlite3.Connection], T]
) -> T:
    connection.execute("BEGIN IMMEDIATE")
    try:
        result = job(connection)
        connection.execute("COMMIT")
    except BaseException:
        with contextlib.suppress(sqlite3.Error):  # SQLite may have done so itself
            connection.execute("ROLLBACK")
        raise
    return result


def _insert(
    connection: sqlite3.Connection, rows: list[tuple[float, str, bytes]]
) -> None:
    connection.executemany(
        "INSERT INTO said (at, room, name, text) VALUES (?, ?, ?, ?)",
        (_row(*row) for row in rows),
    )


def _row(at: float, room: str, line: bytes) -> Row:
    name, _, text = line.decode().removesuffix("\n").partition(": ")
    moment = datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds")
    return Row(moment.replace("+00:00", "Z"), room, name, text)


# ---- the history that begins with it


class StoredHistory(History):
    """The last messages of each room, which are written to a store as well.

    A room begins with what was said in a room of that name before.
    """

    def __init__(self, kept: int, store: Store) -> None:
        super().__init__(kept)
        self._store = store
        # Of rooms that are not there now, by the key of their name.
        self._ended: dict[str, deque[tuple[float, bytes]]] = {}
        for at, room, line in store.earlier():
            key = names.key(room)
            if key in self._ended or len(self._ended) < ENDED_ROOMS:
                said = self._ended.setdefault(key, deque(maxlen=kept))
                if len(said) < kept:
                    said.appendleft((at, line))

    def add(self, room: str, line: bytes) -> None:
        """Keep a message, as it goes over the wire."""
        said_at = time.time()
        self._begin(room)
        self._rooms[room].append((said_at, line))
        self._store.put(said_at, room, line)

    def recall(self, room: str, name: str, count: int) -> bytes:
        """Return the last `count` messages of a room as an answer."""
        self._begin(room)
        return super().recall(room, name, count)

    def forget(self, room: str) -> None:
        """Keep what was said in a room that has ended, for the next of its name."""
        if said := self._rooms.pop(room, None):
            self._ended[names.key(room)] = said
            if len(self._ended) > ENDED_ROOMS:
                del self._ended[next(iter(self._ended))]

    def _begin(self, room: str) -> None:
        if room not in self._rooms:
            key = names.key(room)
            self._rooms[room] = self._ended.pop(key, deque(maxlen=self._kept))
