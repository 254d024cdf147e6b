"""The door for browsers: a page over HTTP, and the room over a WebSocket.

A WebSocket is a client like any other.  Its handler is the ChatHandler, its lines go
through the same LineBuffer, and what is sent to it comes from the same postman.  Only
between these and the socket there is one layer more, in both directions:

    socket -> FrameReader -> LineBuffer -> the rules of the room
    socket <- WebOutbox.pack <- postman

So each limit and each promise holds here without a line of code.  A connection that
only gets the page counts as a client for that moment, and has as long for its request
as others have for a name.
"""

import contextlib
import logging
import socket
import time
from collections import deque
from collections.abc import Collection, Iterable
from ipaddress import ip_address
from typing import Any

from chat.server.addresses import format_address, is_loopback
from chat.server.door import Door
from chat.server.handler import ChatHandler
from chat.server.listener import ChatServer
from chat.server.mail import Outbox
from chat.server.page import Page, is_websocket
from chat.server.sockets import is_readable, send_now
from chat.wire import http, websocket

PING_S = 20.0  # after so long a silence a browser is asked whether it is there
MAX_UNANSWERED = 2  # pings; then the browser counts as gone
# So many frames in which no line ends count as a line.  A browser sends a line in one
# frame.  But a frame may hold a single byte, and then a line of 4096 would be as much
# work as a hundred others.
PIECES_PER_LINE = 16
NOT_KNOWN = "127.0.0.1"  # shown if we cannot find the address for others
RELOAD_S = 5  # how soon a browser that found no place tries again

_log = logging.getLogger("chat")


class WebDoor(Door):
    """The second door of a room, for browsers."""

    def __init__(self, room: ChatServer, host: str, port: int) -> None:
        """Bind and listen; OSError or ValueError tells what is wrong."""
        self._chat = room
        self._page = Page()
        self._names = {host.lower(), "localhost", *_own_names()}
        super().__init__(host, port, WebHandler)

    @property
    def url(self) -> str:
        """Return the address that a user of this network has to type."""
        host, port = self.socket.getsockname()[:2]
        if ip_address(host).is_unspecified:
            host = _own_address()
        return f"http://{format_address((host, port))}/"

    def process_request(self, request: Any, client_address: Any) -> None:
        """Start the browser's thread, or tell the browser why not."""
        self._chat.let_in(self, request, client_address)

    def finish_request(self, request: Any, client_address: Any) -> None:
        """Serve one connection, from start to end."""
        WebHandler(request, client_address, self._chat, self._page, self._names)

    def format_refusal(self, reason: str) -> bytes:
        """Return a response that says why; a browser shows it."""
        again = {"Refresh": str(RELOAD_S)}
        return http.refusal(http.BadRequest(503, reason, again))


class WebOutbox(Outbox):
    """What waits for one browser: lines become messages, each a frame.

    As of any outbox, only the postman's thread packs what is in it; before the browser
    has joined, only its own thread does.
    """

    def __init__(self, sock: socket.socket, host: str) -> None:
        super().__init__(sock, host)
        self.controls: deque[bytes] = deque()  # frames to be sent first
        self.close_code: int | None = websocket.GOING_AWAY  # unless it ends before us

    def pack(self, lines: bytes) -> bytes:
        """Return the frames of what is to be sent."""
        packed = b""
        while self.controls:
            packed += self.controls.popleft()
        return packed + (websocket.frame(websocket.TEXT, lines) if lines else b"")

    def release(self, how: int) -> None:
        """Say why it ends, if that would not land inside another frame."""
        if not self.backlog:
            code = websocket.NOT_WANTED if self.fault else self.close_code
            with contextlib.suppress(OSError):
                send_now(self.sock, websocket.close_frame(code))
        super().release(how)


