"""The clients of a select loop: what has come from each, and what each is to get.

Given to the learner.  One thread, no lock.  Nothing here reads or writes a socket:
that is the loop's work.
"""

import argparse
import contextlib
import socket
import sys
import time
import traceback
from collections.abc import Callable, Iterable, Iterator

from chat import config
from chat.keepalive import set_option
from chat.server.admission import FULL, clamp
from chat.server.mail import Enter, Item, Leave, Letter, Outbox
from chat.server.registry import Member, Registry
from chat.server.room import WELCOME, Room
from chat.wire import names
from chat.wire.answers import format_error
from chat.wire.framing import Fault, LineBuffer

TICK_S = 0.1  # how often the clock is looked at while something waits
LINGER_S = 1.0  # how long a client that is sent away has to read why
MAX_CLIENTS = 500  # on Windows select takes no more than 512 sockets


class Client(Outbox):
    """One connection, with a buffer for each direction.

    In: `lines` keeps what is not a whole line yet.  Out: `backlog` keeps what the
    socket has not taken yet; it comes from Outbox, as `closing` and `fault` do.
    """

    def __init__(self, sock: socket.socket) -> None:
        super().__init__(sock)
        self.lines = LineBuffer()
        self.ended = False  # it sends no more
        self.member: Member | None = None
        self.refused = 0  # names
        self.stuck_since: float | None = None  # it takes nothing of what waits
        self.close_at: float | None = None

    def fileno(self) -> int:
        """Return the socket's number: so `select` takes a Client for its socket."""
        return self.sock.fileno()

    def took(self, count: int) -> None:
        """Forget the first `count` bytes of the backlog: the socket has taken them."""
        del self.backlog[:count]
        if count:
            self.stuck_since = None


