"""One client, in its own thread: read, cut into lines, run the commands.

It writes to its socket only until the client has joined.  From then on that is the
postman's alone, so that two threads never write to one socket.

The bytes are read with `rfile.read1` into a LineBuffer.  `rfile.readline(limit)`
looks simpler, but of a longer line it returns `limit` bytes now and the rest *as the
next line*, so that a long message could smuggle in a command.
"""

import contextlib
import logging
import math
import socket
import socketserver
import time
from collections.abc import Iterator
from typing import Protocol, cast

from chat import config
from chat.server.addresses import format_address
from chat.server.entrance import Entrance, Newcomer
from chat.server.mail import Letter, Outbox
from chat.server.pace import HasRate, Pace
from chat.server.postman import Postman
from chat.server.rate import weight
from chat.server.registry import Closed, Member
from chat.server.room import SHUTTING_DOWN, Room
from chat.server.sockets import linger, may_read, set_options
from chat.wire.answers import TELNET_ANSWER, TELNET_ASKS, format_error, format_info
from chat.wire.framing import Fault, LineBuffer

READ_BYTES = 8 * 1024
LINGER_S = 1.0  # how long a client that is sent away has to read why
MEMORY_S = 0.1  # how soon it is tried again what there was no memory for

OUR_ERROR = "an error in the server"
NO_LINE_END = "no end of line came"
# It makes telnet show again what we send, and says what its user probably wanted.
FOR_TELNET = TELNET_ANSWER + format_info("To leave telnet: ctrl-], then quit")

_log = logging.getLogger("chat")


class Server(HasRate, Protocol):
    """What a handler needs of its server."""

    limits: config.Limits
    room: Room
    entrance: Entrance
    postman: Postman

    def mark_joined(self, request: socket.socket) -> None:
        """Count a connection as one that has a name."""

    def hold_place(self, request: socket.socket, for_s: float) -> None:
        """Keep the place of this connection taken for `for_s` seconds."""


