"""The room on the network: starts the threads of its clients, and stops them.

One thread accepts (see door.py), one thread per client reads and runs its commands,
and the postman's thread writes.
"""

import socket
import threading
import time
from collections.abc import Callable
from typing import Any

from chat import config
from chat.server.addresses import format_address
from chat.server.admission import FULL, Admission, Refused, Ticket, has_memory
from chat.server.door import Door
from chat.server.entrance import Entrance
from chat.server.handler import ChatHandler
from chat.server.history import History
from chat.server.joins import Joins
from chat.server.owners import Owners
from chat.server.postman import Postman
from chat.server.registry import Registry
from chat.server.room import BROKEN, Room
from chat.server.sockets import end_reading
from chat.server.teacher import Teacher

FLUSH_S = 1.0  # how long a stopping server sends what waits
JOIN_S = 1.0  # how long it then waits for its threads


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

        `on_death` is called, in some thread, when a fault of the server ends the room;
        then call `stop`.  What is said is kept in `history`, or in memory alone.
        Whoever wants to come in needs the `key`, if there is one, and the password of a
        name that is among the `owners`.
        """
        self.limits = limits
        self.rate = limits.rate  # for all clients; the teacher may change it
        self.postman = Postman(limits, on_death, BROKEN)
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
        # This comes first: after it nobody can join, and the postman tells everyone
        # who has joined by then.
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
        """Keep the place of a connection taken for `for_s` seconds."""
        with self._lock:
            ticket = self._clients[request][1]
        self._admission.hold(ticket, for_s)

    # ---- the accept thread

    def process_request(self, request: Any, client_address: Any) -> None:
        """Start the client's thread, or tell the client why not."""
        self.let_in(self, request, client_address)

    def let_in(self, door: Door, request: Any, client_address: Any) -> None:
        """Do this for a client of any door: all doors lead to the same room."""
        ticket = None
        try:
            ticket = self._admit(client_address[0])
            self._start_thread(door, request, client_address, ticket)
        except Refused as refusal:
            door.refuse(request, str(refusal), client_address)
        except Exception as error:
            # Whatever the error was, the ticket must be given back.  Otherwise its
            # place would stay taken forever.
            with self._lock:
                self._clients.pop(request, None)
            if ticket:
                self._admission.release(ticket)
            if not isinstance(error, (RuntimeError, MemoryError)):
                raise  # a fault of the server: socketserver passes it to handle_error
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
            # Python must not wait for it at exit: `stop` does, with a limit.
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
        """Wake the threads of clients without a name; these tell their clients why."""
        for request, _, ticket in self._snapshot():
            if self._admission.is_pending(ticket):
                end_reading(request)

    def _snapshot(self) -> list[tuple[socket.socket, threading.Thread, Ticket]]:
        with self._lock:
            return [(request, *client) for request, client in self._clients.items()]
