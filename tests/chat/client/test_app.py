"""The client's program: its options, and why it may not begin."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from chat.client import app
from tests.chat.chatting import CLIENT
from tests.chat.pty_screen import on_terminal
from tests.support import DEADLINE_S, ROOT


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
        first, *commands = user.screen.rows
        assert first == "On a terminal the client needs readchar. To install it:"
        assert "python -m pip install readchar" in "".join(commands)


@pytest.mark.parametrize(
    ("prefix", "commands"),
    [
        ("/usr", ["python3.12 -m venv .venv", "{own} -m pip install readchar"]),
        ("/somewhere/.venv", ["python3.12 -m pip install readchar"]),
    ],
)
def test_readchar_is_installed_where_pip_may_install(
    prefix: str, commands: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Debian, Ubuntu and Homebrew refuse it outside a virtual environment."""
    monkeypatch.setattr(sys, "base_prefix", "/usr")
    monkeypatch.setattr(sys, "prefix", prefix)
    monkeypatch.setattr(sys, "orig_argv", ["python3.12", "-m", "chat.client"])
    own = r".venv\Scripts\python" if sys.platform == "win32" else ".venv/bin/python"
    found = [command.format(own=own) for command in commands]
    assert app._set_up()[:2] == found
