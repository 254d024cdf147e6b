"""The client's connection: one thread reads lines from it, another writes lines to it.

The reading thread is the caller's: it runs `received()`.  The writing thread belongs to
the `Sender`.  Both may use one socket at the same time, because a TCP connection has
two directions that do not touch each other.
"""

import contextlib
import queue
import socket
import sys
import threading
from collections.abc import Iterator

from chat import config
from chat.keepalive import notice_dead_peers, set_option
from chat.wire.framing import Fault, LineBuffer

CONNECT_TIMEOUT_S = 10.0
# Read much at once.  What the client does not read waits in the server, which
# disconnects the client if too much waits.
READ_BYTES = 64 * 1024
WAITING_LINES = 1000  # typed or pasted, while the server reads none

UNREADABLE = "[ERROR] A line from the server could not be read"
GONE = "The server closed the connection"
LOST = "The connection to the server is lost"
SILENT_S = 10.0  # a room greets at once
SILENT = "Nothing has come from {where} for 10 s; is a chat room running there?"
# What was typed so long before a dead network was noticed may be lost.
DOUBT_S = 10 + max(
    config.USER_TIMEOUT_MS / 1000,
    config.KEEPALIVE_IDLE_S + config.KEEPALIVE_INTERVAL_S * config.KEEPALIVE_PROBES,
)


def connect(host: str, port: int) -> socket.socket:
    """Return a connected socket, or exit with a line that says what to start."""
    try:
        sock = socket.create_connection((host, port), CONNECT_TIMEOUT_S)
    except (OSError, UnicodeError) as error:  # UnicodeError: a host such as "a..b"
        reason = getattr(error, "strerror", None) or error
        options = f" --port {port}" if port != config.PORT else ""
        sys.exit(
            f"No server at {host}:{port} ({reason}); "
            f"start one with: python -m chat.server{options}"
        )
    sock.settimeout(None)
    notice_dead_peers(sock)
    set_option(sock, socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return sock


class Lost(Exception):
    """The connection did not end as it should; the message says how."""


def received(sock: socket.socket) -> Iterator[list[str]]:
    """Yield the server's lines as they come, cleaned, until it is gone.  Blocks.

    A server that sends far too much without an end of line counts as gone, too.  At the
    end the socket is closed.
    """
    with contextlib.suppress(Lost):
        yield from received_or_lost(sock)


def received_or_lost(sock: socket.socket) -> Iterator[list[str]]:
    """Yield the same; raise Lost if the connection fails."""
    # The server never has more than that waiting for us, so no line is longer.
    buffer = LineBuffer(config.OUTBOX_BYTES)
    with sock:
        while data := _receive(sock):
            found = buffer.feed(data)
            yield [UNREADABLE if isinstance(x, Fault) else x for x in found]
            if any(isinstance(x, Fault) and x.fatal for x in found):
                return


def _receive(sock: socket.socket) -> bytes:
    try:
        return sock.recv(READ_BYTES)
    except ConnectionResetError:
        raise Lost(GONE) from None
    except OSError as error:
        raise Lost(f"{LOST}: {error.strerror or error}") from None


def encode(line: str) -> bytes:
    """Return the bytes of `line`, or raise ValueError with why it cannot be sent."""
    data = line.encode() + b"\n"
    if len(data) > config.MAX_LINE_BYTES:
        raise ValueError(
            f"Not sent: a line has at most {config.MAX_LINE_BYTES} bytes, "
            f"yours {len(data)}"
        )
    return data


class Sender:
    """A thread that writes to the socket, so that the main thread never waits."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._waiting: queue.Queue[bytes] = queue.Queue(WAITING_LINES)
        threading.Thread(target=self._run, daemon=True).start()

    def put(self, data: bytes) -> None:
        """Send `data` as soon as the server takes it; b"" ends.  Never blocks.

        Raise queue.Full if too much waits already.
        """
        self._waiting.put_nowait(data)

    def _run(self) -> None:
        with contextlib.suppress(OSError):  # the reading thread notices it too
            while data := self._waiting.get():
                self._sock.sendall(data)
            self._sock.shutdown(socket.SHUT_WR)
