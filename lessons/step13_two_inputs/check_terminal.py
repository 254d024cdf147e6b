"""Judges step 13 on a pseudo-terminal, where the system has those.

The thread of the check types and plays the server; one daemon thread reads what is
written to the screen.
"""

import contextlib
import importlib.util
import os
import select
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

from lessons.checking import SCALE, Answer, Wrong, until
from lessons.course import ROOT

START_S = 10.0 * SCALE  # for a program to start, and for each answer of it

if sys.platform != "win32":
    import pty
    import termios


def exit_is_sent(answer: Answer) -> Wrong:
    """Return what is to be said when the server gets @exit."""
    return Wrong(
        "@exit is sent to the server",
        seen="'@exit' was typed; the server got b'@exit\\n'",
        expected="Nothing sent, and the end",
        why="To leave is the client's own business: the server sees the end of the "
        "connection.",
        look=answer.line_with("@exit") or answer.line_with("sendall("),
    )


def terminal_left(answer: Answer, seen: str) -> Wrong:
    """Return what is to be said when the terminal stays as the client wanted it."""
    return Wrong(
        "The terminal is left raw",
        seen=seen,
        expected="The terminal as it was, however run ends",
        why="The shell that is used next shows no key that is typed.",
        look=answer.line_with("_exit(", "session("),
    )


def leaves_the_terminal(answer: Answer) -> None:
    """On a real terminal it chats, ends, and leaves everything as it was"""
    if sys.platform == "win32" or not importlib.util.find_spec("readchar"):
        return  # there is no terminal to be had; `leaves` plays one
    with socket.create_server(("127.0.0.1", 0)) as listener:
        command = [sys.executable, str(answer.path), str(listener.getsockname()[1])]
        with _typing(command) as typist:
            _talk(answer, typist, listener)


def _talk(answer: Answer, typist: "_Typist", listener: socket.socket) -> None:
    got = b""
    with contextlib.suppress(OSError):  # what has ended too early is seen below
        typist.waits_for(lambda: select.select([listener], [], [], 0)[0])
        listener.setblocking(False)
        server, _ = listener.accept()
        server.settimeout(START_S)
        with server:
            typist.types(b"he", b"> he")
            server.sendall(b"ann: one\n")
            typist.types(b"", b"ann: one")
            typist.types(b"llo\r", b"> hello")
            server.recv(100)
            typist.types(b"@exit\r", b"> @exit")
            typist.waits_for(lambda: select.select([server], [], [], 0)[0])
            server.setblocking(False)
            got = server.recv(100)
    if b"@exit" in got:
        raise exit_is_sent(answer)
    if not typist.await_end():
        raise Wrong(
            "The program does not end",
            seen="@exit was typed on a terminal; the program ran on; on the screen: "
            f"{typist.tail()}",
            expected="The end of the program",
            why="Whoever wants to go cannot.",
            look=answer.line_with("@exit", "Thread("),
        )
    if typist.process.returncode:
        raise Wrong(
            "The program ends with an error",
            seen=f"status {typist.process.returncode}; on the screen: {typist.tail()}",
            expected="@exit ends it, and nothing else does",
            why="What goes wrong only on a real terminal goes wrong for every user.",
            look=answer.line_with("def run("),
        )
    if typist.mode() != typist.mode_before:
        raise terminal_left(answer, "the program has ended; keys are still not shown")


class _Typist:
    """A program on a terminal of its own, and somebody who types there."""

    def __init__(self, command: list[str]) -> None:
        self._ours, self._theirs = pty.openpty()
        self.mode_before = self.mode()
        self.screen = bytearray()  # all that was written to it
        self.process = subprocess.Popen(
            command,
            stdin=self._theirs,
            stdout=self._theirs,
            stderr=self._theirs,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm"},
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def tail(self) -> str:
        """Return the end of what is on the screen, to be shown."""
        return repr(self.screen.decode(errors="replace")[-200:])

    def mode(self) -> list[Any]:
        """Return how the terminal is set."""
        return termios.tcgetattr(self._theirs)[:4]

    def await_end(self) -> bool:
        """Wait for the end of the program; return False if it runs on."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(START_S)
        return self.process.poll() is not None

    def types(self, keys: bytes, sees: bytes) -> None:
        """Press keys, and wait for what they show."""
        os.write(self._ours, keys)
        self.waits_for(lambda: sees in self.screen)

    def waits_for(self, condition: Callable[[], object]) -> None:
        """Wait until it is true, or the program has ended."""
        until(lambda: condition() or self.process.poll() is not None, START_S)

    def _read(self) -> None:
        with contextlib.suppress(OSError):  # nobody has it open any more
            while data := os.read(self._ours, 4096):
                self.screen += data

    def close(self) -> None:
        """End the program, and the terminal."""
        self.process.kill()
        self.process.wait()
        os.close(self._theirs)
        self._reader.join()
        os.close(self._ours)


@contextlib.contextmanager
def _typing(command: list[str]) -> Iterator[_Typist]:
    typist = _Typist(command)
    try:
        yield typist
    finally:
        typist.close()
