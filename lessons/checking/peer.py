"""The other end of a connection, for a check: every step has a deadline.

The thread of the check enters; `exchange` has one more, that only sends.
"""

import contextlib
import os
import select
import socket
import struct
import threading
from collections.abc import Callable

from lessons.checking.timing import BRIEF_S, SOON_S, Patience

_PART_BYTES = 16 * 1024


class Silent(Exception):
    """What the check waits for did not come in time."""

    def __init__(self, peer: "Peer", wanted: str, waited_s: float) -> None:
        super().__init__(f"nothing for {waited_s:.1f} s; waited for {wanted}")
        self.peer = peer
        self.wanted = wanted


class Closed(Exception):
    """The connection ended before all that the check waits for had come."""

    def __init__(self, peer: "Peer", wanted: str, how: str) -> None:
        super().__init__(f"the connection {how}; waited for {wanted}")
        self.peer = peer
        self.wanted = wanted
        self.how = how  # "was closed", "was reset"


class Peer:
    """A client of the learner's server; a context manager.

    `received` is all that has come, `sent` the last thing that was sent.  Where `rests`
    tells whether the server does, and `used_s` how much it has used of the processor,
    what must come is not awaited from one that rests or spins.
    """

    def __init__(
        self,
        address: tuple[str, int],
        name: str = "the client",
        limit_s: float = SOON_S,
        receive_bytes: int = 0,
        rests: Callable[[], bool] | None = None,
        used_s: Callable[[], float] = lambda: 0.0,
    ) -> None:
        self.name = name
        self.limit_s = limit_s
        self.waited_s = 0.0  # for what did not come
        self._rests = rests
        self._used_s = used_s
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
        limit_s = BRIEF_S  # if nothing more comes, the server may not read either
        try:
            came = self.take(count)
            limit_s = self.limit_s
            return came
        finally:
            sender.join(limit_s)

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
            patience = Patience(for_s, None)
            self._fill(lambda: len(self.received) > self._read, "nothing", patience)
        return self._consume(len(self.received) - self._read)

    def has_news(self) -> bool:
        """Return whether bytes, or the end, can be received now."""
        return bool(select.select([self.sock], [], [], 0.0)[0])

    def has_room(self) -> bool:
        """Return whether the kernel would take more to be sent."""
        return bool(select.select([], [self.sock], [], 0.0)[1])

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
        patience: Patience | None = None,
        is_bounded: bool = False,
    ) -> None:
        """Receive until there is enough.

        Where a number of bytes `is_bounded`, the limit starts again with each of them:
        what is slow is not lost.
        """
        patience = patience or Patience(self.limit_s, self._rests, self._used_s)
        while not enough():
            if self._ended:
                raise Closed(self, wanted, self._ended)
            try:
                data = self._receive(patience)
            except OSError:
                self._ended = "was reset"
                continue
            if data is None:
                self.waited_s = patience.waited_s()
                raise Silent(self, wanted, self.waited_s)
            self._ended = "" if data else "was closed"
            if is_bounded:
                patience.begin()
            self.received += data

    def _receive(self, patience: Patience) -> bytes | None:
        """Return what comes next; None if nothing comes, even if much came before."""
        while left_s := patience.left_s():
            self.sock.settimeout(left_s)
            with contextlib.suppress(TimeoutError):
                return self.sock.recv(65536)
        return None

    def _consume(self, count: int) -> bytes:
        self._read += count
        return bytes(self.received[self._read - count : self._read])

    def __enter__(self) -> "Peer":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
