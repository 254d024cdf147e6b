"""What the tests share: a server on a free port, a line client, `until`.

Nothing here sleeps for a time; it waits for an event, and fails at a deadline.
"""

import contextlib
import ctypes
import os
import select
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any
from unittest import mock

from chat import config
from chat.server.listener import ChatServer

SCALE = float(os.environ.get("TIME_SCALE", "1"))  # for slow machines
# For what takes milliseconds.  Only what hangs needs all of it.  But beside twenty that
# are always busy, threads that hand over to each other have needed half a minute.
DEADLINE_S = 60.0 * SCALE
ROOT = Path(__file__).resolve().parent.parent
# Wine runs programs of Windows elsewhere; what it does differently is skipped by name.
WINE = sys.platform == "win32" and hasattr(ctypes.WinDLL("ntdll"), "wine_get_version")

try:
    import sqlite3
except ImportError:  # some builds of Python have none: there all but --store works
    HAS_SQLITE = False
else:
    HAS_SQLITE = bool(sqlite3.sqlite_version)

# What keeps a test of something else from running into a limit.
FREE = config.Limits(rate=0, max_clients=0, max_pending=0, join_timeout=0, join_rate=0)


def until(
    condition: Callable[[], object], what: str = "", timeout_s: float = 0
) -> None:
    """Wait until `condition()` is true; fail at the deadline.

    For what gives no event of its own to wait for, such as a thread's end.
    """
    end_at = time.monotonic() + (timeout_s or DEADLINE_S)
    pause = threading.Event()
    while not condition():
        assert time.monotonic() < end_at, f"not in time: {what or condition}"
        pause.wait(0.002)


class Client:
    """A user of the room with a socket and a deadline for each step."""

    def __init__(
        self, address: tuple[str, int], timeout_s: float = 0, receive_bytes: int = 0
    ) -> None:
        family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        self.sock = socket.socket(family, socket.SOCK_STREAM)
        self.sock.settimeout(timeout_s or DEADLINE_S)
        if receive_bytes:  # the kernel takes it as the window, from the connect on
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
        try:
            self.sock.connect(address)
        except OSError:
            self.sock.close()
            raise
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._received = bytearray()

    def send(self, *lines: str) -> None:
        """Send lines, all in one piece."""
        self.send_raw("".join(line + "\n" for line in lines).encode())

    def send_raw(self, data: bytes) -> None:
        """Send bytes as they are."""
        self.sock.sendall(data)

    def line(self) -> str:
        """Return the next line without its LF; EOFError at the end of the stream."""
        while (end := self._received.find(b"\n")) < 0:
            data = self.sock.recv(65536)
            if not data:
                raise EOFError(bytes(self._received))
            self._received += data
        line = self._received[:end].decode()
        del self._received[: end + 1]
        return line

    def lines(self, count: int) -> list[str]:
        """Return the next `count` lines."""
        return [self.line() for _ in range(count)]

    def line_with(self, start: str) -> str:
        """Return the next line that begins with `start`, passing over the others."""
        while not (line := self.line()).startswith(start):
            pass
        return line

    def rest(self) -> list[str]:
        """Return all lines up to the end of the stream, which must come."""
        lines = []
        with contextlib.suppress(EOFError):
            while True:
                lines.append(self.line())
        return lines

    def ended(self) -> bool:
        """Read up to the end of the stream, which must come, be it with a reset."""
        with contextlib.suppress(ConnectionError):
            self.rest()
        return True

    def leave(self) -> list[str]:
        """Half-close and read to the end: then the server has seen us off."""
        self.half_close()
        return self.rest()

    def join(self, name: str) -> "Client":
        """Join as `name`; what comes next is the first line after the welcome."""
        assert self.line().startswith("[INFO] ")
        self.send(name)
        assert self.line() == f"[INFO] You are {name}"
        assert self.line().startswith("[INFO] ")
        return self

    def settle(self) -> list[str]:
        """Return what has come up to an answer of the server's: all before is done."""
        self.send("@people")
        passed = []
        while not (line := self.line()).startswith(("Online: ", "No other users")):
            passed.append(line)
        return passed

    def quiet(self) -> bool:
        """Tell whether nothing has come that has not been read."""
        return not self._received and not select.select([self.sock], [], [], 0)[0]

    def half_close(self) -> None:
        """End what we send; what the server sends still comes."""
        self.sock.shutdown(socket.SHUT_WR)

    def reset(self) -> None:
        """Go with a RST, as a crash or a pulled cable would end."""
        linger = b"\x01\x00\x00\x00\x00\x00\x00\x00"  # struct linger: on, 0 s
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.sock.close()

    def close(self) -> None:
        """Go as usual."""
        self.sock.close()

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@contextlib.contextmanager
def serving(
    limits: config.Limits = FREE, host: str = "127.0.0.1", **door: Any
) -> Iterator[ChatServer]:
    """Run a server in this process on a free port; leave no thread of it behind."""
    before = set(threading.enumerate())
    with mock.patch("chat.server.door.POLL_S", 0.01):  # or each stop takes up to 0.2 s
        server = ChatServer(host, 0, limits, **door)
    server.start()
    try:
        yield server
    finally:
        server.stop()
        until(lambda: set(threading.enumerate()) <= before, "a thread stayed behind")


@contextlib.contextmanager
def server_process(
    *options: str,
    module: str = "chat.server",
    command: Sequence[str] = (),
    **popen: object,
) -> Iterator[subprocess.Popen[str]]:
    """Run `python -m chat.server --port 0`, or `command`.

    `.address` is where it listens, `.first_line` what it said.  Standard error is a
    pipe unless `popen` says otherwise; its `env` is added to the environment.
    """
    command = command or [sys.executable, "-m", module, "--port", "0", *options]
    environment = os.environ.copy()
    environment.pop("PYTHONUNBUFFERED", None)  # it would hide a flush that is missing
    environment |= popen.pop("env", {})
    settings = {
        "stdout": subprocess.PIPE,
        "stderr": subprocess.PIPE,
        "env": environment,
    } | popen
    process = subprocess.Popen(command, cwd=ROOT, text=True, **settings)
    late = threading.Timer(DEADLINE_S, process.kill)  # or `readline` waits for ever
    late.start()
    try:
        process.first_line = process.stdout.readline()
        late.cancel()
        late.join()
        host, _, port = process.first_line.rpartition(" ")[2].strip().rpartition(":")
        process.address = host.strip("[]"), int(port)
        yield process
    finally:
        late.cancel()
        if process.poll() is None:
            process.kill()
        process.communicate()
