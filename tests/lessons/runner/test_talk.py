"""`talk`: what is typed goes to a server of a step, and what comes is shown."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.support import DEADLINE_S, ROOT


class Talk:
    """The command, and the server's side of its connection."""

    def __init__(self, process: "subprocess.Popen[bytes]", peer: socket.socket) -> None:
        self.process = process
        self.peer = peer

    def types(self, data: bytes) -> None:
        assert self.process.stdin
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def shows(self, count: int) -> bytes:
        assert self.process.stdout
        return self.process.stdout.read(count)

    def ends(self) -> tuple[int, str]:
        """Return its status, and its last words."""
        assert self.process.stderr
        status = self.process.wait(DEADLINE_S)
        return status, self.process.stderr.read().decode().strip()


def start(port: int) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-m", "lessons", "talk", str(port)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=os.environ | {"PYTHONUTF8": "1"},
    )


@pytest.fixture
def talk() -> Iterator[Talk]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(DEADLINE_S)
        with start(listener.getsockname()[1]) as process:
            try:
                peer, _ = listener.accept()
                with peer:
                    peer.settimeout(DEADLINE_S)
                    yield Talk(process, peer)
            finally:
                process.kill()


def test_lines_go_and_come_as_they_are(talk: Talk) -> None:
    talk.types("grüße\n".encode())
    assert talk.peer.recv(100) == "grüße\n".encode()
    data = b"no end of line, and half a character: \xc3"
    talk.peer.sendall(data)
    assert talk.shows(len(data) - 1) == data[:-1]
    talk.peer.sendall(b"\xa9\n")
    assert talk.shows(len("é\n".encode())).splitlines() == ["é".encode()]


def test_the_end_of_the_input_is_an_end_of_file(talk: Talk) -> None:
    talk.types(b"the last")
    assert talk.process.stdin
    talk.process.stdin.close()
    with talk.peer.makefile("rb") as received:
        assert received.read() == b"the last\n"
    talk.peer.sendall(b"and an answer\n")
    talk.peer.close()
    assert talk.ends() == (0, "The server has closed the connection.")
    assert talk.shows(100).splitlines() == [b"and an answer"]


def test_it_ends_with_the_server_while_somebody_types(talk: Talk) -> None:
    talk.types(b"hello\nhel")
    assert talk.peer.recv(100) == b"hello\n"
    talk.peer.close()
    assert talk.ends() == (0, "The server has closed the connection.")


@pytest.mark.skipif(sys.platform == "win32", reason="Wine makes it an end of file")
def test_a_broken_connection_is_told(talk: Talk) -> None:
    talk.types(b"hello\n")
    assert talk.peer.recv(1) == b"h"
    talk.peer.close()  # with bytes unread: the kernel resets the connection
    assert talk.ends() == (0, "The connection broke: Connection reset by peer.")


def test_without_a_server_it_says_what_to_do() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    said = f"no server listens on 127.0.0.1:{port}; start it in another terminal"
    with start(port) as process:
        assert process.stderr
        assert process.stderr.read().decode().strip() == said
    assert process.returncode == 1
