"""The client that never reads.

Its own thread enters `_pour`: the client writes to itself, so that what the kernel
holds for it is full at once, and the server has to show what it does then.
"""

import contextlib
import socket
import threading

NAME = "stuck"
LEFT = f"[INFO] {NAME} left\n".encode()  # what the others hear when it is cut off
RECEIVE_BYTES = 4096
_LINE = f"@{NAME} {'x' * 4000}\n".encode()
_LINES = 2000  # 8 MB; the kernel holds 3 to 4 MB on loopback
LOOK_S = 0.25  # how soon it sees that it is closed


class Stuck:
    """A socket that has joined, and is poured full once `start` is called."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._pour, daemon=True)

    def start(self) -> None:
        """Start to pour."""
        self._thread.start()

    def close(self) -> None:
        """Close the socket, and wait for the thread's end."""
        self._closing.set()
        with contextlib.suppress(OSError):  # the server has closed it
            self._sock.shutdown(
                socket.SHUT_RDWR
            )  # wakes the thread, but not on Windows
        if self._thread.ident is not None:
            self._thread.join()
        self._sock.close()

    def _pour(self) -> None:
        with contextlib.suppress(OSError):  # cut off, or closed here
            self._sock.settimeout(LOOK_S)
            left = memoryview(_LINE * _LINES)
            while left and not self._closing.is_set():
                with contextlib.suppress(TimeoutError):
                    left = left[self._sock.send(left) :]
