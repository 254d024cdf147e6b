"""chat/PROTOCOL.md, section 6: how it starts, what it refuses, what the log holds."""

import os
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.conformance.room import Room
from tests.conformance.targets import Target
from tests.support import DEADLINE_S, ROOT, Client, until

pytestmark = pytest.mark.needs("running")


def _run(target: Target, *options: str) -> subprocess.CompletedProcess[str]:
    """Run a server that is not expected to start."""
    return subprocess.run(
        [sys.executable, "-m", target.module, *options],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
        check=False,
    )


def _run_each(
    target: Target, each: list[list[str]]
) -> list[tuple[list[str], subprocess.CompletedProcess[str]]]:
    """Run one server with each of these options, a few at a time."""
    with ThreadPoolExecutor(4) as threads:
        return list(
            zip(each, threads.map(lambda o: _run(target, *o), each), strict=True)
        )


def _has_ipv6() -> bool:
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6):
            return True
    except OSError:
        return False


def test_6_first_line_tells_where_it_listens(target: Target) -> None:
    with target.run() as process:
        port = process.address[1]
        assert process.first_line == f"Listening on 127.0.0.1:{port}\n"
        Client(("127.0.0.1", port)).join("ann").close()


def test_6_first_line_is_all_of_standard_output(target: Target, tmp_path: Path) -> None:
    out = tmp_path / "out"
    command = [sys.executable, "-m", target.module, "--port", "0"]
    with out.open("wb") as stdout:
        server = subprocess.Popen(
            command, cwd=ROOT, stdout=stdout, stderr=subprocess.DEVNULL
        )
    try:
        until(lambda: out.read_text().endswith("\n"), "the first line")
        address = "127.0.0.1", int(out.read_text().rpartition(":")[2])
        Client(address).join("ann").leave()
    finally:
        server.terminate()
        server.wait(DEADLINE_S)
    assert out.read_text() == f"Listening on 127.0.0.1:{address[1]}\n"


@pytest.mark.skipif(not _has_ipv6(), reason="this machine has no IPv6")
def test_6_first_line_has_an_IPv6_host_in_brackets(target: Target) -> None:
    with target.run("--host", "::1") as process:
        port = process.address[1]
        assert process.first_line == f"Listening on [::1]:{port}\n"
        Client(("::1", port)).join("ann").close()


def test_6_errors_port_in_use(target: Target, room: Room) -> None:
    done = _run(target, "--port", str(room.address[1]))
    assert done.returncode == 1
    assert str(room.address[1]) in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert done.stdout == ""


BAD_HOSTS = ["no.such.host.invalid", "192.0.2.1", "a\nb"]
MORE_BAD_HOSTS = ["a" * 70, "a..b", "256.1.1.1"]


@pytest.mark.parametrize(
    "bad", [BAD_HOSTS, pytest.param(MORE_BAD_HOSTS, marks=pytest.mark.slow)]
)
def test_6_errors_bad_host(target: Target, bad: list[str]) -> None:
    for host, done in _run_each(target, [["--port", "0", "--host", h] for h in bad]):
        assert done.returncode == 1, host
        assert len(done.stderr.splitlines()) == 1, host
        assert "Traceback" not in done.stderr, host
        assert done.stdout == "", host


BAD_OPTIONS = [
    ["--port", "65536"],
    ["--no-such-option"],
    ["--rate", "nan"],
    ["--max-clients", "1.5"],
    ["extra"],
]
MORE_BAD_OPTIONS = [
    ["--port", "-1"],
    ["--port", "http"],
    ["--rate", "-1"],
    ["--rate", "inf"],
    ["--max-clients", "many"],
]


@pytest.mark.parametrize(
    "bad", [BAD_OPTIONS, pytest.param(MORE_BAD_OPTIONS, marks=pytest.mark.slow)]
)
def test_6_errors_bad_option(target: Target, bad: list[list[str]]) -> None:
    for options, done in _run_each(target, bad):
        assert done.returncode == 2, options
        assert "error: " in done.stderr.splitlines()[-1], options
        assert "Traceback" not in done.stderr, options
        assert done.stdout == "", options


@pytest.mark.parametrize("verbose", [[], ["-v"]], ids=["", "verbose"])
def test_6_log_holds_no_control_character_and_no_message(
    target: Target, tmp_path: Path, verbose: list[str]
) -> None:
    log = tmp_path / "log"
    limits = {"rate": 0, "join_timeout": 5}
    with (
        log.open("wb") as stderr,
        target.run(*verbose, limits=limits, stderr=stderr) as process,
    ):
        ann = Client(process.address)
        ann.send("\x1b[2Jann", "a\u202eb", "a\rb", "ann")
        ann.line_with("[INFO] You are ann")
        ann.send("@all s3cret", "@ann s3cret", "@s3cret s3cret", "s3cret", "@s3cret")
        ann.send("\x1b[2J", "@\x1b[2J", "@\x1b[2J s3cret")
        ann.send_raw(b"s3cret \xff\x1b\n" + b"s3cret\x1b" * 3000)
        assert ann.rest()
        until(lambda: "ann left" in log.read_text(), "the log")
    text = log.read_bytes().decode().replace(os.linesep, "\n")
    assert "ann joined" in text
    assert "s3cret" not in text
    assert all(char.isprintable() or char == "\n" for char in text)
