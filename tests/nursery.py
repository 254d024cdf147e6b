"""A process that has imported the checks, and forks for each answer that is judged.

A fresh process spends 0.1 to 0.2 s of processor time on its imports before it judges
anything: half of what the whole museum takes.  A fork of this one spends 5 ms.

The nursery has one thread, so that a fork copies no lock that another thread holds.
It listens to two things: the socket on which the tests ask for children, and its own
SIGCHLD.  When the tests are gone, however they ended, the socket is at its end, and
the nursery ends with all its children.

It is for the tests alone.  A learner's answer is judged once, and `grade` wants a fresh
process with limits for each stranger's code.
"""

import contextlib
import importlib
import json
import os
import random
import selectors
import signal
import socket
import subprocess
import sys
import threading
from typing import IO, Any, Self

from lessons.checking import child
from lessons.course import ROOT
from tests.support import DEADLINE_S

HAS_FORK = sys.platform != "win32"
MESSAGE_BYTES = 64 * 1024


# ---- in the tests' process


class Forked:
    """A child of the nursery, as much like `subprocess.Popen` as `judge` needs."""

    def __init__(self, pid: int, stdin: int, stdout: int, status: int) -> None:
        self.pid = pid
        self.stdin = os.fdopen(stdin, "wb")
        self.stdout = os.fdopen(stdout, "rb")
        self.returncode: int | None = None
        self._status = os.fdopen(status, "rb")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stdin.close()
        self.wait()
        self.stdout.close()

    def wait(self) -> int:
        """Wait for the end of the child, and return its status as Popen does."""
        if self.returncode is None:
            self.returncode = int(self._status.readline() or -signal.SIGKILL)
            self._status.close()
        return self.returncode

    def kill(self) -> None:
        """End the child."""
        if self.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)


class Nursery:
    """Starts children.  Any thread may; one lock guards the socket."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._lock = threading.Lock()  # guards _socket
        self._socket, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [
                    sys.executable,
                    "-X",
                    "utf8",
                    "-m",
                    "tests.nursery",
                    str(theirs.fileno()),
                ],
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                process_group=0,  # ctrl-c is for the tests
            )

    def start(self, command: list[str], stderr: IO[bytes], **_: Any) -> Forked:
        """Fork a child that runs `child.main` with the last four of `command`."""
        read_stdin, stdin = os.pipe()
        stdout, write_stdout = os.pipe()
        status, write_status = os.pipe()
        given = [read_stdin, write_stdout, stderr.fileno(), write_status]
        try:
            with self._lock:
                request = json.dumps(command[-4:]).encode()
                socket.send_fds(self._socket, [request], given)
                pid = int(self._socket.recv(MESSAGE_BYTES))
        finally:
            for number in (read_stdin, write_stdout, write_status):
                os.close(number)
        return Forked(pid, stdin, stdout, status)

    def close(self) -> None:
        """End the nursery and its children."""
        self._socket.close()
        self._process.wait(DEADLINE_S)


# ---- in the nursery's process


def main(control: socket.socket) -> None:
    """Fork for each request until the tests are gone."""
    children: dict[int, int] = {}  # the pipe for its status, by pid
    woken, wakeup = socket.socketpair()
    wakeup.setblocking(False)
    signal.set_wakeup_fd(wakeup.fileno())
    signal.signal(signal.SIGCHLD, lambda *_: None)
    with selectors.DefaultSelector() as selector:
        selector.register(control, selectors.EVENT_READ)
        selector.register(woken, selectors.EVENT_READ)
        while True:
            ready = {key.fileobj for key, _ in selector.select()}
            if woken in ready:
                woken.recv(MESSAGE_BYTES)
                _bury(children)
            if control in ready and not _serve(control, children):
                break
    for pid in children:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)


def _serve(control: socket.socket, children: dict[int, int]) -> bool:
    """Fork for one request; False if the tests are gone."""
    data, given, _, _ = socket.recv_fds(control, MESSAGE_BYTES, 4)
    if not data:
        return False
    *streams, status = given
    arguments = json.loads(data)
    with contextlib.suppress(Exception):  # the child meets it too, and tells it
        importlib.import_module(arguments[0])  # the checks; once for all children
    assert threading.active_count() == 1
    pid = os.fork()
    if not pid:
        _be_born(streams, [*given, *children.values(), control.fileno()], arguments)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.setpgid(pid, pid)  # here and in the child: whichever comes first
    children[pid] = status
    for number in streams:
        os.close(number)
    control.sendall(str(pid).encode())
    return True


def _be_born(streams: list[int], unwanted: list[int], arguments: list[str]) -> None:
    """Be the process in which an answer is judged, and end with it."""
    os.setpgid(0, 0)
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
    for number in unwanted:
        os.close(number)
    random.seed()
    try:
        child.main(*arguments)
    finally:
        os._exit(1)


def _bury(children: dict[int, int]) -> None:
    """Tell the status of each child that has ended."""
    for pid in list(children):
        found, status = os.waitpid(pid, os.WNOHANG)
        if found:
            pipe = children.pop(pid)
            with contextlib.suppress(OSError):
                os.write(pipe, f"{os.waitstatus_to_exitcode(status)}\n".encode())
            os.close(pipe)


if __name__ == "__main__":
    with socket.socket(fileno=int(sys.argv[1])) as theirs:
        main(theirs)
