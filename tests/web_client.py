"""A WebSocket client of the tests' own: what a browser does on the wire."""

import base64
import contextlib
import os
import socket
from collections.abc import Iterator
from typing import Any
from unittest import mock

from chat import config
from chat.server.listener import ChatServer
from chat.server.web import WebDoor
from chat.wire.websocket import CONTINUATION, PING, PONG, TEXT, frame, xor
from tests.support import FREE, Client, serving


def masked(
    opcode: int, payload: bytes = b"", fin: bool = True, mask: bytes = b"\x01\x80\xffZ"
) -> bytes:
    """Return a frame as a client sends it."""
    plain = frame(opcode, payload)
    header = bytearray(plain[: len(plain) - len(payload)])
    header[0] &= 0xFF if fin else 0x7F
    header[1] |= 0x80
    return bytes(header) + mask + xor(payload, mask)


def opening(address: tuple[str, int], path: str = "/ws", **headers: str) -> bytes:
    """Return the request for a WebSocket; a header may be added or replaced."""
    host = f"[{address[0]}]" if ":" in address[0] else address[0]
    sent = {
        "Host": f"{host}:{address[1]}",
        "Origin": f"http://{host}:{address[1]}",
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode(),
    } | {name.replace("_", "-"): value for name, value in headers.items()}
    lines = [f"{name}: {value}" for name, value in sent.items() if value]
    return "\r\n".join([f"GET {path} HTTP/1.1", *lines, "", ""]).encode()


class WebSocket:
    """A connection that wraps what goes out in frames, and unwraps what comes in.

    It has the methods of a socket that the tests use.  `opcodes` are those of the
    frames that came, and `closed_with` is what the server said at the end.
    """

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._raw = b""
        self._payload = b""
        self.opcode = 2  # a binary message may hold any bytes, as TCP does
        self.opcodes: list[int] = []
        self.closed_with: int | None = None
        self.head = ""
        self.answers_pings = True
        # As a socket's own, and as they are.
        self.settimeout = sock.settimeout
        self.setblocking = sock.setblocking
        self.setsockopt = sock.setsockopt
        self.shutdown = sock.shutdown
        self.close = sock.close
        self.fileno = sock.fileno
        self.getpeername = sock.getpeername
        self.getsockname = sock.getsockname

    @classmethod
    def connect(cls, address: tuple[str, int], timeout_s: float) -> "WebSocket":
        """Return a new connection that has sent nothing yet."""
        return cls(socket.create_connection(address, timeout_s))

    def read_head(self) -> str:
        """Return the head of the answer to the opening request.

        A browser that is refused asks why, so the reason is taken for a line.
        """
        while b"\r\n\r\n" not in self._raw and (data := self._sock.recv(65536)):
            self._raw += data
        head, _, self._raw = self._raw.partition(b"\r\n\r\n")
        self.head = head.decode()
        if not self.head.startswith("HTTP/1.1 101 "):
            while data := self._sock.recv(65536):
                self._raw += data
            self._payload, self._raw = b"[ERROR] " * bool(self._raw) + self._raw, b""
        return self.head

    def send(self, data: bytes, *flags: int) -> int:
        """Send bytes in messages of at most 16 KiB."""
        data = data[: 16 * 1024]
        self._sock.sendall(masked(self.opcode, data))
        return len(data)

    def sendall(self, data: bytes) -> None:
        """Send bytes in messages of at most 16 KiB."""
        while data:
            data = data[self.send(data) :]

    def send_frame(self, opcode: int, payload: bytes = b"", fin: bool = True) -> None:
        """Send one frame."""
        self._sock.sendall(masked(opcode, payload, fin))

    def send_raw(self, data: bytes) -> None:
        """Send what is perhaps not a frame."""
        self._sock.sendall(data)

    def recv(self, size: int) -> bytes:
        """Return what messages carry; b"" at the end."""
        if not self.head:
            self.read_head()
        while not self._payload:
            unpacked = self._next_frame(size)
            if not unpacked:
                return b""
            opcode, payload = unpacked
            self.opcodes.append(opcode)
            if opcode in (CONTINUATION, TEXT, 2):
                self._payload = payload
            elif opcode == 8:
                self.closed_with = int.from_bytes(payload) if payload else 0
            elif opcode == PING and self.answers_pings:
                self.send_frame(PONG, payload)
        data, self._payload = self._payload[:size], self._payload[size:]
        return data

    def message(self) -> bytes:
        """Return what the next message holds; it must be one frame."""
        unpacked = self._next_frame(65536)
        if not unpacked:
            raise EOFError
        return unpacked[1]

    def _next_frame(self, size: int) -> tuple[int, bytes] | None:
        """Return opcode and payload; None at the end of the stream."""
        while True:
            if len(self._raw) >= 2:
                start, length = 2, self._raw[1]
                if length > 125:
                    start += 2 if length == 126 else 8
                    length = int.from_bytes(self._raw[2:start])
                if len(self._raw) >= start + length:
                    payload = self._raw[start : start + length]
                    opcode = self._raw[0] & 0x0F
                    self._raw = self._raw[start + length :]
                    return opcode, payload
            data = self._sock.recv(size)
            if not data:
                return None
            self._raw += data


class WebClient(Client):
    """A user of the room who comes with a WebSocket."""

    def __init__(
        self, address: tuple[str, int], timeout_s: float = 0, receive_bytes: int = 0
    ) -> None:
        super().__init__(address, timeout_s, receive_bytes)
        self.web = WebSocket(self.sock)
        self.web.send_raw(opening(address))
        self.sock = self.web  # type: ignore[assignment]


@contextlib.contextmanager
def serving_web(
    limits: config.Limits = FREE, host: str = "127.0.0.1", **door: Any
) -> Iterator[tuple[ChatServer, WebDoor]]:
    """Run a server with its door for browsers; leave no thread behind."""
    with (
        serving(limits, host, **door) as server,
        mock.patch("chat.server.door.POLL_S", 0.01),
    ):
        web = WebDoor(server, host, 0)
        web.open()
        try:
            yield server, web
        finally:
            web.close()
