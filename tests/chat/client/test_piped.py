"""The client where its input is no terminal: as a part of scripts and pipes."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from chat.server.listener import ChatServer
from tests.chat.scripted import Scripted, read_all
from tests.marks import rest_is_slow
from tests.support import DEADLINE_S, ROOT, Client, serving


@contextlib.contextmanager
def started(
    address: tuple[str, int], name: str = "alice", *options: str, **env: str
) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        [
            *f"{sys.executable} -m chat.client --port {address[1]}".split(),
            "--name",
            name,
            *options,
        ],
        cwd=ROOT,
        env={**os.environ, **env},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def done(
    server: ChatServer, sent: bytes, name: str = "alice", *options: str, **env: str
) -> tuple[int, list[str], list[str]]:
    """Run to the end; return the status, the answers and the complaints."""
    with started(server.socket.getsockname(), name, *options, **env) as process:
        output, errors = process.communicate(sent, DEADLINE_S)
        lines = output.decode().splitlines(), errors.decode().splitlines()
        return process.returncode, *lines


def test_ends_when_all_is_answered(server: ChatServer) -> None:
    with Client(server.socket.getsockname()).join("bob") as bob:
        status, answers, errors = done(server, b"@all hi\n@zed x\n" + b"@people\n" * 50)
        assert bob.lines(2) == ["[INFO] alice joined", "alice: hi"]
    assert (status, errors) == (0, [])
    assert answers[1] == "[INFO] You are alice"
    assert answers[3].startswith("[ERROR] zed is not online")
    assert answers[4:] == ["Online: bob"] * 50


def test_a_line_without_an_at_sign_goes_to_everyone(server: ChatServer) -> None:
    with Client(server.socket.getsockname()).join("bob") as bob:
        status, answers, _ = done(server, b"hi there\n  @all hey\n")
        assert bob.lines(3)[1:] == ["alice: hi there", "alice: hey"]
    assert (status, len(answers)) == (0, 3)


def test_the_last_line_may_lack_its_end(server: ChatServer) -> None:
    assert done(server, b"@people")[1][-1] == "No other users connected"


def test_no_blank_line_and_no_byte_order_mark_is_sent(scripted: Scripted) -> None:
    """PowerShell puts them around what it pipes."""
    with (
        started(("", int(scripted.port))) as process,
        scripted.welcome() as sock,
    ):
        assert process.stdin
        process.stdin.write(b"\xef\xbb\xbf@all hi\r\n\r\n")
        process.stdin.close()
        process.stdin = None
        assert read_all(sock) == b"@all hi\n"


def test_exit_ends_it_before_the_rest(server: ChatServer) -> None:
    status, answers, _ = done(server, b"@people\n @EXIT now\n@people\n")
    assert (status, len(answers)) == (0, 4)


def test_no_input_at_all(server: ChatServer) -> None:
    assert done(server, b"")[0] == 0


def test_a_line_that_cannot_be_sent_is_said_so_and_the_rest_sent(
    server: ChatServer,
) -> None:
    sent = b"@all " + b"x" * 20000 + b"\n\xff\n@people\n"
    status, answers, errors = done(server, sent)
    assert status == 0
    assert errors[0] == "Not sent: a line has at most 4096 bytes, yours 20006"
    assert errors[1].startswith("Not sent: ")
    assert "UTF-8" in errors[1]
    assert answers[-1] == "No other users connected"
    assert len(errors) == 2


@pytest.mark.parametrize("name", rest_is_slow(["a\n@all smuggled", "all", "x" * 5000]))
def test_a_refused_name_is_an_error(server: ChatServer, name: str) -> None:
    status, answers, _ = done(server, b"@people\n", name)
    assert status == 1
    assert answers[-1].startswith("[ERROR] ")
    assert len(answers) == 2


def test_a_name_is_needed(server: ChatServer) -> None:
    status, answers, errors = done(server, b"", "  ")
    assert (status, answers, len(errors)) == (2, [], 1)
    assert "--name" in errors[0]


def test_readchar_is_not_needed(server: ChatServer, tmp_path: Path) -> None:
    (tmp_path / "readchar.py").write_text("raise ImportError")
    status, _, errors = done(server, b"@people\n", PYTHONPATH=str(tmp_path))
    assert (status, errors) == (0, [])


def test_any_output_encoding_will_do(server: ChatServer) -> None:
    with Client(server.socket.getsockname()).join("漢字"):
        answers = done(server, b"@people\n", PYTHONIOENCODING="ascii")[1]
    assert answers[-1] == "Online: ??"


def test_the_server_gone() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        started(listener.getsockname()) as process,
    ):
        sock, _ = listener.accept()
        with sock:
            sock.sendall(b"[INFO] You are alice\n")
            assert process.stdout
            assert process.stdout.readline().rstrip() == b"[INFO] You are alice"
        assert process.wait(DEADLINE_S) == 1
        assert process.stderr
        assert process.stderr.read().rstrip() == b"The server closed the connection"


def test_a_broken_pipe_is_no_crash(server: ChatServer) -> None:
    with started(server.socket.getsockname()) as process:
        assert process.stdin
        assert process.stdout
        assert process.stderr
        process.stdout.readline()
        process.stdout.close()
        process.stdin.write(b"@people\n" * 100)
        process.stdin.flush()
        assert process.wait(DEADLINE_S) == 1
        assert process.stderr.read() == b""
        process.stdout = None


@pytest.mark.skipif(
    sys.platform == "win32" or not os.path.exists("/dev/full"), reason="needs /dev/full"
)
def test_a_full_disk_is_said_so(server: ChatServer) -> None:
    port = server.socket.getsockname()[1]
    with open("/dev/full", "wb") as full:
        command = f"{sys.executable} -m chat.client --name alice --port {port}"
        ended = subprocess.run(
            command.split(),
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=DEADLINE_S,
            check=False,
        )
    assert ended.returncode == 1
    assert ended.stderr == "Cannot write the answers: No space left on device\n"


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such signal there")
def test_ctrl_c(server: ChatServer) -> None:
    with started(server.socket.getsockname()) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        assert process.wait(DEADLINE_S) == 130
        assert process.stderr.read() == b""


# ---- secrets


class FakeOwners:
    """Alice's password is hers."""

    can_hash = True

    def close(self) -> None:
        pass

    def has(self, key: str) -> bool:
        return key == "alice"

    def is_right(self, key: str, password: str, within_s: float) -> bool:
        return (key, password) == ("alice", "correct horse")


