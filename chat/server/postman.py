"""The one thread that writes to the sockets of those who have joined.

Any thread may post.  What it posts waits in one queue under one lock.  The
postman's own thread takes what waits, sorts it by receiver and makes one `send` for
each.  Four things follow from that:

- no two threads ever write to one socket, so no line is torn or mixed with another;
- no lock is held during a system call, so a slow socket delays nobody;
- everyone sees one order, that of the queue;
- a burst costs each receiver one system call instead of one for each line.  With
  100 clients of whom 10 send this is worth a factor of 10 to 15 in lines a second
  against a `send` for each line.

The price is one more thread to wake: a private message there and back takes about
a fifth longer than if the sender's thread wrote it.

A socket that takes no more is tried again every 20 ms, and nothing is polled while no
socket is full.  Why this is not done with a selector is in chat/DESIGN.md.
"""

import logging
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Hashable, Iterable, Mapping

from chat import config
from chat.server.directory import Directory
from chat.server.mail import Enter, Item, Letter, Move, Outbox, Remove
from chat.server.sockets import CUT_OFF, send_now

RETRY_S = 0.02  # how soon a full socket is tried again
SEND_BYTES = 128 * 1024  # per send: a full socket takes no more
BATCH_BYTES = 64 * 1024  # taken at once: few enough for a healthy reader's socket

_log = logging.getLogger("chat")


