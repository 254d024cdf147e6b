"""The one thread that writes to the sockets of those who have joined.

Any thread may post; what it posts waits in one queue under one lock.  The
postman's own thread takes all that waits, sorts it by receiver and makes one
`send` for each: so no two threads ever write to one socket, nobody sends under
a lock, all see one order, and a burst costs a receiver one system call.
"""

import contextlib
import logging
import select
import socket
import threading
import time
from collections import deque
from collections.abc import Hashable, Iterable

from chat import config
from chat.server.mail import Enter, Item, Letter, Outbox, Remove

RETRY_S = 0.02  # how soon a full socket is tried again; polled only while one is full
SEND_BYTES = 128 * 1024  # per send: a full socket takes no more
BATCH_BYTES = 64 * 1024  # taken at once: few enough for a healthy reader's socket
PIECE_BYTES = 8 * 1024  # per send where there is no MSG_DONTWAIT

_DONTWAIT = getattr(socket, "MSG_DONTWAIT", 0)  # Windows has none
_log = logging.getLogger("chat")


class Postman:
    """A bounded queue, and the thread that empties it."""

    def __init__(self, limits: config.Limits) -> None:
        self._limits = limits
        self._lock = threading.Lock()  # guards _queue, _deadline, _ended
        self._mail = threading.Condition(self._lock)  # notified at post and stop
        self._space = threading.Condition(self._lock)  # notified when some was taken
        self._queue: deque[Item] = deque()
        self._deadline: float | None = None  # set by stop
        self._ended = False
        # Only the postman's thread uses these two.
        self._room: dict[Hashable, Outbox] = {}
        self._stuck: set[Outbox] = set()  # those for whom something waits
        self._thread = threading.Thread(target=self._run, name="postman", daemon=True)

    @property
    def queued(self) -> int:
        """Return how many items wait in the queue; for a look, no lock is needed."""
        return len(self._queue)

    @property
    def backlogs(self) -> dict[Hashable, int]:
        """Return the bytes that wait for each address that takes too little."""
        found = [(outbox.address, len(outbox.backlog)) for outbox in list(self._stuck)]
        return {address: size for address, size in found if size}

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def post(self, *items: Item) -> None:
        """Queue `items` with nothing between them.

        It never blocks, for the registry calls it under its lock; whoever posts
        much calls `wait_for_space` first.  So the bound is soft: each thread may
        overshoot it by one call.  After the end items are thrown away.
        """
        with self._lock:
            if not self._ended:
                self._queue.extend(items)
                self._mail.notify()
                return
        _cut_off(_entering(items))

    def wait_for_space(self) -> None:
        """Block while the queue is full: here a flood waits in its sender's thread."""
        with self._lock:
            while len(self._queue) >= config.QUEUE_LETTERS and not self._ended:
                self._space.wait()

    def stop(self, flush_s: float) -> None:
        """Send what waits for at most `flush_s` seconds, end the thread, and return."""
        with self._lock:
            self._deadline = time.monotonic() + flush_s
            self._mail.notify()
        self._thread.join()

    # ---- the postman's thread

    def _run(self) -> None:
        try:
            while (batch := self._take()) is not None:
                now = time.monotonic()
                for outbox in self._sort(batch) | self._stuck:
                    self._deliver(outbox, now)
        finally:
            self._end()

    def _take(self) -> list[Item] | None:
        """Return a batch of what waits; an empty one when full sockets are due.

        Block while there is nothing to do.  None: it is time to end.
        """
        with self._lock:
            if not self._queue:
                self._mail.wait(self._patience_s())
            if self._deadline is not None and (
                time.monotonic() >= self._deadline or not (self._queue or self._stuck)
            ):
                return None
            batch: list[Item] = []
            size = 0
            while self._queue and size < BATCH_BYTES:
                item = self._queue.popleft()
                batch.append(item)
                size += len(item.data) if isinstance(item, Letter) else 0
            self._space.notify_all()
            return batch

    def _patience_s(self) -> float | None:
        if self._stuck:
            return RETRY_S
        return None if self._deadline is None else 0

    def _sort(self, batch: list[Item]) -> set[Outbox]:
        """Add each letter to what waits for its receivers; return who has work."""
        fed: set[Outbox] = set()
        for item in batch:
            if isinstance(item, Letter):
                for outbox in self._receivers(item):
                    outbox.waiting.append(item.data)
                    fed.add(outbox)
            elif isinstance(item, Enter):
                self._room[item.address] = item.outbox
                item.outbox.address = item.address
            elif item.address in self._room:
                leaving = self._room.pop(item.address)
                leaving.closing = True
                if isinstance(item, Remove):
                    leaving.waiting.append(item.last_words)
                    leaving.fault = item.fault
                fed.add(leaving)
        return fed

    def _receivers(self, letter: Letter) -> list[Outbox]:
        if letter.to is None:
            left_out = self._room.get(letter.but)
            return [o for o in self._room.values() if o is not left_out]
        outbox = self._room.get(letter.to)
        return [outbox] if outbox else []

    def _deliver(self, outbox: Outbox, now: float) -> None:
        """Send what waits for one socket; whatever goes wrong is its loss alone."""
        try:
            self._flush(outbox, now)
        except OSError as error:
            self._evict(outbox, error.strerror or str(error))
        except Exception:
            _log.exception("an error of the postman's own")
            self._evict(outbox, "an error of the server's own")

    def _flush(self, outbox: Outbox, now: float) -> None:
        """Send what the socket takes at once; keep the rest, or evict.

        Promise P5 in chat/PROTOCOL.md says when.
        """
        backlog = outbox.backlog
        backlog += b"".join(outbox.waiting)
        outbox.waiting.clear()
        sent = send_now(outbox.sock, backlog[:SEND_BYTES]) if backlog else 0
        del backlog[:sent]  # cheap: a bytearray moves its start
        if sent or outbox not in self._stuck:
            outbox.moved_at = now
        if outbox.fault:
            self._release(outbox, socket.SHUT_RDWR)
        elif not backlog:
            self._stuck.discard(outbox)
            if outbox.closing:
                self._release(outbox)
        elif 0 < self._limits.outbox_bytes < len(backlog):
            self._evict(outbox, f"evicted: {len(backlog):,} bytes waiting")
        elif 0 < self._limits.stall_timeout < now - outbox.moved_at:
            self._evict(
                outbox, f"evicted: took nothing for {now - outbox.moved_at:.0f} s"
            )
        else:
            self._stuck.add(outbox)

    def _evict(self, outbox: Outbox, fault: str) -> None:
        """Cut `outbox` off; its handler thread wakes up and leaves the room."""
        outbox.fault = fault  # first: the handler reads it when it wakes up
        self._release(outbox, socket.SHUT_RDWR)

    def _release(self, outbox: Outbox, how: int = socket.SHUT_WR) -> None:
        if self._room.get(outbox.address) is outbox:
            del self._room[outbox.address]
        self._stuck.discard(outbox)
        _shut(outbox, how)

    def _end(self) -> None:
        """Cut everyone off, also those who have only just been posted."""
        with self._lock:
            self._ended = True
            unread = list(self._queue)
            self._queue.clear()
            self._space.notify_all()
        _cut_off({*self._room.values(), *self._stuck, *_entering(unread)})


def _entering(items: Iterable[Item]) -> list[Outbox]:
    return [item.outbox for item in items if isinstance(item, Enter)]


def _cut_off(outboxes: Iterable[Outbox]) -> None:
    for outbox in outboxes:
        _shut(outbox, socket.SHUT_RDWR)


def _shut(outbox: Outbox, how: int) -> None:
    with contextlib.suppress(OSError):  # the peer may have reset it
        outbox.sock.shutdown(how)
    outbox.released.set()


def send_now(sock: socket.socket, data: bytes | bytearray) -> int:
    """Give `sock` what it takes at once; return how many bytes that was.

    The socket itself stays blocking, because its handler thread reads from it.
    """
    try:
        if _DONTWAIT:
            return sock.send(data, _DONTWAIT)
        writable = select.select([], [sock], [], 0)[1]
        return sock.send(data[:PIECE_BYTES]) if writable else 0
    except BlockingIOError:
        return 0
