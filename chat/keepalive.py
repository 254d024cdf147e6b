"""How both sides notice that the other one is gone without a word.

A computer that falls asleep, or a cable that is pulled, sends nothing.  The system
finds out only if it is asked to: see KEEPALIVE_IDLE_S and the others in config.py.
"""

import contextlib
import socket

from chat import config


def notice_dead_peers(sock: socket.socket) -> None:
    """Let calls on `sock` fail soon after its peer has vanished.

    Systems differ in which of these options they have.
    """
    set_option(sock, socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in (
        ("TCP_KEEPIDLE", config.KEEPALIVE_IDLE_S),
        ("TCP_KEEPALIVE", config.KEEPALIVE_IDLE_S),  # macOS's word for it
        ("TCP_KEEPINTVL", config.KEEPALIVE_INTERVAL_S),
        ("TCP_KEEPCNT", config.KEEPALIVE_PROBES),
        ("TCP_USER_TIMEOUT", config.USER_TIMEOUT_MS),
    ):
        if hasattr(socket, name):
            set_option(sock, socket.IPPROTO_TCP, getattr(socket, name), value)


def set_option(sock: socket.socket, level: int, option: int, value: int) -> None:
    """Set an option.  The room works without it, so the system may refuse it.

    Python has the names that its headers had; the system may be an older one.  And
    macOS refuses every option once the peer has reset the connection.
    """
    with contextlib.suppress(OSError):
        sock.setsockopt(level, option, value)
