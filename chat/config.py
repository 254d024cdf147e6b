"""Every default and limit of the room, each with its unit.

The limits are those of PROTOCOL section 5; `python -m chat.server --help` shows
the options that change them.  0 turns a limit off.
"""

import dataclasses
import socket
from dataclasses import dataclass
from typing import Any

FAMILY = socket.AF_INET
TYPE = socket.SOCK_STREAM
HOST = "127.0.0.1"
PORT = 12345

# Who may come in
MAX_CLIENTS = 512
MAX_PER_HOST = 16  # loopback is exempt
MAX_PENDING = 64  # connections that have no name yet
JOIN_TIMEOUT_S = 15.0
NAME_TRIES = 5
LISTEN_BACKLOG = 128  # connects; with 5, of 300 at once 59 wait a second or more

# What one client may send
MAX_LINE_BYTES = 4096  # LF included
ENDLESS_LINES = 4  # so many times MAX_LINE_BYTES without LF, and the server closes
RATE_LINES_PER_S = 10.0
BURST_LINES = 20

# What may wait
OUTBOX_BYTES = 256 * 1024  # for one client
STALL_TIMEOUT_S = 30.0  # for one client that takes nothing
QUEUE_LETTERS = 1000  # for the postman

# How the sockets are set
# The kernel doubles it; more would only hide slow readers.
SEND_BUFFER_BYTES = 64 * 1024
KEEPALIVE_IDLE_S = 60
KEEPALIVE_INTERVAL_S = 10
KEEPALIVE_PROBES = 3
USER_TIMEOUT_MS = 90_000


# ---- what may be chosen when the server starts


def _limit(default: float, what: str) -> Any:
    return dataclasses.field(default=default, metadata={"what": what})


@dataclass(frozen=True)
class Limits:
    """What one server allows; every field is an option of `chat.server`."""

    max_clients: int = _limit(MAX_CLIENTS, "clients at once")
    max_per_host: int = _limit(MAX_PER_HOST, "clients from one address; not loopback")
    max_pending: int = _limit(MAX_PENDING, "connections that have no name yet")
    join_timeout: float = _limit(JOIN_TIMEOUT_S, "seconds to send a name")
    name_tries: int = _limit(NAME_TRIES, "names that may be refused")
    max_line: int = _limit(MAX_LINE_BYTES, "bytes in a line, its end included")
    rate: float = _limit(RATE_LINES_PER_S, "lines a second from one client")
    burst: int = _limit(BURST_LINES, "lines before the rate counts")
    outbox_bytes: int = _limit(OUTBOX_BYTES, "bytes that may wait for one client")
    stall_timeout: float = _limit(
        STALL_TIMEOUT_S, "seconds in which a client may take nothing of what waits"
    )
