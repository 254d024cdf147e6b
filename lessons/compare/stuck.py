"""The client that never reads.

Its own thread enters `_pour`.  The client writes to itself and reads nothing, so the
kernel's buffers for it are full at once.  Then we see what the server does.
"""

import contextlib
import socket
import threading

NAME = "stuck"
LEFT = f"[INFO] {NAME} left\n".encode()  # what the others hear when it is cut off
RECEIVE_BYTES = 4096
_LINE = f"@{NAME} {'x' * 4000}\n".encode()
_LINES = 2000  # 8 MB; the kernel holds 3 to 4 MB on loopback
LOOK_S = 0.25  # how soon the thread notices that the socket is closed


class Stuck:
    """A socket that has joined, and whose buffers fill up once `start` is called."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._pour, daemon=True)

    def start(self) -> None:
        """Begin to fill the buffers."""
        self._thread.start()

    def close(self) -> None:
        """Close the socket, and wait for the thread's end."""
        self._closing.set()
        with contextlib.suppress(OSError):  # the server has closed it
            # Wakes the thread, except on Windows: there it looks by itself.
            self._sock.shutdown(socket.SHUT_RDWR)
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
