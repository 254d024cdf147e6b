"""The room on the network: accepts clients, starts their threads, and stops.

One thread accepts, one thread per client reads and runs its commands, and the
postman's thread writes.
"""

import contextlib
import errno
import logging
import os
import socket
import socketserver
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

from chat import config
from chat.server.addresses import as_user_writes, format_address
from chat.server.admission import (
    FULL,
    Admission,
    Refused,
    SpareDescriptor,
    Ticket,
    has_memory,
)
from chat.server.entrance import Entrance
from chat.server.handler import ChatHandler
from chat.server.history import History
from chat.server.joins import Joins
from chat.server.owners import Owners
from chat.server.postman import Postman
from chat.server.registry import Registry
from chat.server.room import Room
from chat.server.sockets import end_reading, take_both
from chat.server.teacher import Teacher
from chat.wire.answers import format_error

FLUSH_S = 1.0  # how long a stopping server sends what waits
JOIN_S = 1.0  # how long it then waits for its threads
POLL_S = 0.2  # how often the accept loop looks whether to stop

_log = logging.getLogger("chat")


class Door(socketserver.ThreadingTCPServer):
    """A socket that listens, and the thread that accepts from it.

    What is accepted goes to `process_request`, in that thread.
    """

    allow_reuse_address = os.name == "posix"  # Windows would let two servers share it
    request_queue_size = config.LISTEN_BACKLOG

    def __init__(self, host: str, port: int, handler: type[ChatHandler]) -> None:
        """Bind and listen; OSError or ValueError tells what is wrong."""
        self.address_family, address = _resolve(host, port)
        self._spare = SpareDescriptor()
        self._closing = threading.Event()
        self._acceptor = threading.Thread(
            target=self._accept, args=(POLL_S,), name="accept", daemon=True
        )
        super().__init__(address, handler)

    @property
    def where(self) -> str:
        """Return HOST:PORT as bound."""
        return format_address(self.socket.getsockname())

    def open(self) -> None:
        """Accept, in a new thread."""
        self._acceptor.start()

    def close(self) -> None:
        """Accept nobody any more, and end the thread."""
        self._closing.set()
        self.shutdown()
        self._acceptor.join()
        self.server_close()

    def server_bind(self) -> None:
        """Bind; where the host is `::`, for IPv4 as well."""
        take_both(self.socket)
        super().server_bind()

    def server_close(self) -> None:
        """Stop listening."""
        super().server_close()
        self._spare.close()

    # ---- the accept thread

    def _accept(self, poll_s: float) -> None:
        """Accept until `close`; if memory runs out meanwhile, begin again."""
        while not self._closing.is_set():
            try:
                self.serve_forever(poll_s)
            except MemoryError:
                with contextlib.suppress(MemoryError):
                    _log.error("There was no memory to accept a connection")
                self._closing.wait(poll_s)

    def get_request(self) -> tuple[socket.socket, Any]:
        """Accept; where there is no descriptor for it, accept and refuse."""
        try:
            request, address = super().get_request()
            return request, as_user_writes(address)
        except OSError as error:
            if error.errno in (errno.EMFILE, errno.ENFILE):
                self._refuse_with_spare()
            raise  # socketserver goes on with the next

    def _refuse_with_spare(self) -> None:
        accepted = self._spare.accept(self.socket)
        if accepted:
            request, address = accepted
            self.refuse(request, FULL, as_user_writes(address))
        if not (self._spare.reopen() and accepted):
            time.sleep(POLL_S)  # nothing can be done now, but do not spin

    def refuse(self, request: socket.socket, reason: str, address: Any) -> None:
        """Say why a connection is refused, and close it."""
        _log.info("%s refused: %s", format_address(address), reason)
        with contextlib.suppress(OSError):
            request.settimeout(0)
            request.send(self.format_refusal(reason))
        self.shutdown_request(request)

    def format_refusal(self, reason: str) -> bytes:
        """Return the line for a connection that is refused."""
        return format_error(reason)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Log an error of our own; the client has left, and the server lives on."""
        error, where = sys.exception(), format_address(client_address)
        if isinstance(error, OSError):  # it was gone before it was served
            _log.debug("%s: %s", where, error)
        elif isinstance(error, MemoryError):  # it can happen anywhere
            _log.error("%s: there was no memory to serve it", where)
        else:
            _log.error("%s:", where, exc_info=error)


class ChatServer(Door):
    """The room on the network.  `start` and `stop` return; one thread calls them."""

    def __init__(
        self,
        host: str,
        port: int,
        limits: config.Limits,
        on_death: Callable[[], None] = lambda: None,
        history: History | None = None,
        key: str = "",
        owners: Owners | None = None,
    ) -> None:
        """Bind and listen; OSError or ValueError tells what is wrong.

        `on_death` is called, in some thread, when the room cannot go on because of an
        error of our own; then `stop` is to be called.  What is said is kept in
        `history`, or in memory alone.  Whoever wants to come in needs the `key`, if
        there is one, and the password of a name that is among the `owners`.
        """
        self.limits = limits
        self.rate = limits.rate  # for all clients; the teacher may change it
        self.postman = Postman(limits, on_death)
        registry = Registry()
        self.room = Room(
            registry,
            self.postman,
            limits.max_rooms,
            history or History(limits.history),
            owners.has if owners else None,
        )
        self.entrance = Entrance(
            self.room, self.postman, key, owners, limits.max_per_host
        )
        self.teacher = Teacher(
            registry, self.postman, self.room.moderation, limits.max_rooms, owners
        )
        self.stopping = threading.Event()
        self._admission = Admission(limits)
        self._joins = Joins(limits)
        self._lock = threading.Lock()  # guards _clients
        self._clients: dict[socket.socket, tuple[threading.Thread, Ticket]] = {}
        super().__init__(host, port, ChatHandler)

    def start(self) -> None:
        """Serve, in new threads."""
        self.postman.start()
        self.open()

    def stop(self) -> None:
        """Say so to everyone, send what waits, and end all threads; at most 3 s."""
        self.close()
        # First: who has joined by now is told by the postman, nobody else can join.
        self.room.close()
        self.stopping.set()
        self._wake_pending()
        self.postman.stop(FLUSH_S)
        self.entrance.close()
        end = time.monotonic() + JOIN_S
        for _, thread, _ in self._snapshot():
            thread.join(max(0.0, end - time.monotonic()))

    def set_rate(self, rate: float) -> None:
        """Let every client send so many lines a second from now on."""
        self.rate = rate

    def mark_joined(self, request: socket.socket) -> None:
        """Count a connection as one that has a name."""
        with self._lock:
            ticket = self._clients[request][1]
        self._admission.mark_joined(ticket)
        self._joins.count(ticket.host)

    def hold_place(self, request: socket.socket, for_s: float) -> None:
        """Let nobody else have the place of a connection for so long."""
        with self._lock:
            ticket = self._clients[request][1]
        self._admission.hold(ticket, for_s)

    # ---- the accept thread

    def process_request(self, request: Any, client_address: Any) -> None:
        """Start the client's thread, or tell the client why not."""
        self.let_in(self, request, client_address)

    def let_in(self, door: Door, request: Any, client_address: Any) -> None:
        """Do so for whoever came to this door: all doors are of one room."""
        ticket = None
        try:
            ticket = self._admit(client_address[0])
            self._start_thread(door, request, client_address, ticket)
        except Refused as refusal:
            door.refuse(request, str(refusal), client_address)
        except Exception as error:
            # Whatever it was: a ticket that nobody gives back keeps the door shut.
            with self._lock:
                self._clients.pop(request, None)
            if ticket:
                self._admission.release(ticket)
            if not isinstance(error, (RuntimeError, MemoryError)):
                raise  # an error of our own: socketserver passes it to handle_error
            door.refuse(request, FULL, client_address)  # no more threads, or memory

    def _admit(self, host: str) -> Ticket:
        """Return the ticket of a new connection from `host`, or raise Refused."""
        if not has_memory():
            raise Refused(FULL)
        if refusal := self.room.moderation.refusal(host):
            raise Refused(refusal)
        self._joins.check(host)
        return self._admission.admit(host)

    def _start_thread(
        self, door: Door, request: Any, address: Any, ticket: Ticket
    ) -> None:
        thread = threading.Thread(
            target=self._serve,
            args=(door, request, address),
            name=f"client {format_address(address)}",
            # Not waited for at exit: `stop` has its own list, and a limit.
            daemon=True,
        )
        with self._lock:
            self._clients[request] = thread, ticket
        thread.start()

    # ---- the clients' threads

    def _serve(self, door: Door, request: Any, client_address: Any) -> None:
        """Serve one client from start to end."""
        try:
            door.process_request_thread(request, client_address)
        finally:
            self._forget(request)

    def _forget(self, request: socket.socket) -> None:
        with self._lock:
            _, ticket = self._clients.pop(request)
        self._admission.release(ticket)

    def _wake_pending(self) -> None:
        """End what those without a name send; their own threads tell them why."""
        for request, _, ticket in self._snapshot():
            if self._admission.is_pending(ticket):
                end_reading(request)

    def _snapshot(self) -> list[tuple[socket.socket, threading.Thread, Ticket]]:
        with self._lock:
            return [(request, *client) for request, client in self._clients.items()]


def _resolve(host: str, port: int) -> tuple[socket.AddressFamily, Any]:
    found = socket.getaddrinfo(
        host or None, port, type=config.TYPE, flags=socket.AI_PASSIVE
    )
    # "localhost" may be both; IPv4 first, as the documents say.
    family, _, _, _, address = min(found, key=lambda info: info[0] != config.FAMILY)
    return family, address
