"""chat/PROTOCOL.md, section 5: each limit, what is past it, and 0 for none."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conformance.room import Room
from tests.conformance.targets import Target
from tests.support import ROOT, Client, until

pytestmark = pytest.mark.needs("joining", "limits")

DEFAULTS = {
    "host": "127.0.0.1",
    "port": "12345",
    "max-clients": "512",
    "max-per-host": "16",
    "max-pending": "64",
    "join-timeout": "15",
    "name-tries": "5",
    "join-rate": "0.5",
    "max-line": "4096",
    "rate": "10",
    "burst": "20",
    "outbox-bytes": "262144",
    "stall-timeout": "30",
}


def _is_refused(room: Room) -> bool:
    """Tell whether a connection is told why it may not come in, and closed."""
    lines = room.connect().rest()
    return len(lines) == 1 and lines[0].startswith("[ERROR] ")


@pytest.mark.parametrize("option", DEFAULTS)
def test_5_defaults_are_those_of_the_table(target: Target, option: str) -> None:
    words = " ".join(_help(target.module).split())
    about = words.partition(f" --{option} ")[2].partition(" --")[0]
    assert f"(default {DEFAULTS[option]})" in about


_HELP: dict[str, str] = {}


def _help(module: str) -> str:
    command = [sys.executable, "-m", module, "--help"]
    if module not in _HELP:
        _HELP[module] = subprocess.check_output(command, cwd=ROOT, text=True)
    return _HELP[module].partition("options:")[2]


def test_5_port_0_takes_any_free_port(target: Target) -> None:
    with target.run() as one, target.run() as other:
        assert one.address[1] != other.address[1]
        for process in (one, other):
            target.client(process.address).join("ann").close()


def test_5_clients_at_once(open_room: Callable[..., Room]) -> None:
    room = open_room(max_clients=3)
    ann, *_ = room.people("ann", "bob", "carl")
    assert _is_refused(room)
    assert _is_refused(room)
    ann.leave()
    room.let_in()


def test_5_clients_at_once_count_before_they_have_a_name(
    open_room: Callable[..., Room],
) -> None:
    room = open_room(max_clients=2)
    greeted = [room.greeted() for _ in range(2)]
    assert _is_refused(room)
    greeted[0].close()
    room.let_in()


def test_5_clients_from_one_address_do_not_count_on_loopback(
    open_room: Callable[..., Room],
) -> None:
    open_room(max_per_host=1).people("ann", "bob", "carl")


def test_5_not_yet_joined(open_room: Callable[..., Room]) -> None:
    room = open_room(max_pending=2)
    ann, _ = room.greeted(), room.greeted()
    assert _is_refused(room)
    ann.send("ann")
    assert ann.line() == "[INFO] You are ann"
    room.let_in()


def test_5_names_that_may_be_refused(open_room: Callable[..., Room]) -> None:
    ann = open_room(name_tries=2).greeted()
    ann.send("!", "!", "ann")
    assert [line[:8] for line in ann.rest()] == ["[ERROR] "] * 2


def test_5_names_0_means_no_limit(open_room: Callable[..., Room]) -> None:
    ann = open_room(name_tries=0).greeted()
    ann.send(*["!"] * 30, "ann")
    assert [line[:8] for line in ann.lines(30)] == ["[ERROR] "] * 30
    assert ann.line() == "[INFO] You are ann"


def test_5_line_bytes(open_room: Callable[..., Room]) -> None:
    ann, bob = open_room(max_line=100).people("ann", "bob")
    ann.send_raw(b"@all " + b"x" * 94 + b"\n" + b"@all " + b"y" * 95 + b"\n")
    assert bob.line() == "ann: " + "x" * 94
    assert ann.line().startswith("[ERROR] ")
    assert bob.settle() == []


def test_5_bytes_without_LF_are_four_lines(open_room: Callable[..., Room]) -> None:
    room = open_room(max_line=100)
    ann, bob = room.people("ann", "bob")
    bob.send_raw(b"x" * 399 + b"\n")
    assert [line[:8] for line in bob.settle()] == ["[ERROR] "]
    ann.send_raw(b"x" * 401)
    assert {line[:8] for line in ann.rest()} == {"[ERROR] "}


def test_5_line_0_means_no_limit(open_room: Callable[..., Room]) -> None:
    ann, bob = open_room(max_line=0).people("ann", "bob")
    ann.send("@all " + "x" * 100_000)
    assert bob.line() == "ann: " + "x" * 100_000


def test_5_max_clients_are_clamped_to_the_open_files_limit(
    target: Target, tmp_path: Path
) -> None:
    resource = pytest.importorskip("resource", reason="this system has no such limit")
    log = tmp_path / "log"
    with (
        log.open("wb") as stderr,
        target.run(
            limits={"max_pending": 0},
            stderr=stderr,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64)),
        ) as process,
    ):
        until(lambda: "allows only 48 clients" in log.read_text(), "the warning")
        room = Room(process, log, target.client)
        people = [room.join(f"p{n}") for n in range(48)]
        assert _is_refused(room)
        people[0].leave()
        room.let_in()
        for person in people:
            person.close()


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc/net/tcp")
def test_5_dead_peers_are_looked_for_after_60_s(room: Room) -> None:
    (ann,) = room.people("ann")
    keep_alive = "02"
    until(lambda: _timer(ann)[0] == keep_alive, "a timer that runs when all is sent")
    assert 40 < _timer(ann)[1] <= 60


def _timer(client: Client) -> tuple[str, float]:
    """Return the kind of the timer of the server's socket, and when it ends, in s."""
    ports = [
        f"{address()[1]:04X}"
        for address in (client.sock.getpeername, client.sock.getsockname)
    ]
    for row in Path("/proc/net/tcp").read_text().splitlines():
        _, local, remote, _, _, timer, *_ = row.split()
        if [local[-4:], remote[-4:]] == ports:
            kind, _, ticks = timer.partition(":")
            return kind, int(ticks, 16) / os.sysconf("SC_CLK_TCK")
    raise AssertionError("the server's socket is not listed")


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="nothing stops a process")
def test_5_backlog_holds_128_connects(target: Target) -> None:
    with target.run(limits={"max_pending": 0}) as process:
        process.send_signal(signal.SIGSTOP)
        waiting = [target.client(process.address, timeout_s=5) for _ in range(120)]
        process.send_signal(signal.SIGCONT)
        for client in waiting:
            assert client.line().startswith("[INFO] ")
            client.close()
