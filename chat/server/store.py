"""What was said, in a file: the one thread that writes to it (see database.py).

A disk may be slow, or full, or another program may have locked the file.  So whoever
says something only puts a row into a queue, and the store's thread writes it.  It
gathers rows for half a second and writes them in one transaction, so a crash of the
server loses no more than that.  If it cannot write, the rows wait, and it tries again;
if too many wait, the next ones are lost, and the log says how many.
"""

import contextlib
import logging
import os
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from chat.server.database import (
    Claim,
    StoreError,
    in_transaction,
    insert,
    open_file,
    told,
)
from chat.server.history import History
from chat.wire import names

GATHER_S = 0.5  # how long rows are gathered
RETRY_S = 5.0  # how soon to try again if the file cannot be written
CLOSE_S = 0.3  # how long a stopping server waits for the last rows
QUEUED_ROWS = 10_000  # that may wait: as many as 500 clients send in one burst
ENDED_ROOMS = 64  # whose last messages are kept in memory
LOADED_ROWS = 10_000  # looked through at the start, the newest first

ENDED = "the server writes no more"
_log = logging.getLogger("chat")
T = TypeVar("T")


class Store:
    """The file of one server.  Any thread may put rows; none of them waits."""

    Error: type[Exception] = sqlite3.Error  # so its users need not import sqlite3

    def __init__(self, path: str) -> None:
        """Open or make the file, or raise StoreError."""
        self.path = Path(os.path.realpath(path))
        self._claim = Claim(self.path)
        try:
            self._connection = open_file(self.path)
        except StoreError:
            self._claim.close()
            raise
        # After `start`, only its thread uses both.
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
                result = in_transaction(self._connection, job)
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
        if self._thread.ident is None:
            self.start()  # the server could not start; the thread closes the file
        self._thread.join(CLOSE_S)
        with self._lock:
            unwritten = len(self._rows) + self._lost
        if unwritten:
            _log.warning("%d messages may be missing in %s", unwritten, self.path)

    def earlier(self) -> Iterator[tuple[float, str, bytes]]:
        """Yield what was put, the latest first, before the thread is started."""
        with told(self.path):
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
        with told(self.path):
            query = "SELECT key, salt, digest FROM owner"
            return self._connection.execute(query).fetchall()

    # ---- the store's thread

    def _run(self) -> None:
        try:
            with (
                contextlib.closing(self._claim),
                contextlib.closing(self._connection),
            ):
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
                in_transaction(self._connection, lambda c: insert(c, rows))
        except sqlite3.Error as error:
            if not self._fails:
                text = "Cannot write to %s: %s; the server tries again every %g s"
                _log.warning(text, self.path, error, RETRY_S)
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


# ---- the history that begins with it


class StoredHistory(History):
    """The last messages of each room, which are written to a store as well.

    A room begins with what was said in a room of that name before.
    """

    def __init__(self, kept: int, store: Store) -> None:
        super().__init__(kept)
        self._store = store
        # The last messages of rooms that do not exist now, by the key of their name.
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
            self._rooms[room] = self._ended.pop(key, deque(maxlen=self.kept))
