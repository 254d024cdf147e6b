"""The client on a real terminal, before it is in the room."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from chat.client import app
from chat.server.listener import ChatServer
from tests.chat.chatting import CLIENT, chatting, other, port_of
from tests.chat.pty_screen import on_terminal
from tests.chat.scripted import Scripted, read_all
from tests.support import DEADLINE_S, ROOT

# ---- before it begins


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*CLIENT, *arguments],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
        check=False,
    )


def free_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return str(listener.getsockname()[1])


def test_no_server_there() -> None:
    done = run("--port", free_port(), "--name", "alice")
    assert done.returncode == 1
    assert done.stderr.startswith("No server at ")
    assert "python -m chat.server" in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("host", ["a..b", "nowhere.invalid"])
def test_no_such_host(host: str) -> None:
    with pytest.raises(SystemExit, match=f"^No server at {host}:.*[^\n]$"):
        app.main(["--host", host, "--name", "alice"])


@pytest.mark.parametrize(
    ("option", "reason"),
    [
        ("--port=0", "not between 1 and 65535"),
        ("--port=65536", "not between 1 and 65535"),
        ("--port=x", "not between 1 and 65535"),
        ("--zap", "unrecognized"),
        ("--host=127.0.0.1:7801", "say --host 127.0.0.1 --port 7801"),
    ],
)
def test_a_bad_option(
    option: str, reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        app.main([option])
    assert ended.value.code == 2
    assert reason in capsys.readouterr().err


def test_run_as_a_file_it_says_how_to_start() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "chat" / "client")],
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
        check=False,
    )
    assert done.returncode == 1
    assert (
        done.stderr == "Start it in the folder that holds chat: python -m chat.client\n"
    )


def test_help_tells_the_options_and_the_keys() -> None:
    told = " ".join(run("--help").stdout.split())
    for text in ("127.0.0.1)", "12345)", "asked for", "@help", "ctrl-d", "Tab"):
        assert text in told


@pytest.fixture
def no_readchar(tmp_path: Path) -> str:
    (tmp_path / "readchar.py").write_text("raise ImportError")
    return str(tmp_path)


def test_a_terminal_without_readchar(no_readchar: str) -> None:
    command = (*CLIENT, "--name", "alice")
    with on_terminal(*command, PYTHONPATH=no_readchar) as user:
        assert user.status() == 1
        assert user.screen.rows[0].endswith("python -m pip install readchar")
        assert len(user.screen.rows) == 2


# ---- the name


def test_asks_for_a_name_and_shows_why_one_is_refused(server: ChatServer) -> None:
    with other(server), on_terminal(*CLIENT, "--port", port_of(server)) as user:
        user.row_is("name> |")
        user.enter("Bob")
        user.shows("[ERROR] Bob is taken")
        user.row_is("name> |")
        user.enter("alice")
        user.shows("[INFO] You are alice")
        user.row_is("alice> |")
        user.write("\x1b[Ax")  # up: a name is no message to be sent again
        user.row_is("alice> x|")


def test_a_refused_option_is_asked_for_again(server: ChatServer) -> None:
    command = (*CLIENT, "--port", port_of(server), "--name", "all")
    with on_terminal(*command) as user:
        user.shows("[ERROR] That name is reserved")
        user.enter("alice")
        user.row_is("alice> |")


def test_who_gives_a_name_is_not_asked_for_it(server: ChatServer) -> None:
    with chatting(server) as user:
        user.shows("[INFO] Commands: ")
        assert user.screen.rows[0] == "[INFO] You are alice"


def test_only_the_greeting_is_left_out_while_a_name_is_under_way(
    scripted: Scripted,
) -> None:
    command = (*CLIENT, "--port", scripted.port, "--name", "alice")
    with on_terminal(*command) as user:
        with scripted.accept() as sock:
            assert sock.recv(4096) == b"alice\n"
            sock.sendall(b"[INFO] Welcome! Please send your name\n")
            sock.sendall(b"[INFO] The server is shutting down\n")
        assert user.status() == 1
        assert user.screen.rows == [
            "[INFO] The server is shutting down",
            "The server closed the connection",
            "",
        ]


def test_the_greeting_is_left_out_once_for_each_connection(scripted: Scripted) -> None:
    with on_terminal(*CLIENT, "--port", scripted.port) as user:
        with scripted.accept() as first:
            first.sendall(b"[INFO] Who are you?\n")
            user.shows("[INFO] Who are you?")
        user.shows("[INFO] Type a name to connect again")
        user.enter("alice")
        with scripted.accept() as second:
            second.sendall(b"[INFO] And now?\n[INFO] News\n[INFO] You are alice\n")
            user.row_is("alice> |")
        assert user.status() == 1
        assert "[INFO] News\n" in user.screen.text
        assert "And now?" not in user.screen.text


def test_five_refused_names_are_the_end(server: ChatServer) -> None:
    with on_terminal(*CLIENT, "--port", port_of(server)) as user:
        user.row_is("name> |")
        for _ in range(5):
            user.enter("all")
        assert user.status() == 1
        assert user.screen.text.count("[ERROR] That name is reserved") == 5
        assert "closed the connection after 5 names" in user.screen.text


def test_what_is_typed_ahead_of_the_name_is_not_lost(server: ChatServer) -> None:
    with (
        other(server) as bob,
        on_terminal(*CLIENT, "--port", port_of(server)) as user,
    ):
        user.write("alice\r@all one\r@all two\r")
        assert bob.lines(3) == ["[INFO] alice joined", "alice: one", "alice: two"]


def test_who_thinks_long_about_a_name_is_connected_again(scripted: Scripted) -> None:
    with on_terminal(*CLIENT, "--port", scripted.port) as user:
        with scripted.accept() as first:
            first.shutdown(socket.SHUT_WR)
            user.shows("[INFO] Type a name to connect again")
            assert read_all(first) == b""
        user.enter("alice")
        with scripted.welcome():
            user.row_is("alice> |")
        assert user.status() == 1