@pytest.fixture
def house() -> Iterator[ChatServer]:
    with serving(key="sesame", owners=FakeOwners()) as server:
        yield server


def test_a_key_and_a_password_are_sent(house: ChatServer, tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("correct horse\nwhat is here is not read\n")
    options = ("--key", "sesame", "--password-file", str(file))
    status, answers, errors = done(house, b"@people\n", "alice", *options)
    assert (status, errors) == (0, [])
    assert answers[0].startswith("[SECRET] ")
    assert "[INFO] You are alice" in answers
    assert "horse" not in "".join(answers)


@pytest.mark.parametrize(
    ("name", "options", "told"),
    [
        ("bob", [], "--key is needed when the input is not a terminal"),
        (
            "alice",
            ["--key", "sesame"],
            "--password-file is needed when the input is not a terminal",
        ),
    ],
)
def test_a_secret_that_is_missing_is_named(
    house: ChatServer, name: str, options: list[str], told: str
) -> None:
    status, _, errors = done(house, b"@people\n", name, *options)
    assert (status, errors) == (1, [told])


def test_a_wrong_key_is_an_error(house: ChatServer) -> None:
    status, answers, errors = done(house, b"", "alice", "--key", "Sesame")
    assert (status, errors) == (1, [])
    assert "[ERROR] That is not the key" in answers


def test_a_key_is_sent_to_no_room_that_does_not_ask(server: ChatServer) -> None:
    with Client(server.socket.getsockname()).join("bob") as bob:
        assert done(server, b"@people\n", CHAT_KEY="sesame")[0] == 0
        assert bob.lines(2) == ["[INFO] alice joined", "[INFO] alice left"]


@pytest.mark.parametrize("data", [None, b"\xff\n"])
def test_a_file_that_cannot_be_read_is_said_so(
    server: ChatServer, tmp_path: Path, data: bytes | None
) -> None:
    file = tmp_path / "password"
    if data:
        file.write_bytes(data)
    status, _, errors = done(server, b"", "alice", "--password-file", str(file))
    assert status == 1
    assert errors[0].startswith(f"Cannot read {file}: ")
    assert len(errors) == 1


def test_a_name_is_not_registered_in_a_pipe(house: ChatServer) -> None:
    """The next line of the input would be taken for the password."""
    sent = b"@Register\n@people\n"
    status, answers, errors = done(house, sent, "bob", "--key", "sesame")
    assert (status, errors) == (0, ["Not sent: @register needs a terminal"])
    assert answers[-1] == "No other users connected"
