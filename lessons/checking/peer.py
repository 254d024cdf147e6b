"""The other end of a connection, for a check: every step has a deadline.

The thread of the check enters; `exchange` has one more, that only sends.
"""

import contextlib
import os
import select
import socket
import struct
import threading
import time
from collections.abc import Callable

from lessons.checking.timing import BRIEF_S, SOON_S

_PART_BYTES = 16 * 1024


class Silent(Exception):
    """What had to come did not come in time."""

    def __init__(self, peer: "Peer", wanted: str, limit_s: float) -> None:
        super().__init__(f"nothing for {limit_s:g} s; waited for {wanted}")
        self.peer = peer
        self.wanted = wanted
        self.limit_s = limit_s


class Closed(Exception):
    """The connection ended while more had to come."""

    def __init__(self, peer: "Peer", wanted: str, how: str) -> None:
        super().__init__(f"the connection {how}; waited for {wanted}")
        self.peer = peer
        self.wanted = wanted
        self.how = how  # "was closed", "was reset"


class Peer:
    """A client of the learner's server; a context manager.

    `received` is all that has come, `sent` the last thing that was sent.
    """

    def __init__(
        self,
        address: tuple[str, int],
        name: str = "the client",
        limit_s: float = SOON_S,
        receive_bytes: int = 0,
    ) -> None:
        self.name = name
        self.limit_s = limit_s
        self.sent = b""
        self.received = bytearray()
        self._read = 0  # of `received`
        self._ended = ""  # how, if it has
        self.sock = socket.socket()
        self.sock.settimeout(limit_s)
        if receive_bytes:  # the kernel takes it as the window, from the connect on
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
        try:
            self.sock.connect(address)
        except OSError:
            self.sock.close()
            raise
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    @property
    def ended(self) -> str:
        """Return how the connection ended, as far as was read: "" if it has not."""
        return self._ended

    def send(self, data: bytes) -> None:
        """Send all of `data`; raise Closed or Silent where the server takes none."""
        self.sent = data
        self.sock.settimeout(self.limit_s)
        try:
            self.sock.sendall(data)
        except TimeoutError:
            raise Silent(self, "the server to read", self.limit_s) from None
        except OSError:
            raise Closed(self, "the server to read", "was reset") from None

    def exchange(self, data: bytes, count: int) -> bytes:
        """Send `data` and at the same time receive; return the next `count` bytes.

        For more than the kernel holds: with both sides sending, nobody would read.
        """
        self.sent = data
        self.sock.settimeout(self.limit_s)
        sender = threading.Thread(target=self._send_all, args=(data,), daemon=True)
        sender.start()
        try:
            return self.take(count)
        finally:
            sender.join(self.limit_s)

    def _send_all(self, data: bytes) -> None:
        with contextlib.suppress(OSError):  # the one that receives hears of it too
            for at in range(0, len(data), _PART_BYTES):  # each has the whole limit
                self.sock.sendall(data[at : at + _PART_BYTES])

    def take(self, count: int) -> bytes:
        """Return the next `count` bytes."""
        wanted = f"{count:,} bytes"
        self._fill(
            lambda: len(self.received) - self._read >= count, wanted, is_bounded=True
        )
        return self._consume(count)

    def line(self) -> bytes:
        """Return the next line, with its LF."""
        self._fill(lambda: self.received.find(b"\n", self._read) >= 0, "a line")
        return self._consume(self.received.index(b"\n", self._read) + 1 - self._read)

    def end(self) -> bytes:
        """Wait until the server closes; return what came before that.

        Raise Silent if it does not close, Closed if it ends with a reset.
        """
        with contextlib.suppress(Closed):
            self._fill(lambda: False, "the end of the connection")
        if self._ended != "was closed":
            raise Closed(self, "an orderly end", self._ended)
        return self._consume(len(self.received) - self._read)

    def quiet(self, for_s: float = BRIEF_S) -> bytes:
        """Return what comes within `for_s`: b"" if nothing does."""
        with contextlib.suppress(Silent, Closed):
            self._fill(lambda: len(self.received) > self._read, "nothing", for_s)
        return self._consume(len(self.received) - self._read)

    def has_news(self) -> bool:
        """Return whether bytes, or the end, can be received now."""
        return bool(select.select([self.sock], [], [], 0.0)[0])

    def half_close(self) -> None:
        """Send no more; the server sees the end of file."""
        with contextlib.suppress(OSError):
            self.sock.shutdown(socket.SHUT_WR)

    def reset(self) -> None:
        """Go with a RST, as after a crash or a pulled cable."""
        linger = struct.pack("hh" if os.name == "nt" else "ii", 1, 0)  # on, 0 s
        with contextlib.suppress(OSError):
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.sock.close()

    def close(self) -> None:
        """Go as usual."""
        self.sock.close()

    def _fill(
        self,
        enough: Callable[[], bool],
        wanted: str,
        limit_s: float = 0,
        is_bounded: bool = False,
    ) -> None:
        """Receive until there is enough.

        Where a number of bytes `is_bounded`, the limit starts again with each of them:
        what is slow is not lost.
        """
        limit_s = limit_s or self.limit_s
        end_s = time.monotonic() + limit_s
        while not enough():
            if self._ended:
                raise Closed(self, wanted, self._ended)
            left_s = end_s - time.monotonic()
            try:
                if left_s <= 0:  # even if much else comes meanwhile
                    raise TimeoutError
                self.sock.settimeout(left_s)
                data = self.sock.recv(65536)
            except TimeoutError:
                raise Silent(self, wanted, limit_s) from None
            except OSError:
                self._ended = "was reset"
                continue
            self._ended = "" if data else "was closed"
            if is_bounded:
                end_s = time.monotonic() + limit_s
            self.received += data

    def _consume(self, count: int) -> bytes:
        self._read += count
        return bytes(self.received[self._read - count : self._read])

    def __enter__(self) -> "Peer":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
