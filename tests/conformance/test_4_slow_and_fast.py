"""chat/PROTOCOL.md, section 4: P5 to P7, slow readers, fast senders and bad clients."""

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from tests.conformance.room import Room
from tests.conformance.targets import Target
from tests.support import Client, until

slow = pytest.mark.needs("joining", "commands", "eviction")
fast = pytest.mark.needs("joining", "commands", "rate")
faults = pytest.mark.needs("joining", "commands", "framing", "faults")

FULL = "x" * 4000  # a few dozen of these fill the kernel's buffers
# So many bytes a client takes until the server finds room: chat/DESIGN.md says how many
# it was on Linux.
ROOM_BYTES = 16 * 1024


def _fill(sender: Client, name: str, lines: int = 100) -> None:
    """Send `name` more than the kernel takes for a client that does not read."""
    sender.send(*[f"@{name} {FULL}"] * lines)


@slow
def test_P5_a_client_that_reads_nothing_delays_nobody(
    open_room: Callable[..., Room],
) -> None:
    room = open_room(outbox_bytes=0)
    ann, bob = room.people("ann", "bob")
    room.join("stuck", receive_bytes=4096)
    _fill(ann, "stuck")
    for n in range(100):
        ann.send(f"@all {n}")
        assert bob.line_with("ann: ") == f"ann: {n}"
    ann.send("@people")
    assert ann.line_with("Online: ") == "Online: bob, stuck"


@slow
def test_P5_a_client_for_which_too_much_waits_is_disconnected(
    open_room: Callable[..., Room],
) -> None:
    room = open_room(outbox_bytes=20_000)
    ann, bob = room.people("ann", "bob")
    stuck = room.join("stuck", receive_bytes=4096)
    _fill(ann, "stuck")
    assert bob.lines(2) == ["[INFO] stuck joined", "[INFO] stuck left"]
    assert stuck.ended()
    until(lambda: "stuck left: evicted: " in room.log(), "a line in the log")
    assert room.log().rpartition("evicted: ")[2].strip().endswith(" bytes waiting")


@slow
def test_P5_by_default_256_KiB_may_wait(room: Room) -> None:
    ann, bob = room.people("ann", "bob")
    room.join("stuck", receive_bytes=4096)
    assert bob.line() == "[INFO] stuck joined"
    waiting = 0
    while "stuck" in _online(bob):
        _fill(ann, "stuck", 10)
        waiting += 10 * len(f"ann (private): {FULL}\n")
        ann.settle()
        assert waiting < 16 * 1024 * 1024, "nobody evicts it"
    assert waiting > 256 * 1024


def _online(client: Client) -> list[str]:
    client.send("@people")
    answer = client.line()
    while not answer.startswith(("Online: ", "No other")):
        answer = client.line()
    return answer.removeprefix("Online: ").split(", ")


@slow
def test_P5_a_client_that_takes_nothing_is_disconnected_unless_nothing_waits(
    open_room: Callable[..., Room],
) -> None:
    room = open_room(outbox_bytes=0, stall_timeout=0.3)
    ann, idle = room.people("ann", "idle")
    stuck = room.join("stuck", receive_bytes=4096)
    _fill(ann, "stuck")
    # Once stuck is gone, 0.3 s have passed for idle as well.
    assert idle.lines(2) == ["[INFO] stuck joined", "[INFO] stuck left"]
    assert stuck.ended()
    assert idle.settle() == []


@slow
def test_P5_a_client_that_takes_a_little_at_a_time_stays(
    open_room: Callable[..., Room],
) -> None:
    for stall_s in (0.3, 1.2, 4.8, 20.0):
        room = open_room(outbox_bytes=0, stall_timeout=stall_s)
        (ann,) = room.people("ann")
        slow_reader = room.join("slow", receive_bytes=4096)
        _fill(ann, "slow", 400)
        longest_s = _take_a_little(slow_reader, 3 * stall_s)
        if longest_s < stall_s / 2:  # else this machine was too busy to read in time
            break
    assert "slow" in _online(ann)


def _take_a_little(client: Client, for_s: float) -> float:
    """Read a little at a time; return the longest time that ROOM_BYTES took."""
    pause = threading.Event()
    begun_at = last_at = now = time.monotonic()
    longest_s, taken = 0.0, 0
    with contextlib.suppress(ConnectionError):
        while now < begun_at + for_s and (data := client.sock.recv(4000)):
            pause.wait(for_s / 200)
            now = time.monotonic()
            taken += len(data)
            longest_s = max(longest_s, now - last_at)
            if taken >= ROOM_BYTES:
                last_at, taken = now, 0
    return longest_s


