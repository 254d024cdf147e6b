"""What the server asks of a socket, and how systems differ in it."""

import contextlib
import errno
import os
import select
import socket
import sys
import time

from chat import config
from chat.keepalive import notice_dead_peers, set_option

PIECE_BYTES = 8 * 1024  # per send where there is no MSG_DONTWAIT; dropped at once
LOOK_S = 0.25  # how soon a thread sees that it is cut off where nothing wakes it
_DONTWAIT = getattr(socket, "MSG_DONTWAIT", 0)  # Windows has none

# A shutdown wakes the thread that waits in `recv`, but not on Windows.  There only a
# `close` would, and then another thread could use the same descriptor for something
# else.  So on Windows that thread looks from time to time: see `may_read`.
SHUTDOWN_WAKES = sys.platform != "win32"

# How to cut a connection off.  Windows is not told to receive no more: its manual says
# that it then resets the connection when the client sends something, and our last words
# would be lost.
CUT_OFF = socket.SHUT_RDWR if SHUTDOWN_WAKES else socket.SHUT_WR


def take_both(sock: socket.socket) -> None:
    """Let a socket for IPv6 take IPv4 clients too, where the system can."""
    if sock.family == socket.AF_INET6:
        set_option(sock, socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)


def set_options(sock: socket.socket) -> None:
    """Keep what the kernel holds small and short, and notice peers that vanished."""
    # Without it a small answer would wait up to 40 ms.  `disable_nagle_algorithm` of
    # socketserver would let a system that refuses it close every client.
    set_option(sock, socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    set_option(sock, socket.SOL_SOCKET, socket.SO_SNDBUF, config.SEND_BUFFER_BYTES)
    notice_dead_peers(sock)


def may_read(sock: socket.socket) -> bool:
    """Wait until `sock` can be read, and tell whether it can.

    Where a shutdown would wake the reading thread, it need not wait here.
    """
    return SHUTDOWN_WAKES or is_readable(sock, LOOK_S)


def is_readable(sock: socket.socket, within_s: float) -> bool:
    """Wait for at most so long until `sock` can be read, and tell whether it can.

    Where nothing wakes a thread that waits, this returns early.
    """
    if not SHUTDOWN_WAKES:
        within_s = min(within_s, LOOK_S)
    if not hasattr(select, "poll"):
        return bool(select.select([sock], [], [], within_s)[0])
    poll = select.poll()  # on POSIX, `select` takes no descriptor above 1023
    poll.register(sock, select.POLLIN)
    return bool(poll.poll(within_s * 1000))


def end_reading(sock: socket.socket) -> None:
    """Wake the thread that reads from `sock`, where that can be done."""
    if SHUTDOWN_WAKES:
        with contextlib.suppress(OSError):  # the peer may have reset it
            sock.shutdown(socket.SHUT_RD)


def linger(sock: socket.socket, for_s: float) -> None:
    """Send no more, and read on until the peer ends too, or for at most so long.

    If a socket is closed while bytes of the peer's are unread, the system resets the
    connection, and our last words may be lost with it.  The socket has a time-out
    after this, so nobody can read from a file of it again.
    """
    end = time.monotonic() + for_s
    with contextlib.suppress(OSError):  # the peer may have reset it, or the time is up
        sock.shutdown(socket.SHUT_WR)
        while (left_s := end - time.monotonic()) > 0:
            sock.settimeout(left_s)
            if not sock.recv(PIECE_BYTES):
                break


def send_now(sock: socket.socket, data: bytes | bytearray) -> int:
    """Give `sock` what it takes at once; return how many bytes that was.

    The socket itself stays blocking, because its handler thread reads from it.
    """
    if not _DONTWAIT:
        return _send_pieces(sock, data)
    try:
        return sock.send(data, _DONTWAIT)
    except BlockingIOError:
        return 0


def _send_pieces(sock: socket.socket, data: bytes | bytearray) -> int:
    """Do the same where only `select` tells whether a send would wait.

    It says so of a small piece alone, so this sends one after the other.
    """
    sent = 0
    while sent < len(data) and _is_writable(sock):
        sent += sock.send(data[sent : sent + PIECE_BYTES])
    return sent


def _is_writable(sock: socket.socket) -> bool:
    try:
        return bool(select.select([], [sock], [], 0)[1])
    except ValueError:  # what select says of a closed socket
        raise OSError(errno.EBADF, os.strerror(errno.EBADF)) from None
