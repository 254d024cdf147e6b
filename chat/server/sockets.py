"""What the server asks of a socket, and how systems differ in it."""

import select
import socket
from typing import Any

from chat import config

PIECE_BYTES = 8 * 1024  # per send where there is no MSG_DONTWAIT
_DONTWAIT = getattr(socket, "MSG_DONTWAIT", 0)  # Windows has none


def format_address(address: Any) -> str:
    """Return HOST:PORT, an IPv6 host in brackets."""
    host, port = address[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def set_options(sock: socket.socket) -> None:
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


def send_now(sock: socket.socket, data: bytes | bytearray) -> int:
    """Give `sock` what it takes at once; return how many bytes that was.

    The socket itself stays blocking, because its handler thread reads from it.
    """
    try:
        if _DONTWAIT:
            return sock.send(data, _DONTWAIT)
        writable = select.select([], [sock], [], 0)[1]
        return sock.send(data[:PIECE_BYTES]) if writable else 0
    except BlockingIOError:
        return 0
