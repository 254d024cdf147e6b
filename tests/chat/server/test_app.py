"""The server's program: its signals, and how it is started."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from chat.server import app
from tests.marks import rest_is_slow
from tests.support import DEADLINE_S, HAS_SQLITE, ROOT, Client, server_process, until
from tests.web_client import WebClient


def test_a_first_signal_asks_to_stop_and_gives_the_second_its_usual_effect() -> None:
    usual = {n: signal.getsignal(n) for n in (signal.SIGINT, signal.SIGTERM)}
    try:
        stop = app._stop_queue()
        assert stop.empty()
        signal.raise_signal(signal.SIGTERM)
        assert stop.get(timeout=DEADLINE_S) == 0
        assert signal.getsignal(signal.SIGINT) is signal.SIG_DFL
        assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    finally:
        for number, handler in usual.items():
            signal.signal(number, handler)


def test_run_as_a_file_it_says_how_to_start() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "chat" / "server")],
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
        check=False,
    )
    assert done.returncode == 1
    assert (
        done.stderr == "Start it in the folder that holds chat: python -m chat.server\n"
    )


def test_a_room_whose_postman_dies_ends_with_status_1() -> None:
    """It must not go on to accept people to whom nobody can write."""
    script = (
        "import sys\n"
        "from chat.server import app\n"
        "from chat.server.postman import Postman\n"
        "def sort(self, batch, sort=Postman._sort):\n"
        "    return sort(self, batch) if 'bang' not in str(batch) else 1 / 0\n"
        "Postman._sort = sort\n"
        "sys.exit(app.main(['--port', '0']))\n"
    )
    command = [sys.executable, "-c", script]
    with (
        server_process(command=command) as process,
        Client(process.address) as ann,
        Client(process.address) as bob,
    ):
        ann.join("ann")
        bob.join("bob").send("@all bang")
        end = "[ERROR] The room ends because of an error in the server"
        assert ann.rest() == ["[INFO] bob joined", end]
        assert bob.rest() == [end]
        assert process.wait(DEADLINE_S) == 1
        assert "ZeroDivisionError" in process.stderr.read()


def test_a_signal_that_is_ignored_from_the_start_stays_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    handlers = {signal.SIGINT: signal.SIG_IGN, signal.SIGTERM: signal.SIG_DFL}
    monkeypatch.setattr(signal, "getsignal", handlers.__getitem__)
    monkeypatch.setattr(signal, "signal", handlers.__setitem__)
    stop = app._stop_queue()
    assert handlers[signal.SIGINT] is signal.SIG_IGN
    handlers[signal.SIGTERM](signal.SIGTERM, None)
    assert stop.get(timeout=0) == 0
    assert handlers == {signal.SIGINT: signal.SIG_IGN, signal.SIGTERM: signal.SIG_DFL}


# ---- the door for browsers


def test_the_second_line_is_what_a_browser_is_told() -> None:
    with server_process("--web", "0") as process:
        where = process.stdout.readline().removeprefix("Browsers: http://127.0.0.1:")
        address = "127.0.0.1", int(where.removesuffix("/\n"))
        with WebClient(address).join("ann") as ann, Client(process.address) as bob:
            bob.join("bob")
            assert ann.line() == "[INFO] bob joined"
            if sys.platform == "win32":
                return  # there is no such signal to another process
            process.terminate()
            shutdown = "[INFO] The server is shutting down"
            assert ann.rest() == [shutdown]
            assert bob.rest() == [shutdown]
        assert process.wait(DEADLINE_S) == 0
        assert "Traceback" not in process.stderr.read()


def test_a_port_for_browsers_that_is_in_use_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        command = [sys.executable, "-m", "chat.server", "--port", "0", "--web", port]
        done = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, timeout=DEADLINE_S
        )
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith(f"Cannot listen on 127.0.0.1:{port}: ")
    assert done.stderr.endswith("See --web\n")
    assert done.stderr.count("\n") == 1


# ---- what is kept


# As it is, but the disk has as long as it needs.
STORING = (
    "import sys; from chat.server import app, database, store;"
    "database.SYNCHRONOUS = 'OFF';"
    f"store.CLOSE_S = {DEADLINE_S};"
    "sys.exit(app.main(['--port', '0', '--store', *sys.argv[1:]]))"
)


def test_what_was_said_is_there_after_a_kill(tmp_path: Path) -> None:
    if not HAS_SQLITE:
        pytest.skip("there is no SQLite")
    from chat.server.database import Claim, StoreError, read_rows

    path = tmp_path / "said.db"
    command = [sys.executable, "-c", STORING, str(path)]
    with (
        server_process(command=command) as process,
        Client(process.address).join("ann") as ann,
    ):
        ann.send("@all one", "@all two")
        until(lambda: path.exists() and len(list(read_rows(path))) == 2)
        with pytest.raises(StoreError, match="Another server uses"):
            Claim(path)
        process.kill()
        process.wait()
    with (
        server_process(command=command) as process,
        Client(process.address).join("bob") as bob,
    ):
        bob.send("@all three", "@history")
        told = bob.lines(4)
        assert told[0] == "[INFO] The last 3 messages in lobby:"
        assert [line[7:] for line in told[1:]] == [
            " ann: one",
            " ann: two",
            " bob: three",
        ]
        if sys.platform == "win32":
            return  # there is no such signal to another process
        process.terminate()
        assert process.wait(DEADLINE_S) == 0
        assert "Traceback" not in process.stderr.read()
    assert [row.text for row in read_rows(path)] == ["one", "two", "three"]
    assert [file.name for file in tmp_path.iterdir()] == ["said.db"]


@pytest.mark.skipif(not HAS_SQLITE, reason="there is no SQLite")
@pytest.mark.parametrize("option", rest_is_slow(["--port", "--web"]))
def test_a_server_that_cannot_listen_gives_its_file_back(
    tmp_path: Path, option: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        command = [sys.executable, "-c", STORING, str(tmp_path / "said.db"), option]
        done = subprocess.run(
            [*command, port], cwd=ROOT, capture_output=True, timeout=DEADLINE_S
        )
    assert done.returncode == 1
    assert done.stderr.startswith(b"Cannot listen on ")
    assert [file.name for file in tmp_path.iterdir()] == ["said.db"]


@pytest.mark.parametrize(
    ("program", "told"),
    [
        pytest.param(
            "open(f, 'w').write('dear diary')",
            "{f} is not a database of this program\n",
            marks=pytest.mark.skipif(not HAS_SQLITE, reason="there is no SQLite"),
        ),
        (
            "sys.modules['sqlite3'] = None",
            "--store needs a Python that was built with SQLite\n",
        ),
    ],
)
def test_a_file_that_cannot_be_used_ends_it(
    tmp_path: Path, program: str, told: str
) -> None:
    path = str(tmp_path / "said.db")
    script = (
        f"import sys; f = {path!r}; {program}; from chat.server import app\n"
        "sys.exit(app.main(['--port', '0', '--store', f]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == told.format(f=os.path.realpath(path))


# ---- the key


def test_the_key_may_be_in_the_environment() -> None:
    with (
        server_process(env={"CHAT_KEY": " sesame "}) as process,
        Client(process.address) as ann,
    ):
        assert ann.line() == "[SECRET] Please send the key to this room"
        ann.send("sesame", "ann")
        assert ann.lines(2)[1] == "[INFO] You are ann"


def test_the_environment_has_no_key_if_it_is_empty(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CHAT_KEY", "")
    assert app._parse([]).key is None
    monkeypatch.setenv("CHAT_KEY", "one")
    assert app._parse([]).key == "one"
    assert app._parse(["--key", "two\x07"]).key == "two�"  # as it is after it was sent


@pytest.mark.parametrize("key", ["", "  ", "secret" * 30])
def test_a_bad_key_is_refused_and_not_repeated(
    key: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match=r"^2$"):
        app.main(["--key", key])
    told = capsys.readouterr().err
    assert told.endswith("error: argument --key: a key has 1 to 128 characters\n")
    assert "secret" not in told