@fast
def test_P6_after_a_burst_of_20_come_10_lines_a_second(
    open_room: Callable[..., Room],
) -> None:
    ann, bob = open_room(rate=10, burst=20).people("ann", "bob")
    started_at = time.monotonic()
    ann.send(*(f"@all {n}" for n in range(23)))  # her name was the first line
    assert bob.lines(23) == [f"ann: {n}" for n in range(23)]
    assert time.monotonic() - started_at > 0.3


@fast
def test_P6_no_line_is_lost(open_room: Callable[..., Room]) -> None:
    ann, bob = open_room(rate=500, burst=1).people("ann", "bob")
    ann.send(*(f"@all {n}" for n in range(100)))
    assert ann.leave() == []
    assert bob.lines(101) == [*(f"ann: {n}" for n in range(100)), "[INFO] ann left"]


@pytest.fixture
def slowed(target: Target) -> Iterator[tuple[Client, Client]]:
    """Ann and bob, whose lines take 100 s each once their burst is over.

    In a server of their own: when they go, what they sent still waits in it.
    """
    with (
        target.run(limits={"rate": 0.01, "burst": 20}) as process,
        target.client(process.address).join("ann") as ann,
        target.client(process.address).join("bob") as bob,
    ):
        assert ann.line() == "[INFO] bob joined"
        yield ann, bob


@fast
def test_P6_a_burst_is_not_slowed_down(slowed: tuple[Client, Client]) -> None:
    ann, bob = slowed
    ann.send(*(f"@all {n}" for n in range(19)))  # her name was the first line
    assert bob.lines(19) == [f"ann: {n}" for n in range(19)]


@fast
def test_P6_a_client_that_is_slowed_down_delays_nobody(
    slowed: tuple[Client, Client],
) -> None:
    ann, bob = slowed
    ann.send(*(f"@all {n}" for n in range(1000)))
    assert bob.lines(19) == [f"ann: {n}" for n in range(19)]
    assert _online(bob) == ["ann"]


@fast
def test_P6_what_is_too_much_waits_in_TCP(slowed: tuple[Client, Client]) -> None:
    ann, bob = slowed
    assert _push(ann.sock, b"@all x\n" * 10_000) < 64_000_000
    assert bob.lines(19) == ["ann: x"] * 19
    assert _online(bob) == ["ann"]


def _push(sock: socket.socket, data: bytes) -> int:
    """Send `data` over and over until nobody takes it; return how much went."""
    sock.setblocking(False)
    taken = 0
    with contextlib.suppress(BlockingIOError):
        while taken < 64_000_000:
            taken += sock.send(data)
    return taken


@pytest.mark.needs("rate")
def test_P6_0_means_no_limit(open_room: Callable[..., Room]) -> None:
    ann, bob = open_room(rate=0, burst=1).people("ann", "bob")
    ann.send(*(f"@all {n}" for n in range(500)))  # 50 s at 10 a second
    assert bob.lines(500)[-1] == "ann: 499"


def _bad_bytes(client: Client) -> None:
    client.send_raw(bytes(range(128, 256)) * 20 + b"\n")


def _endless_line(client: Client) -> None:
    client.send_raw(b"\x00" * 20_000)


def _web_browser(client: Client) -> None:
    client.send_raw(b"GET / HTTP/1.1\r\nHost: chat\r\n\r\n")


def _flood_of_errors(client: Client) -> None:
    client.send(*["no command"] * 2000)


def _flood_of_questions(client: Client) -> None:
    client.send(*["@help"] * 2000)


@faults
@pytest.mark.parametrize("how", ["stays", "closes", "resets"])
@pytest.mark.parametrize("named", [False, True], ids=["no name yet", "joined"])
@pytest.mark.parametrize(
    "misbehave",
    [_bad_bytes, _endless_line, _web_browser, _flood_of_errors, _flood_of_questions],
)
def test_P7_the_fault_of_one_client_ends_no_other(
    room: Room, misbehave: Callable[[Client], None], named: bool, how: str
) -> None:
    ann, bob = room.people("ann", "bob")
    culprit = room.join("culprit") if named else room.greeted()
    misbehave(culprit)
    if how == "closes":
        culprit.close()
    elif how == "resets":
        culprit.reset()
    ann.send("@all still here?")
    assert bob.line_with("ann: ") == "ann: still here?"
    bob.send("@ann yes")
    assert ann.line_with("bob ") == "bob (private): yes"
