"""One client, in a thread of its own.

The thread reads, frames and runs commands.  It writes to its socket only until
the client has joined; from then on that is the postman's alone.
"""

import contextlib
import logging
import socket
import socketserver
import threading
import time
from collections.abc import Iterator
from typing import Any, Protocol, cast

from chat import config
from chat.server.mail import Letter, Outbox
from chat.server.postman import Postman
from chat.server.rate import RateLimit
from chat.server.registry import Closed, Member, NameTaken
from chat.server.room import SHUTTING_DOWN, Room
from chat.wire import names
from chat.wire.answers import TELNET_ANSWER, TELNET_ASKS, format_error, format_info
from chat.wire.framing import Fault, LineBuffer

READ_BYTES = 8 * 1024
RATE_POLL_S = 0.5  # how soon who waits for the rate sees that it is another
LINGER_S = 1.0  # how long a client that is sent away has to read why

_log = logging.getLogger("chat")


class Host(Protocol):
    """What a handler needs of its server."""

    limits: config.Limits  # another one when the rate is changed
    room: Room
    postman: Postman
    stopping: threading.Event

    def mark_joined(self, request: socket.socket) -> None:
        """Count a connection as one that has a name."""


class ChatHandler(socketserver.StreamRequestHandler):
    """One client, in its own thread, from its first byte to its last."""

    disable_nagle_algorithm = True  # a small answer would wait up to 40 ms

    def setup(self) -> None:
        """Prepare what lasts as long as the connection."""
        super().setup()
        _set_options(self.connection)
        self._host = cast(Host, self.server)
        limits = self._host.limits
        self._buffer = LineBuffer(limits.max_line)
        self._rate_limit = RateLimit(limits.rate, limits.burst)
        self._outbox = Outbox(self.connection)
        self._member: Member | None = None
        # Absolute, or a client that dribbles a byte a second would never meet it.
        self._deadline_s = time.monotonic() + limits.join_timeout
        self._why = "an error of the server's own"  # unless something better is known

    def handle(self) -> None:
        """Let the client join, run its commands, and see it off."""
        try:
            lines = self._lines()  # one for both: some may have come with the name
            if self._join(lines):
                self._chat(lines)
        except OSError as error:
            self._why = error.strerror or str(error)
        finally:
            self._leave()

    def finish(self) -> None:
        """Let the client read our last words, then close.

        To close with bytes of the client's unread resets the connection, and what
        it has not read yet may be lost with it.
        """
        stops = self._member and self._host.stopping.is_set()
        end_s = time.monotonic() + (0 if stops else LINGER_S)
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_WR)
            while (left_s := end_s - time.monotonic()) > 0:
                self.connection.settimeout(left_s)
                # Not with rfile: after a timeout that is of no use any more.
                if not self.connection.recv(READ_BYTES):
                    break
        super().finish()
        # Its place is free only when its rate is, or to come again would beat it.
        debt_s = self._rate_limit.debt_s(time.monotonic())
        self._pause(debt_s, self._host.stopping)

    def _lines(self) -> Iterator[str | Fault]:
        """Yield what the client sends, no faster than it may, until it ends.

        Raise TimeoutError where it has no name when it should, OSError when the
        network fails.  A client that is reset while its lines wait here is noticed
        when something is sent to it, or after its lines.
        """
        while data := self._read():
            for line in self._buffer.feed(data):
                gone = self._outbox.released if self._member else self._host.stopping
                self._rate_limit.set_rate(self._host.limits.rate)
                wait_s = self._rate_limit.wait_s(time.monotonic())
                if wait_s:
                    self._pause(wait_s, gone)
                if gone.is_set() or self._host.stopping.is_set():
                    self._why = self._outbox.fault  # or the server stops
                    return
                yield line
        # An evicted client's socket was shut down, which reads like its own end.
        self._why = self._outbox.fault or "closed the connection"

    def _pause(self, wait_s: float, gone: threading.Event) -> None:
        """Wait as the rate asks; `gone` ends it, and soon also another rate."""
        end_s = time.monotonic() + wait_s
        while self._host.limits.rate == self._rate_limit.rate_per_s:
            left_s = end_s - time.monotonic()
            if left_s <= 0 or gone.wait(min(left_s, RATE_POLL_S)):
                return

    def _read(self) -> bytes:
        if not self._member:
            self._limit_time()
        data = self.rfile.read1(READ_BYTES)
        if TELNET_ASKS in data:
            self._answer_telnet()
        return data

    def _answer_telnet(self) -> None:
        """Let telnet show again what we send, and say what its user may have wanted."""
        answer = TELNET_ANSWER + format_info("To leave telnet: ctrl-], then quit")
        if self._member:
            self._host.postman.post(Letter(answer, to=self._member))
        else:
            self._tell(answer)

    def _limit_time(self) -> None:
        """Let the socket's next call fail at the deadline for joining."""
        if not self._host.limits.join_timeout:
            return
        left_s = self._deadline_s - time.monotonic()
        if left_s <= 0:
            raise TimeoutError("timed out")
        self.connection.settimeout(left_s)

    # ---- joining: this thread still writes to the socket itself

    def _join(self, lines: Iterator[str | Fault]) -> bool:
        """Ask for a name until one is accepted; False if none was."""
        try:
            self._tell(format_info("Welcome! Please send your name"))
            for tries, line in enumerate(lines, 1):
                refusal = self._claim(line)
                if not refusal:
                    return True
                reason = refusal.removesuffix(f": {names.ALLOWED}")
                _log.debug("%s: name refused: %s", self._peer, reason)
                self._tell(format_error(refusal))
                if isinstance(line, Fault) and line.fatal:
                    self._why = "no end of line came"
                    return False
                if tries == self._host.limits.name_tries:
                    self._why = f"{tries} names refused"
                    return False
        except TimeoutError:
            self._why = f"no name in {self._host.limits.join_timeout:g} s"
            reason = f"There was {self._why}; you may connect again"
            self._tell_at_once(format_error(reason))
        except Closed:
            self._host.stopping.wait()  # set next; then `_leave` tells it why
        return False

    def _claim(self, line: str | Fault) -> str:
        """Join as `line` asks; return the reason where that is refused, else ""."""
        if isinstance(line, Fault):
            return line.reason
        try:
            name = names.normalise(line)
            # On a socket with a timeout the postman's sends would wait for it.
            self.connection.settimeout(None)
            self._member = self._host.room.join(name, self._outbox)
        except names.BadName as error:
            return str(error)
        except NameTaken:
            return f"{name} is taken by someone online; please send another name"
        self._host.mark_joined(self.connection)
        _log.info("%s joined from %s", name, self._peer)
        return ""

    def _tell(self, data: bytes) -> None:
        self._limit_time()
        self.wfile.write(data)

    def _tell_at_once(self, data: bytes) -> None:
        """Write if the socket takes it; the client's time is up."""
        with contextlib.suppress(OSError):
            self.connection.settimeout(0)
            self.connection.send(data)

    # ---- chatting: from here on only the postman writes

    def _chat(self, lines: Iterator[str | Fault]) -> None:
        assert self._member
        for line in lines:
            self._host.postman.wait_for_space()
            refusal = self._host.room.receive(self._member, line)
            if refusal:
                _log.debug("%s: line refused: %s", self._member.name, refusal)
            if isinstance(line, Fault) and line.fatal:
                self._why = "no end of line came"
                return

    def _leave(self) -> None:
        """Leave the room, and wait until the postman has let go of the socket."""
        if self._member:
            self._host.room.leave(self._member)
            self._outbox.released.wait()
        elif self._host.stopping.is_set():
            self._tell_at_once(SHUTTING_DOWN)
        if self._host.stopping.is_set():
            self._why = "the server stops"
        who = self._member.name if self._member else f"{self._peer}, without a name,"
        _log.info("%s left: %s", who, self._why)

    @property
    def _peer(self) -> str:
        return format_address(self.client_address)


def format_address(address: Any) -> str:
    """Return HOST:PORT, an IPv6 host in brackets."""
    host, port = address[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _set_options(sock: socket.socket) -> None:
    """Keep what the kernel holds small, and notice peers that vanished.

    Systems differ in which of these they have.
    """
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, config.SEND_BUFFER_BYTES)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in (
        ("TCP_KEEPIDLE", config.KEEPALIVE_IDLE_S),
        ("TCP_KEEPALIVE", config.KEEPALIVE_IDLE_S),  # macOS's word for it
        ("TCP_KEEPINTVL", config.KEEPALIVE_INTERVAL_S),
        ("TCP_KEEPCNT", config.KEEPALIVE_PROBES),
        ("TCP_USER_TIMEOUT", config.USER_TIMEOUT_MS),
    ):
        if hasattr(socket, name):
            sock.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