class ChatHandler(socketserver.StreamRequestHandler):
    """One client, in its own thread, from its first byte to its last."""

    def setup(self) -> None:
        """Prepare what lasts as long as the connection."""
        super().setup()
        set_options(self.connection)
        self._server = cast(Server, self.server)
        self._address = format_address(self.client_address)
        limits = self._server.limits
        self._buffer = LineBuffer(limits.max_line)
        self._pace = Pace(self._server, limits.burst)
        self._outbox = self._make_outbox()
        self._member: Member | None = None
        # One deadline for the whole of joining.  If each read had its own time-out, a
        # client that sends one byte a second would never run into it.
        self._join_by = time.monotonic() + (limits.join_timeout or math.inf)

    def _make_outbox(self) -> Outbox:
        return Outbox(self.connection, self.client_address[0])

    def handle(self) -> None:
        """Let the client join, run its commands, and see it off."""
        reason = OUR_ERROR  # unless something better is known
        try:
            lines = self._lines()  # one for both: lines may come with the name
            reason = self._join(lines) or self._chat(lines)
        except OSError as error:
            # The postman may have cut it off for another reason.
            reason = self._outbox.fault or error.strerror or str(error)
        finally:
            self._leave(reason)

    def finish(self) -> None:
        """Let the client read our last words, then give the connection back."""
        stops = self._member and self._server.stopping.is_set()
        linger(self.connection, 0 if stops else LINGER_S)
        super().finish()
        self._server.hold_place(self.connection, self._pace.debt_s())

    # ---- lines, no faster than the client may send them

    def _lines(self) -> Iterator[str | Fault]:
        """Yield what the client sends, until it ends, is cut off, or the server stops.

        Raise TimeoutError where it has no name when it should, OSError when the
        network fails.
        """
        while data := self._read():
            for line in self._buffer.feed(data):
                self._pace.wait(weight(line))
                if self._is_over():
                    return
                yield line

    def _is_over(self) -> bool:
        """Tell whether the client was cut off, or the server stops."""
        return self._outbox.released.is_set() or self._server.stopping.is_set()

    def _read(self) -> bytes:
        """Return the next bytes; b"" if the client has ended, or this thread must."""
        data = self._receive()
        if TELNET_ASKS in data:
            self._tell(FOR_TELNET)
        return data

    def _receive(self) -> bytes:
        while not self._is_over():
            if not self._member:
                self._limit_time()
            if self._may_read():
                return self.rfile.read1(READ_BYTES)
        return b""

    def _may_read(self) -> bool:
        return may_read(self.connection)

    def _limit_time(self) -> None:
        """Make the socket's next call fail at the deadline for joining."""
        if self._server.limits.join_timeout:
            left_s = self._join_by - time.monotonic()
            if left_s <= 0:
                raise TimeoutError("timed out")
            self.connection.settimeout(left_s)

    def _tell(self, data: bytes) -> None:
        """Send the client `data`; once it has joined, the postman does that."""
        if self._member:
            self._server.postman.post(Letter(data, to=self._member))
        else:
            self._limit_time()
            self.wfile.write(self._outbox.pack(data))

    # ---- joining: this thread still writes to the socket itself

    def _join(self, lines: Iterator[str | Fault]) -> str:
        """Ask until a name is accepted; return "", or the reason why none was."""
        newcomer = self._server.entrance.newcomer(self._outbox, self._join_by)
        try:
            self._tell(newcomer.told)
            for line in lines:
                if self._claim(newcomer, line):
                    return ""
                self._tell(newcomer.told)
                if isinstance(line, Fault) and line.fatal:
                    return NO_LINE_END
                if newcomer.refused == self._server.limits.name_tries > 0:
                    return f"{newcomer.refused} names refused"
        except TimeoutError:
            reason = f"no name in {self._server.limits.join_timeout:g} s"
            told = f"You sent {reason}; you may connect again"
            self._tell_at_once(format_error(told))
            return reason
        except Closed:
            # The server is about to stop: `stopping` is set next, and then `_leave`
            # tells the client.
            self._server.stopping.wait()
        return self._end_of_stream()

    def _claim(self, newcomer: Newcomer, line: str | Fault) -> bool:
        """Take the answer of a newcomer; tell whether it has joined."""
        # If the client joins, the postman writes next.  On a socket with a time-out a
        # send would wait, even one with MSG_DONTWAIT.
        self.connection.settimeout(None)
        self._member = newcomer.take(line)
        if self._member:
            self._pace.joined(self._outbox.released, self._tell)
            self._server.mark_joined(self.connection)
            _log.info("%s joined from %s", self._member.name, self._address)
        elif newcomer.refusal:
            _log.debug("%s: name refused: %s", self._address, newcomer.refusal)
        return bool(self._member)

    def _tell_at_once(self, data: bytes) -> None:
        """Write as much as the socket takes at once: the client's time is up."""
        with contextlib.suppress(OSError):
            self.connection.settimeout(0)
            self.connection.send(self._outbox.pack(data))

    # ---- chatting: from here on only the postman writes

    def _chat(self, lines: Iterator[str | Fault]) -> str:
        """Do what each line asks; return the reason why no more lines come."""
        assert self._member
        receiver = self._server.entrance.desk() or self._server.room
        for line in lines:
            refusal = receiver.receive(self._member, line)
            if refusal:
                _log.debug("%s: line refused: %s", self._member.name, refusal)
            if isinstance(line, Fault) and line.fatal:
                return NO_LINE_END
        return self._end_of_stream()

    def _end_of_stream(self) -> str:
        """Return the reason why the client's lines have ended.

        If the postman evicts someone it cuts the socket off, which reads just like an
        end of the client's own; but before that it says why.
        """
        return self._outbox.fault or "closed the connection"

    def _leave(self, reason: str) -> None:
        """Leave the room, and wait until the postman has let go of the socket."""
        if self._member:
            self._leave_room(self._member)
            self._outbox.released.wait()
        elif self._server.stopping.is_set():
            self._tell_at_once(SHUTTING_DOWN)
        if self._server.stopping.is_set():
            reason = "the server stops"
        who = self._member.name if self._member else f"{self._address}, without a name,"
        _log.info("%s left: %s", who, reason)

    def _leave_room(self, member: Member) -> None:
        """Leave; without memory for it try again, or the name would stay taken."""
        while True:
            with contextlib.suppress(MemoryError):
                return self._server.room.leave(member)
            time.sleep(MEMORY_S)
