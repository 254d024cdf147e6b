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

from lessons.checking import SOON_S, Answer, Wrong, soon
from lessons.course import ROOT
from lessons.step13_two_inputs.reasons import exit_is_sent, terminal_left

# Runs a file as a program; `lessons.moved` knows the imports of an older exercise.
_RUN = """
import os, runpy, sys
import lessons.moved
del sys.argv[0]
sys.path[0] = os.path.dirname(sys.argv[0])
runpy.run_path(sys.argv[0], run_name="__main__")
"""

if sys.platform != "win32":
    import pty
    import termios


def leaves_the_terminal(answer: Answer) -> None:
    """On a real terminal the client chats, ends, and leaves everything as it was"""
    if sys.platform == "win32" or not importlib.util.find_spec("readchar"):
        return  # there is no terminal to be had; `leaves` plays one
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = str(listener.getsockname()[1])
        command = [sys.executable, "-c", _RUN, str(answer.path), port]
        with _typing(command, answer) as typist:
            _talk(answer, typist, listener)


def _talk(answer: Answer, typist: "_Typist", listener: socket.socket) -> None:
    got = b""
    with contextlib.suppress(OSError):  # what has ended too early is seen below
        typist.waits_for(lambda: _is_readable(listener), "no connection came")
        listener.setblocking(False)
        server, _ = listener.accept()
        server.settimeout(SOON_S)
        with server:
            typist.types(b"he", b"> he")
            server.sendall(b"ann: one\n")
            typist.types(b"", b"ann: one")
            typist.types(b"llo\r", b"> hello")
            typist.waits_for(lambda: _is_readable(server), "'hello' was not sent")
            server.recv(100)
            typist.types(b"@exit\r", b"> @exit")
            soon(lambda: _is_readable(server) or typist.has_ended())
            server.setblocking(False)
            got = server.recv(100)
    if b"@exit" in got:
        raise exit_is_sent(answer)
    if not soon(typist.has_ended):
        raise Wrong(
            "The program does not end",
            seen="@exit was typed on a terminal; the program ran on; on the screen: "
            f"{typist.tail()}",
            expected="The end of the program",
            why="Users who want to leave cannot.",
            look=answer.line_with("@exit", "Thread("),
        )
    if typist.process.returncode:
        raise Wrong(
            "The program ends with an error",
            seen=f"status {typist.process.returncode}; on the screen: {typist.tail()}",
            expected="The program ends at @exit, without an error",
            why="A mistake that shows only on a real terminal shows for every user.",
            look=answer.line_with("def run("),
        )
    if typist.mode() != typist.mode_before:
        raise terminal_left(answer, "the program has ended; keys are still not shown")


def _is_readable(sock: socket.socket) -> bool:
    return bool(select.select([sock], [], [], 0)[0])


class _Typist:
    """A program on a pseudo-terminal, and somebody who types there."""

    def __init__(self, command: list[str], answer: Answer) -> None:
        self._answer = answer
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

    def has_ended(self) -> bool:
        """Tell whether the program is over."""
        return self.process.poll() is not None

    def types(self, keys: bytes, sees: bytes) -> None:
        """Press keys, and wait for what they show."""
        os.write(self._ours, keys)
        self.waits_for(lambda: sees in self.screen, f"{sees.decode()!r} was not shown")

    def waits_for(self, condition: Callable[[], object], what: str) -> None:
        """Wait until it is true, or the program has ended; else `what` is wrong."""
        if not soon(lambda: condition() or self.has_ended()):
            raise Wrong(
                "The client does not chat on a real terminal",
                seen=f"{what}; on the screen: {self.tail()}",
                expected="The same as when the check plays the screen",
                why="A mistake that shows only on a real terminal shows for every "
                "user.",
                look=self._answer.line_with("def run("),
            )

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
def _typing(command: list[str], answer: Answer) -> Iterator[_Typist]:
    typist = _Typist(command, answer)
    try:
        yield typist
    finally:
        typist.close()