class Postman:
    """A bounded queue, and the thread that empties it."""

    def __init__(
        self,
        limits: config.Limits,
        on_death: Callable[[], None] = lambda: None,
        last_words: bytes = b"",
    ) -> None:
        """`on_death` is called in the thread if a fault of the server ends it.

        Then everyone gets the `last_words`.
        """
        self._limits = limits
        self._on_death = on_death
        self._last_words = last_words
        self._lock = threading.Lock()  # guards _queue, _deadline, _ended
        self._not_empty = threading.Condition(self._lock)  # notified by post and stop
        self._not_full = threading.Condition(self._lock)  # notified by _take, _end
        self._queue: deque[Item] = deque()
        self._deadline: float | None = None  # set by stop
        self._ended = False
        # Only the postman's thread uses these three.
        self._directory = Directory()
        self._unreleased: set[Outbox] = set()  # all that entered and are not released
        self._stuck: set[Outbox] = set()  # those for whom something waits
        # Replaced as a whole by the postman's thread, never changed in place: so
        # a thread that reads it needs no lock and sees the numbers of one moment.
        self.backlogs: Mapping[Hashable, int] = {}  # bytes that wait, by address
        self._thread = threading.Thread(target=self._run, name="postman", daemon=True)

    @property
    def queued(self) -> int:
        """Return how many items wait in the queue."""
        with self._lock:
            return len(self._queue)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def post(self, *items: Item) -> None:
        """Queue `items` as one block: nothing comes between them.

        It must never block or touch a socket, because the room calls it under the
        lock of the registry.  Whoever posts much calls `wait_for_space` first, so the
        bound is soft: each thread may overshoot it by one call.  After the end items
        are thrown away, and outboxes that would enter are released.
        """
        with self._lock:
            if not self._ended:
                if not self._queue:  # only then does the postman wait
                    self._not_empty.notify()
                self._queue.extend(items)
                return
        for outbox in _entering(items):
            outbox.released.set()

    def wait_for_space(self) -> None:
        """Block while the queue is full: here a flood waits in its sender's thread."""
        with self._lock:
            while len(self._queue) >= config.QUEUE_LETTERS and not self._ended:
                self._not_full.wait()

    def stop(self, flush_s: float) -> None:
        """Send what waits for at most `flush_s` seconds, end the thread, and return."""
        with self._lock:
            self._deadline = time.monotonic() + flush_s
            self._not_empty.notify()
        self._thread.join()

    # ---- the postman's thread

    def _run(self) -> None:
        batch: list[Item] | None = []
        try:
            while (batch := self._take()) is not None:
                self._handle(batch)
        except Exception:
            _log.exception("An error has ended the postman")
            self._on_death()
            self._tell_the_end()
        finally:
            self._end(batch or [])

    def _handle(self, batch: list[Item]) -> None:
        now = time.monotonic()
        for outbox in self._sort(batch) | self._stuck:
            self._deliver(outbox, now)
        if self._stuck or self.backlogs:
            self.backlogs = {o.address: len(o.backlog) for o in self._stuck}

    def _take(self) -> list[Item] | None:
        """Return a batch of what waits; an empty one when full sockets are to be tried.

        Block while there is nothing to do.  None: it is time to end.
        """
        with self._lock:
            # One wait is enough here, without the usual loop around it: if it ends
            # and nothing is there, the batch is empty and the caller comes back.
            if not self._queue:
                self._not_empty.wait(self._patience_s())
            if self._deadline is not None and (
                time.monotonic() >= self._deadline or not (self._queue or self._stuck)
            ):
                return None
            if len(self._queue) >= config.QUEUE_LETTERS:  # only then does anyone wait
                self._not_full.notify_all()
            batch: list[Item] = []
            size = 0
            while self._queue and size < BATCH_BYTES:
                item = self._queue.popleft()
                batch.append(item)
                size += len(item.data) if isinstance(item, Letter) else 0
            return batch

    def _patience_s(self) -> float | None:
        if self._stuck:
            return RETRY_S
        return None if self._deadline is None else 0

    def _sort(self, batch: list[Item]) -> set[Outbox]:
        """Add each letter to its receivers' outboxes; return those to deliver."""
        fed: set[Outbox] = set()
        for item in batch:
            if isinstance(item, Letter):
                receivers = self._directory.receivers(item)
                for outbox in receivers:
                    outbox.waiting.append(item.data)
                fed.update(receivers)
            elif isinstance(item, Enter):
                self._directory.enter(item)
                self._unreleased.add(item.outbox)
            elif isinstance(item, Move):
                self._directory.move(item)
            elif leaving := self._directory.take_out(item):
                leaving.closing = True
                if isinstance(item, Remove):
                    leaving.waiting.append(item.last_words)
                    leaving.fault = item.fault
                fed.add(leaving)
        return fed

    def _deliver(self, outbox: Outbox, now: float) -> None:
        """Send what waits for one socket; an error ends only this connection."""
        try:
            self._flush(outbox, now)
        except OSError as error:
            self._evict(outbox, error.strerror or str(error))
        except Exception:
            _log.exception("an error in the postman")
            self._evict(outbox, "an error in the server")

    def _flush(self, outbox: Outbox, now: float) -> None:
        """Send what the socket takes at once; let the rest wait, within the limits."""
        backlog = outbox.backlog
        backlog += outbox.pack(b"".join(outbox.waiting))
        outbox.waiting.clear()
        sent = send_now(outbox.sock, backlog[:SEND_BYTES]) if backlog else 0
        del backlog[:sent]  # cheap: a bytearray moves its start
        if outbox.fault:
            self._release(outbox, CUT_OFF)
        elif backlog:
            self._let_wait(outbox, sent, now)
        else:
            self._stuck.discard(outbox)
            if outbox.closing:
                self._release(outbox)

    def _let_wait(self, outbox: Outbox, sent: int, now: float) -> None:
        """Try again soon, or evict: promise P5 in chat/PROTOCOL.md says when."""
        waits, limit = len(outbox.backlog), self._limits.outbox_bytes
        if outbox not in self._stuck:
            self._stuck.add(outbox)
            outbox.moved_at = outbox.fits_at = now
        if sent:
            outbox.moved_at = now
        if waits <= limit:
            outbox.fits_at = now
        still_s, too_much_s = now - outbox.moved_at, now - outbox.fits_at
        if limit and (
            too_much_s > config.CATCH_UP_S or waits > limit * config.BURST_BOXES
        ):
            self._evict(outbox, f"evicted: {waits:,} bytes waiting")
        elif 0 < self._limits.stall_timeout < still_s:
            self._evict(outbox, f"evicted: took nothing for {still_s:.0f} s")

    def _evict(self, outbox: Outbox, fault: str) -> None:
        """Cut `outbox` off; its handler thread wakes up and leaves the room."""
        # Set this first: the handler reads it when it wakes up.  A client that is being
        # removed has a reason already, and keeps it if a send fails meanwhile.
        outbox.fault = outbox.fault or fault
        self._release(outbox, CUT_OFF)

    def _release(self, outbox: Outbox, how: int = socket.SHUT_WR) -> None:
        self._directory.cut_off(outbox)
        self._stuck.discard(outbox)
        self._unreleased.discard(outbox)
        outbox.release(how)

    def _tell_the_end(self) -> None:
        """Tell everyone who has joined, as far as their sockets take it at once."""
        for outbox in list(self._unreleased):
            outbox.waiting.append(self._last_words)
            self._deliver(outbox, time.monotonic())

    def _end(self, batch: list[Item]) -> None:
        """Cut everyone off, also those in `batch` or posted only just now."""
        with self._lock:
            self._ended = True
            unread = list(self._queue)
            self._queue.clear()
            self._not_full.notify_all()
        for outbox in {*self._unreleased, *_entering([*batch, *unread])}:
            outbox.release(CUT_OFF)


def _entering(items: Iterable[Item]) -> list[Outbox]:
    return [item.outbox for item in items if isinstance(item, Enter)]