class Clients:
    """All clients, and the room that they are in.

    It is the room's Mail: what is posted is in the backlogs at once.
    """

    make_client = Client  # step 14 has others, and other rooms
    make_room: Callable[..., Room] = Room
    welcome = WELCOME

    def __init__(self, limits: config.Limits) -> None:
        self._limits = limits
        self._all: set[Client] = set()
        self._members: dict[object, Outbox] = {}
        self._room = self.make_room(Registry(), self)
        self._waits = False  # for something that no socket will tell

    def __iter__(self) -> Iterator[Client]:
        return iter(self._all)

    # ---- what the loop calls

    def add(self, sock: socket.socket) -> None:
        """Take in a new connection; its greeting is in its backlog."""
        set_option(sock, socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        # What the kernel holds for a client that does not read is of no use to anyone.
        set_option(sock, socket.SOL_SOCKET, socket.SO_SNDBUF, config.SEND_BUFFER_BYTES)
        client = self.make_client(sock)
        if 0 < self._limits.max_clients <= len(self._all):
            client.backlog += format_error(FULL)
            client.closing = True
        else:
            client.backlog += self.welcome
        self._all.add(client)

    def receive(self, client: Client, line: str | Fault) -> None:
        """Do what one line asks; after a bug the client is dropped, the loop lives."""
        if not isinstance(line, str | Fault):
            raise TypeError(f"receive takes a line of text, as feed gives it: {line!r}")
        try:
            if not (client.ended or client.closing):
                self._receive(client, line)
        except Exception:
            traceback.print_exc()
            self.drop(client)

    def end(self, client: Client) -> None:
        """Let a client leave that sends no more; it still gets its backlog."""
        client.ended = True
        self._leave(client)

    def drop(self, client: Client) -> None:
        """Let a client leave whose connection is broken; its backlog is thrown away."""
        client.backlog.clear()
        self.end(client)

    def finished(self) -> list[Client]:
        """Return the clients whose sockets are to be closed now."""
        now = time.monotonic()
        found = [client for client in self._all if self._is_finished(client, now)]
        self._waits = any(c.backlog or c.closing for c in self._all)
        return found

    def remove(self, client: Client) -> None:
        """Forget a client that is finished."""
        self._leave(client)
        self._all.discard(client)
        if client.fault:
            name = client.member.name if client.member else "Someone"
            print(f"{name} left: {client.fault}", file=sys.stderr, flush=True)

    def patience_s(self) -> float | None:
        """Return how long `select` may wait; None: for as long as nothing happens."""
        return TICK_S if self._waits else None

    # ---- the room's mail

    def post(self, *items: Item) -> None:
        """Put each letter into the backlogs of those whom it is for."""
        for item in items:
            if isinstance(item, Letter):
                for outbox in self._receivers(item):
                    outbox.backlog += item.data
            elif isinstance(item, Enter):
                self._members[item.address] = item.outbox
            elif isinstance(item, Leave):
                self._members.pop(item.address, None)

    def wait_for_space(self) -> None:
        """Go on at once: a loop must not wait, and each backlog has its own limit."""

    def _receivers(self, letter: Letter) -> Iterable[Outbox]:
        if letter.to is None:
            left_out = self._members.get(letter.but)
            return [o for o in self._members.values() if o is not left_out]
        outbox = self._members.get(letter.to)
        return [outbox] if outbox else []

    # ---- one client

    def _receive(self, client: Client, line: str | Fault) -> None:
        if client.member:
            self._room.receive(client.member, line)
        else:
            self._claim(client, line)
        if isinstance(line, Fault) and line.fatal:
            self._send_away(client)

    def _claim(self, client: Client, line: str | Fault) -> None:
        """Let the client join as `line` asks, or tell it why not."""
        try:
            client.member = self._room.claim(line, client)
        except names.BadName as refusal:
            client.backlog += format_error(str(refusal))
            client.refused += 1
            if client.refused == self._limits.name_tries:
                self._send_away(client)

    def _send_away(self, client: Client) -> None:
        """Close the client when it has been told why; until then it may read."""
        self._leave(client)
        client.closing = True

    def _leave(self, client: Client) -> None:
        if client.member:
            self._room.leave(client.member)  # a second time it does nothing

    def _is_finished(self, client: Client, now: float) -> bool:
        if client.backlog:
            return self._is_too_slow(client, now)
        client.stuck_since = None
        if client.closing and client.close_at is None:
            client.close_at = now + LINGER_S
            with contextlib.suppress(OSError):  # it may have gone
                client.sock.shutdown(socket.SHUT_WR)
        return client.ended or (client.close_at is not None and client.close_at < now)

    def _is_too_slow(self, client: Client, now: float) -> bool:
        """Tell whether to evict the client: promise P5 in chat/PROTOCOL.md."""
        if client.stuck_since is None:
            client.stuck_since = now
        stuck_s = now - client.stuck_since
        if 0 < self._limits.outbox_bytes < len(client.backlog):
            client.fault = f"evicted: {len(client.backlog):,} bytes waiting"
        elif 0 < self._limits.stall_timeout < stuck_s:
            client.fault = f"evicted: took nothing for {stuck_s:.0f} s"
        return bool(client.fault)


def start() -> tuple[socket.socket, config.Limits]:
    """Read the command line, listen, and say where; return the listener and limits."""
    parser = argparse.ArgumentParser(description="Run the chat room in one thread.")
    parser.add_argument("--host", default=config.HOST)
    parser.add_argument("--port", type=int, default=config.PORT, help="0: any")
    parser.add_argument("--max-clients", type=int, default=MAX_CLIENTS)
    parser.add_argument("--outbox-bytes", type=int, default=config.OUTBOX_BYTES)
    parser.add_argument("--stall-timeout", type=float, default=config.STALL_TIMEOUT_S)
    options = parser.parse_args()
    listener = socket.create_server(
        (options.host, options.port), backlog=config.LISTEN_BACKLOG
    )
    host, port = listener.getsockname()[:2]
    print(f"Listening on {host}:{port}", flush=True)
    limits = config.Limits(
        max_clients=options.max_clients,
        outbox_bytes=options.outbox_bytes,
        stall_timeout=options.stall_timeout,
    )
    return listener, clamp(limits)
