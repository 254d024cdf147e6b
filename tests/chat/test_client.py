"""The client on a real terminal, with a real server, or one that misbehaves."""

import contextlib
import itertools
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from chat.server import ChatServer
from chat.terminal import ESCAPE_WAIT_S
from tests.chat.pty_screen import OnTerminal, on_terminal
from tests.support import DEADLINE_S, ROOT, Client, serving

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs a pty")

CLIENT = (sys.executable, "-m", "chat.client")


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ChatServer]:
    monkeypatch.setattr("chat.server.POLL_S", 0.01)  # or each stop takes 0.2 s
    with serving() as server:
        yield server


def port_of(server: ChatServer) -> str:
    return str(server.socket.getsockname()[1])


@contextlib.contextmanager
def chatting(
    server: ChatServer, name: str = "alice", columns: int = 80, **env: str
) -> Iterator[OnTerminal]:
    """A client that has joined."""
    command = (*CLIENT, "--port", port_of(server), "--name", name)
    with on_terminal(*command, columns=columns, **env) as user:
        user.row_is(f"{name}> |")
        yield user


@contextlib.contextmanager
def other(server: ChatServer, name: str = "bob") -> Iterator[Client]:
    with Client(server.socket.getsockname()) as client:
        yield client.join(name)


class Scripted:
    """A server that does what the test says, for one client."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(DEADLINE_S)
        self.port = str(self._listener.getsockname()[1])

    def accept(self) -> socket.socket:
        sock, _ = self._listener.accept()
        sock.settimeout(DEADLINE_S)
        return sock

    def welcome(self) -> socket.socket:
        """Take a client in, whatever its name, as alice."""
        sock = self.accept()
        assert sock.recv(4096).endswith(b"\n")
        sock.sendall(b"[INFO] You are alice\n")
        return sock

    def receive_little(self) -> None:
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)

    def close(self) -> None:
        self._listener.close()


@pytest.fixture
def scripted() -> Iterator[Scripted]:
    server = Scripted()
    yield server
    server.close()


@contextlib.contextmanager
def chatting_with(
    scripted: Scripted, *code: str, **env: str
) -> Iterator[tuple[OnTerminal, socket.socket]]:
    """A client that has joined a scripted server; `code` is run in it first."""
    start = [*CLIENT]
    if code:
        lines = ["import chat.client as c, chat.connection as k, socket", *code]
        start = [sys.executable, "-c", "\n".join([*lines, "c.main()"])]
    options = ("--port", scripted.port, "--name", "alice")
    with on_terminal(*start, *options, **env) as user, scripted.welcome() as sock:
        user.row_is("alice> |")
        yield user, sock


def read_all(sock: socket.socket) -> bytes:
    return b"".join(iter(lambda: sock.recv(4096), b""))


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


# ---- lines that arrive, and the one being typed


@pytest.mark.parametrize("columns", [40, 80])
@pytest.mark.parametrize("typed", ["@all abc", "@all 漢字é", "@all " + "long " * 30])
def test_a_line_that_arrives_leaves_the_one_being_typed(
    server: ChatServer, columns: int, typed: str
) -> None:
    with chatting(server, columns=columns) as user, other(server) as bob:
        user.write(typed + "\x1b[D" * 3)
        user.until(lambda: user.screen.row.split("|")[0].endswith(typed[-6:-3]))
        before = user.screen.row
        assert before.startswith("alice> ")
        bob.send("@all over here", "@alice psst")
        user.shows("bob (private): psst")
        user.row_is(before)
        assert user.screen.rows[-3:-1] == ["bob: over here", "bob (private): psst"]
        user.write("X\r")
        sent = typed[:-3] + "X" + typed[-3:]
        assert bob.line_with("alice: ") == "alice: " + sent[5:].strip()


def test_paste_under_fire(server: ChatServer) -> None:
    pasted = "@all " + "".join(chr(ord("a") + i % 26) for i in range(495))
    pieces = [pasted[i : i + 16] for i in range(0, 500, 16)]
    fire = [f"bob: shot {i}" for i in range(len(pieces) * 2)]
    with chatting(server) as user, other(server) as bob:
        for number, piece in enumerate(pieces):
            bob.send(f"@all shot {number * 2}", f"@all shot {number * 2 + 1}")
            user.write(piece)
            user.read(0.001)
        user.write("\r")
        assert bob.line_with("alice: ") == "alice: " + pasted[5:]
        user.shows(fire[-1])
        user.row_is("alice> |")
        shown = "".join(row.strip() for row in user.screen.rows)  # its other rows too
        assert shown.count(pasted) == 1
        assert shown.count("@all a") == 1
        assert [row for row in user.screen.rows if row.startswith("bob: ")] == fire


def test_keys_get_through_a_flood(scripted: Scripted) -> None:
    with chatting_with(scripted) as (user, sock):
        stop = threading.Event()
        flood = threading.Thread(target=flood_until, args=(sock, stop))
        flood.start()
        try:
            user.shows("bob: flood")
            user.enter("@all heard")
            user.until(lambda: "alice> @all heard" in user.raw)
        finally:
            stop.set()
            while flood.is_alive():
                user.read(0.01)
        assert sock.recv(4096) == b"@all heard\n"


def flood_until(sock: socket.socket, stop: threading.Event) -> None:
    while not stop.is_set():
        sock.sendall(b"bob: flood\n" * 100)


def test_what_is_pasted_is_one_line_and_waits_for_enter(server: ChatServer) -> None:
    with chatting(server) as user, other(server) as bob:
        user.paste("@all a\tb\n\tc\n")
        user.row_is("alice> @all a b  c |")
        user.write("\r")
        assert bob.line() == "alice: a b  c"


def test_lines_typed_ahead_are_all_sent(server: ChatServer) -> None:
    with chatting(server) as user, other(server) as bob:
        user.write("@all one\n@all two\n")
        assert bob.lines(2) == ["alice: one", "alice: two"]


def test_a_lone_escape_does_not_swallow_the_next_key(server: ChatServer) -> None:
    with chatting(server) as user:

        def escape_then_x() -> bool:
            user.write("\x1b")
            user.read(2 * ESCAPE_WAIT_S)  # at once it would be alt-x: then again
            user.write("x")
            user.read(2 * ESCAPE_WAIT_S)
            return user.screen.row == "alice> x|"

        user.until(escape_then_x)


def test_a_long_name_leaves_room_to_type(server: ChatServer) -> None:
    command = (*CLIENT, "--port", port_of(server), "--name", "\u6f22" * 20)
    with on_terminal(*command, columns=40) as user:
        user.row_is("> |")
        user.write("@all " + "0123456789" * 4)
        user.until(lambda: user.screen.row.endswith("89|"))
        assert user.screen.row.startswith("> <")


def test_resize(server: ChatServer) -> None:
    line = "@all " + "0123456789" * 6
    with chatting(server) as user:
        user.write(line)
        user.row_is(f"alice> {line}|")
        for _ in range(30):  # the signal must be heard whatever it interrupts
            user.resize(40)
            user.until(lambda: user.screen.row.startswith("alice> <"))
            assert user.screen.row.endswith("6789|")
            assert len(user.screen.row) <= 40
            user.resize(80)
            user.row_is(f"alice> {line}|")


def test_tab_completes_commands_and_names_seen(server: ChatServer) -> None:
    with chatting(server) as user:
        user.write("@pe\t")
        user.row_is("alice> @people |")
        user.write("\x15")
        with other(server, "robert"), other(server, "roberta"):
            user.shows("roberta joined")
            user.write("@ro\t")
            user.row_is("alice> @robert|")
            user.write("\t")
            user.shows("@robert  @roberta")
        user.shows("robert left")
        user.shows("roberta left")
        user.write("\x15@ro\t")
        user.row_is("alice> @ro|")


FORGED = "[INFO] alice left"


@pytest.mark.parametrize("columns", [40, 80])
@pytest.mark.parametrize(
    "padding", [" ", "\u00a0", "\u3000", "x", "漢", "e\u0301", "- "]
)
def test_no_message_can_look_like_a_line_of_its_own(
    server: ChatServer, columns: int, padding: str
) -> None:
    with chatting(server, "ann", columns) as user, other(server) as bob:
        for count in range(columns):  # whatever its width: one ends at the edge
            bob.send(f"@all hi{padding * count}{FORGED}")
        bob.send("@all done")
        user.row_is("ann> |")
        user.shows("bob: done")
        rows = user.screen.rows[user.screen.rows.index("[INFO] bob joined") + 1 : -1]
        assert {row[:4] for row in rows if row} == {"bob:", "    "}


def test_rows_are_cut_between_words_and_keep_their_colour(scripted: Scripted) -> None:
    with chatting_with(scripted) as (user, sock):
        fits = "bob: " + "x" * 75
        names = ", ".join(f"student-{number}" for number in range(12))
        sock.sendall(f"{fits}\nOnline: {names}\n[ERROR] end\n".encode())
        user.shows("[ERROR] end")
        assert user.screen.rows[1:-2] == [
            fits,
            f"Online: {names[:66]}".rstrip(),
            f"    {names[66:]}",
        ]
        assert f"\x1b[2m{names[66:]}\x1b[m" in user.raw
        user.resize(40)
        user.row_is("alice> |")
        sock.sendall(b"bob (private): for you alone, and it is long\n")
        user.shows("long")
        assert user.screen.rows[-3:-1] == [
            "bob (private): for you alone, and it is",
            "    long",
        ]
        assert "\x1b[1;35mlong\x1b[m" in user.raw


def test_a_line_too_long_is_not_sent_and_said_so(server: ChatServer) -> None:
    with chatting(server) as user, other(server) as bob:
        for _ in range(42):
            user.write("x" * 100)
            user.until(lambda: user.screen.row.endswith("x|"))
        user.write("\r")
        user.shows("[ERROR] Not sent: a line has at most 4096 bytes, yours 4201")
        user.enter("@all short")
        assert bob.line() == "alice: short"


# ---- what others send


def test_what_a_server_sends_cannot_move_the_cursor(scripted: Scripted) -> None:
    with chatting_with(scripted) as (user, sock):
        sock.sendall("mal: \x1b[2J\x1b]0;x\x07\u202e\x9b\n".encode())
        sock.sendall(b"mal: \xff\n")
        user.shows("mal: \ufffd[2J\ufffd]0;x\ufffd\ufffd\ufffd")
        user.shows("[ERROR] A line from the server could not be read")


SAMPLE = b"[INFO] i\n[ERROR] e\nbob: public\nbob (private): secret\nbob: two\n"


def test_colours_tell_kinds_apart_and_a_name_keeps_its_own(scripted: Scripted) -> None:
    with chatting_with(scripted) as (user, sock):
        sock.sendall(SAMPLE)
        user.shows("bob: two")
        for seen in (
            "\x1b[2m[INFO] i\x1b[m",
            "\x1b[31m[ERROR] e\x1b[m",
            "\x1b[32mbob\x1b[m: public",
            "\x1b[1;35mbob (private): secret\x1b[m",
            "\x1b[32mbob\x1b[m: two",
        ):
            assert seen in user.raw


def test_no_color(scripted: Scripted) -> None:
    with chatting_with(scripted, NO_COLOR="1") as (user, sock):
        sock.sendall(SAMPLE)
        user.shows("bob: two")
        assert SAMPLE.decode().replace("\n", "\r\n") in user.raw
        assert not re.search(r"\x1b\[[\d;]*m", user.raw)


def test_a_dumb_terminal_gets_no_escape_sequence(scripted: Scripted) -> None:
    with chatting_with(scripted, TERM="dumb") as (user, sock):
        user.write("@all abc\x02\x02")
        user.row_is("alice> @all a|bc")
        sock.sendall(SAMPLE)
        user.shows("bob: two")
        user.row_is("alice> @all a|bc")
        user.write("\x15")
        user.row_is("alice> |bc")
        user.write("\x0b")
        user.row_is("alice> |")
        user.write("\x03")
        assert user.status() == 130
        assert SAMPLE.decode().splitlines() == user.screen.rows[1:-1]
        assert "\x1b" not in user.raw


# ---- ways out


@pytest.mark.parametrize("line", ["@exit", "@EXIT", "  @Exit  ", "@exit now"])
def test_exit_is_for_the_client_alone(scripted: Scripted, line: str) -> None:
    with chatting_with(scripted) as (user, sock):
        user.enter(line)
        assert read_all(sock) == b""
        sock.close()
        assert user.status() == 0
        assert user.mode == user.mode_before


def send_signal(number: int) -> Callable[[OnTerminal], None]:
    return lambda user: user.process.send_signal(number)


WAYS_OUT = {
    "ctrl-d": (lambda user: user.write("\x04"), 0),
    "ctrl-c": (lambda user: user.write("\x03"), 130),
    "ctrl-\\": (lambda user: user.write("\x1c"), 131),
    "SIGTERM": (send_signal(signal.SIGTERM), 143),
    "SIGHUP": (send_signal(signal.SIGHUP), 129),
}


@pytest.mark.parametrize("way", WAYS_OUT)
def test_the_terminal_is_as_it_was(server: ChatServer, way: str) -> None:
    leave, status = WAYS_OUT[way]
    with chatting(server) as user:
        assert user.mode != user.mode_before
        assert user.screen.brackets_paste
        leave(user)
        assert user.status() == status
        assert user.mode == user.mode_before
        assert not user.screen.brackets_paste
        assert "Traceback" not in user.screen.text
        assert user.screen.row == "|"  # where the shell's prompt is to stand


def test_what_was_typed_stays_on_the_screen(server: ChatServer) -> None:
    with chatting(server) as user:
        user.write("@all half a")
        user.row_is("alice> @all half a|")
        user.write("\x03")
        assert user.status() == 130
        assert user.screen.rows[-2:] == ["alice> @all half a", ""]


def test_a_crash_leaves_the_terminal_as_it_was(scripted: Scripted) -> None:
    crash = "c.Chat._complete = lambda self: 1 / 0"
    with chatting_with(scripted, crash) as (user, _):
        user.write("\t")
        assert user.status() == 1
        assert "ZeroDivisionError" in user.screen.text
        assert user.mode == user.mode_before
        assert not user.screen.brackets_paste


def test_a_crash_of_the_key_thread_ends_the_client(scripted: Scripted) -> None:
    crash = "import chat.keys as t; t.KeyDecoder.feed = lambda self, data: 1 / 0"
    with chatting_with(scripted, crash) as (user, _):
        user.write("x")
        assert user.status() == 1
        assert "ZeroDivisionError" in user.screen.text
        assert user.mode == user.mode_before


def test_a_hangup_ends_it(server: ChatServer) -> None:
    with chatting(server) as user:
        user.hang_up()
        user.process.wait(DEADLINE_S)
        assert user.process.returncode == 129


@pytest.mark.parametrize("how", ["closed", "reset"])
def test_the_server_gone(scripted: Scripted, how: str) -> None:
    with chatting_with(scripted) as (user, sock):
        if how == "reset":
            linger = b"\x01\x00\x00\x00\x00\x00\x00\x00"
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        sock.close()
        assert user.status() == 1
        assert user.screen.text.endswith("The server closed the connection\n")
        assert user.mode == user.mode_before


def test_what_was_pasted_before_exit_is_sent_and_answered(server: ChatServer) -> None:
    with chatting(server) as user, other(server) as bob:
        user.write("@all bye\r@people\r@exit\r@all not this\r")
        assert user.status() == 0
        assert "Online: bob" in user.screen.text
        assert bob.lines(2) == ["alice: bye", "[INFO] alice left"]


@pytest.mark.parametrize("way", ["ctrl-c", "ctrl-d"])
def test_a_server_that_reads_nothing_can_be_left(scripted: Scripted, way: str) -> None:
    small = """