class WebHandler(ChatHandler):
    """One connection of a browser, in its own thread."""

    def __init__(
        self,
        request: Any,
        client_address: Any,
        server: Any,
        page: Page,
        names: Collection[str],
    ) -> None:
        self._page = page
        self._names = names
        super().__init__(request, client_address, server)

    def setup(self) -> None:
        """Prepare what lasts as long as the connection."""
        super().setup()
        self._frames = websocket.FrameReader()
        self._unread = b""  # what came with the request
        self._pieces = 0  # frames in which no line ended, not yet counted
        self._end: websocket.Close | websocket.Violation | None = None
        self._unanswered = 0  # pings
        self._ping_at = time.monotonic() + PING_S

    def _make_outbox(self) -> Outbox:
        self._web = WebOutbox(self.connection, self.client_address[0])
        return self._web

    def handle(self) -> None:
        """Answer the request; if it was for a WebSocket, chat."""
        is_chat = False
        try:
            is_chat = self._answer_request()
        except TimeoutError:
            too_late = http.BadRequest(408, "The request took too long")
            with contextlib.suppress(OSError):
                send_now(self.connection, http.refusal(too_late))
        except OSError as error:
            _log.debug("%s: %s", self._address, error)
        if is_chat:
            super().handle()

    # ---- HTTP

    def _answer_request(self) -> bool:
        """Answer; tell whether the connection is a WebSocket from now on."""
        try:
            request = self._read_request()
            if not request:
                return False
            host = http.check_sender(request, self._names)
            answer = self._page.answer(request, host)
        except http.BadRequest as error:
            _log.debug("%s: %s", self._address, error)
            self.wfile.write(http.refusal(error))
            return False
        self._limit_time()
        self.wfile.write(answer)
        return is_websocket(request)

    def _read_request(self) -> http.Request | None:
        """Return the browser's request; None if it leaves without one.

        Browsers open connections that they may need, and then do not.
        """
        data = b""
        while not (found := http.split_head(data)):
            more = self._receive()
            if not more:
                return None
            data += more
        head, self._unread = found
        return http.read_request(head)

    # ---- WebSocket: what the browser sends

    def _read(self) -> bytes:
        """Return the bytes in the next frames; b"" if the browser or the server ends.

        Raise ConnectionError if they break the rules of WebSocket.
        """
        while not self._end:
            data, self._unread = self._unread or self._receive(), b""
            if not data:
                return b""
            if payload := self._take(self._frames.feed(data)):
                return payload
        if isinstance(self._end, websocket.Violation):
            raise ConnectionError(f"broke WebSocket: {self._end.reason}")
        return b""

    def _take(self, events: Iterable[websocket.Event]) -> bytes:
        """Do what the frames ask, and return what is for the room."""
        payload = b""
        for event in events:
            match event:
                case websocket.Data(part):
                    payload += part
                    self._count_piece(part)
                case websocket.Ping(asked):
                    self._pace.wait(1)
                    self._send_control(websocket.frame(websocket.PONG, asked))
                case websocket.Pong():
                    self._pace.wait(1)
                case websocket.Close(code) | websocket.Violation(code):
                    self._end, self._web.close_code = event, code
        return payload

    def _count_piece(self, part: bytes) -> None:
        self._pieces += b"\n" not in part
        if self._pieces == PIECES_PER_LINE:
            self._pieces = 0
            self._pace.wait(1)

    def _send_control(self, frame: bytes) -> None:
        self._web.controls.append(frame)
        self._tell(b"")  # so that the thread that writes looks into the outbox

    def _may_read(self) -> bool:
        """Wait until there is something to read; ask a silent browser if it is there.

        A system that has vanished does not answer.  TCP finds that out as well, but it
        takes longer, and the network between may keep a connection that is not used for
        a short time only.
        """
        if not self._member:
            return super()._may_read()
        left_s = self._ping_at - time.monotonic()
        if is_readable(self.connection, max(0.0, left_s)):
            self._unanswered = 0
            self._ping_at = time.monotonic() + PING_S
            return True
        if time.monotonic() >= self._ping_at:
            self._ping()
        return False

    def _ping(self) -> None:
        if self._unanswered == MAX_UNANSWERED:
            raise TimeoutError("did not answer a ping")
        self._unanswered += 1
        self._ping_at = time.monotonic() + PING_S
        self._send_control(websocket.frame(websocket.PING, b""))

    def _leave(self, reason: str) -> None:
        """Leave the room, and close the WebSocket with the number that tells why."""
        if not self._end and not self._server.stopping.is_set():
            self._web.close_code = websocket.NOT_WANTED
        super()._leave(reason)
        if not self._member:
            self.connection.settimeout(0)
            self._web.release(socket.SHUT_WR)


def _own_names() -> list[str]:
    """Return the names that this machine may have on its network."""
    name = socket.gethostname().lower()
    return [name, f"{name}.local"]


def _own_address() -> str:
    """Return the address that other machines of the network know, if there is one."""
    with (
        contextlib.suppress(OSError),
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe,
    ):
        probe.connect(("192.0.2.1", 9))  # for UDP this sends nothing
        return str(probe.getsockname()[0])
    # No way leads out of this network: the machine may be the class's own hotspot.
    with contextlib.suppress(OSError, UnicodeError):
        for host in socket.gethostbyname_ex(socket.gethostname())[2]:
            if not is_loopback(host):
                return host
    _log.warning(
        "The server cannot find out this machine's address; ip addr or ipconfig "
        "shows it. Others type that address instead of %s",
        NOT_KNOWN,
    )
    return NOT_KNOWN