def connect(*address, real=c.connect):
    sock = real(*address)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    return sock
c.connect, k.WAITING_LINES = connect, 2"""
    scripted.receive_little()
    with chatting_with(scripted, small) as (user, _):
        for count in itertools.count():
            if "the server takes no more" in user.screen.text:
                break
            user.enter(f"@all {count} " + "x" * 900)
            user.shows(f"@all {count} ")
            user.row_is("alice> |")
        leave, status = WAYS_OUT[way]
        leave(user)
        assert user.status() == status
        assert user.mode == user.mode_before


@pytest.mark.skipif(not shutil.which("bash"), reason="needs a shell with jobs")
def test_ctrl_z_and_fg(server: ChatServer) -> None:
    with on_terminal("bash", "--norc", "--noediting", "-i", PS1="$ ") as user:
        user.row_is("$ |")
        user.enter(f"{' '.join(CLIENT)} --port {port_of(server)} --name alice")
        user.row_is("alice> |")
        user.write("@all ab\x02")
        user.row_is("alice> @all a|b")
        user.write("\x1a")
        user.shows("Stopped")
        user.until(lambda: user.mode == user.mode_before)
        assert not user.screen.brackets_paste
        user.enter("fg")
        user.row_is("alice> @all a|b")
        assert user.mode != user.mode_before
        assert user.screen.brackets_paste
        user.write("\x05\x15\x04")
        user.row_is("$ |")
        user.until(lambda: user.mode == user.mode_before)


@pytest.mark.skipif(not shutil.which("bash"), reason="needs a shell with jobs")
@pytest.mark.parametrize("way", ["kill", "kill -HUP"])
def test_a_stopped_client_can_be_killed(server: ChatServer, way: str) -> None:
    with (
        other(server) as bob,
        on_terminal("bash", "--norc", "--noediting", "-i", PS1="$ ") as user,
    ):
        user.row_is("$ |")
        user.enter(f"{' '.join(CLIENT)} --port {port_of(server)} --name alice")
        user.row_is("alice> |")
        user.write("\x1a")
        user.shows("Stopped")
        user.until(lambda: user.mode == user.mode_before)
        user.enter(f"{way} %1")  # the shell sends a SIGCONT after it
        assert bob.lines(2) == ["[INFO] alice joined", "[INFO] alice left"]
        user.enter("wait; echo gone")
        user.shows("\ngone")
        assert user.mode == user.mode_before


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_the_main_thread_alone_takes_what_ends_the_client(server: ChatServer) -> None:
    # Or a stopped client that is killed could be stopped again before it hears of it.
    with chatting(server) as user:
        pid = user.process.pid
        threads = os.listdir(f"/proc/{pid}/task")
        blocked = {int(task): blocked_in(pid, task) for task in threads}
    leaving = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT}
    assert blocked.pop(pid) == set()
    # Those of the keys, of the signals, and two of the socket.
    assert list(blocked.values()) == [leaving] * 4


def blocked_in(pid: int, task: str) -> set[int]:
    """Return the signals that a thread does not take."""
    status = Path(f"/proc/{pid}/task/{task}/status").read_text()
    mask = int(status.partition("SigBlk:")[2].split()[0], 16)
    return {number for number in range(1, 65) if mask >> (number - 1) & 1}


# ---- before it begins


def run(*arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*CLIENT, *arguments],
        cwd=ROOT,
        env={**os.environ, **env},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
        check=False,
    )


def free_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return str(listener.getsockname()[1])


@pytest.mark.parametrize("host", ["127.0.0.1", "a..b", "nowhere.invalid"])
def test_no_server_there(host: str) -> None:
    done = run("--host", host, "--port", free_port(), "--name", "alice")
    assert done.returncode == 1
    assert done.stderr.startswith("No server at ")
    assert "python -m chat.server" in done.stderr
    assert done.stderr.count("\n") == 1


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
def test_a_bad_option(option: str, reason: str) -> None:
    done = run(option)
    assert done.returncode == 2
    assert reason in done.stderr
    assert "Traceback" not in done.stderr


def test_run_as_a_file_it_says_how_to_start() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "chat" / "client.py")],
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr == "Start it in the folder above: python -m chat.client\n"


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
