"""Faults from outside: after each, threads, descriptors and memory are back.

They need to see the server from outside as well, so they read Linux's /proc.
"""

import contextlib
import signal
import sys
import sysconfig
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from lessons.checking.timing import spend
from tests.conformance.room import Room
from tests.proc import cpu_s_of, descriptors_of, resident_bytes_of, threads_of
from tests.support import Client, server_process, until

resource = pytest.importorskip("resource", reason="needs limits of a process")
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")

OPTIONS = (
    "--rate=0 --max-clients=0 --max-pending=0 --join-timeout=0 "
    "--outbox-bytes=20000 --stall-timeout=0.3"
).split()
FULL = "[ERROR] The server is full; try again later"
# More than this is a leak, less may be the allocator's.  Without the GIL each thread
# has a heap of its own, and 50 threads leave 15 MB that later threads use.
WITHOUT_GIL = bool(sysconfig.get_config_var("Py_GIL_DISABLED"))
MEMORY_BYTES = (24 if WITHOUT_GIL else 8) * 1024 * 1024
# How much memory the C library keeps for later depends on how many threads lived at
# once, and so on how busy the machine is: it keeps one heap for all threads, and no
# stacks of threads that have ended.
KEEPS_LITTLE = {
    "MALLOC_ARENA_MAX": "1",
    "GLIBC_TUNABLES": "glibc.pthread.stack_cache_size=0",
}


def _cpu_beside(pid: int, spent_s: float) -> float:
    """Return the processor time that a process takes while we spend `spent_s`.

    On a busy machine a loop without an end gets little in any fixed time, but about as
    much as we do; one that rests gets next to none.
    """
    before_s = cpu_s_of(pid)
    spend(spent_s)
    return cpu_s_of(pid) - before_s


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    """One server that has to bear all of it."""
    log = tmp_path_factory.mktemp("faults") / "log"
    with (
        log.open("wb") as stderr,
        server_process(*OPTIONS, stderr=stderr, env=KEEPS_LITTLE) as process,
    ):
        room = Room(process, log)
        for _ in range(20):  # so that what is allocated once is allocated
            room.people("ann", "bob")
            room.clear()
        yield room


@pytest.fixture
def room(server: Room) -> Iterator[Room]:
    """See that the server is afterwards as it was before."""
    pid = server.process.pid
    until(lambda: threads_of(pid) == 4, "main, accept, postman and log alone")
    descriptors, resident = descriptors_of(pid), resident_bytes_of(pid)
    yield server
    server.clear()
    until(lambda: threads_of(pid) == 4, "a thread stayed")
    until(lambda: descriptors_of(pid) == descriptors, "a descriptor stayed open")
    assert resident_bytes_of(pid) < resident + MEMORY_BYTES


# ---- how a client goes, and at which stage


def _connected(room: Room) -> Client:
    return room.connect()


def _greeted(room: Room) -> Client:
    return room.greeted()


def _in_its_name(room: Room) -> Client:
    client = room.greeted()
    client.send_raw(b"cul")
    return client


def _refused(room: Room) -> Client:
    client = room.greeted()
    client.send("!", "@", "two words")
    return client


def _just_named(room: Room) -> Client:
    client = room.connect()
    client.send("culprit")
    return client


def _joined(room: Room) -> Client:
    return room.join("culprit")


def _in_a_line(room: Room) -> Client:
    client = room.join("culprit")
    client.send_raw(b"@all cut")
    return client


def _in_a_long_line(room: Room) -> Client:
    client = room.join("culprit")
    client.send_raw(b"x" * 10_000)
    return client


def _with_answers_on_their_way(room: Room) -> Client:
    client = room.join("culprit")
    client.send(*["@people"] * 500)
    return client


def _with_much_waiting(room: Room) -> Client:
    client = room.join("culprit", receive_bytes=4096)
    client.send(*[f"@culprit {'x' * 4000}"] * 35)
    return client


STAGES = [
    _connected,
    _greeted,
    _in_its_name,
    _refused,
    _just_named,
    _joined,
    _in_a_line,
    _in_a_long_line,
    _with_answers_on_their_way,
    _with_much_waiting,
]


@pytest.mark.parametrize("go", [Client.close, Client.reset, Client.half_close])
@pytest.mark.parametrize("stage", STAGES)
def test_a_client_may_go_at_any_stage(
    room: Room, stage: Callable[[Room], Client], go: Callable[[Client], None]
) -> None:
    ann, bob = room.people("ann", "bob")
    culprit = stage(room)
    go(culprit)
    if go is Client.half_close:
        assert culprit.ended()
    ann.send("@all still here")
    assert bob.line_with("ann: ") == "ann: still here"
    # Whoever sends a name and goes is let in later, and then leaves.
    until(lambda: _joins(room, "culprit"), "its name is free again")


def _joins(room: Room, name: str) -> bool:
    client = room.greeted()
    client.send(name)
    if client.line().startswith("[INFO] You are"):
        return True
    client.close()
    return False


def _online(client: Client) -> list[str]:
    client.send("@people")
    return client.line_with("Online: ").removeprefix("Online: ").split(", ")


# ---- those who read slowly or not at all


def test_a_receiver_that_never_reads_is_evicted_and_the_log_says_so(room: Room) -> None:
    ann, bob = room.people("ann", "bob")
    stuck = room.join("stuck", receive_bytes=4096)
    ann.send(*["@stuck " + "x" * 4000] * 100)
    assert bob.lines(2) == ["[INFO] stuck joined", "[INFO] stuck left"]
    assert stuck.ended()
    until(lambda: "stuck left: evicted: " in room.log(), "the log")


def test_a_receiver_that_takes_a_byte_at_a_time_gets_every_line(room: Room) -> None:
    ann, bob = room.people("ann", "bob")
    slow = room.join("slow", receive_bytes=4096)
    assert bob.line() == "[INFO] slow joined"
    lines = [f"{n} {'x' * 90}" for n in range(100)]
    ann.send(*(f"@all {line}" for line in lines))
    assert bob.lines(100) == [f"ann: {line}" for line in lines]
    received = bytearray()
    while received.count(b"\n") < 100:
        received += slow.sock.recv(1)
    assert received.decode().splitlines() == [f"ann: {line}" for line in lines]


def test_a_flood_that_nobody_reads_ends_its_sender_alone(room: Room) -> None:
    ann, bob = room.people("ann", "bob")
    flood = room.join("flood", receive_bytes=4096)
    with contextlib.suppress(ConnectionError, TimeoutError):
        flood.sock.settimeout(0.5)
        flood.send(*["@help"] * 20_000)  # a megabyte and more of answers
    assert bob.lines(2) == ["[INFO] flood joined", "[INFO] flood left"]
    ann.send("@bob hi")
    assert bob.line() == "ann (private): hi"


# ---- crowds


def test_500_connects_and_resets(room: Room) -> None:
    ann, bob = room.people("ann", "bob")
    for n in range(500):
        client = Client(room.address)
        if n % 2:
            client.send(f"c{n}", "@all hi")
        if n % 50 == 0:
            client.line()  # so that the backlog does not run over
        client.reset()
    ann.send("@bob still here")
    assert bob.line_with("ann (private): ") == "ann (private): still here"
    until(lambda: _online(bob) == ["ann"], "500 leavings")


def test_50_claims_of_one_name(room: Room) -> None:
    claimants = [room.greeted() for _ in range(50)]
    barrier = threading.Barrier(50)

    def claim(client: Client) -> str:
        barrier.wait()
        client.send("sam")
        return client.line()

    with ThreadPoolExecutor(50) as threads:
        answers = list(threads.map(claim, claimants))
    assert answers.count("[INFO] You are sam") == 1
    assert sum("sam is taken" in answer for answer in answers) == 49


# ---- no more descriptors


@pytest.fixture
def poor(tmp_path: Path) -> Iterator[Room]:
    """A server that may open 64 files, and is not told what that means."""
    log = tmp_path / "log"
    with (
        log.open("wb") as stderr,
        server_process(
            *OPTIONS,
            stderr=stderr,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64)),
        ) as process,
    ):
        room = Room(process, log)
        yield room
        room.clear()
        until(lambda: threads_of(process.pid) == 4, "a thread stayed")


def _fill(room: Room) -> list[Client]:
    """Connect until the server has no descriptor left; return those let in."""
    clients = []
    while (client := room.connect()).line() != FULL:
        clients.append(client)
        assert len(clients) < 64
    return clients


def test_without_descriptors_it_refuses_does_not_spin_and_recovers(poor: Room) -> None:
    clients = _fill(poor)
    assert len(clients) > 40
    for _ in range(30):
        assert poor.connect().rest() == [FULL]
    assert _cpu_beside(poor.process.pid, 0.4) < 0.1
    clients[0].send("ann")  # those inside are served
    assert clients[0].line() == "[INFO] You are ann"
    for client in clients[1:]:
        client.close()
    poor.let_in().close()
    assert "Traceback" not in poor.log()


def test_without_descriptors_clients_that_reset_while_they_wait_do_no_harm(
    poor: Room,
) -> None:
    _fill(poor)
    poor.process.send_signal(signal.SIGSTOP)
    waiting = [Client(poor.address) for _ in range(30)]
    for client in waiting:
        client.reset()
    poor.process.send_signal(signal.SIGCONT)
    for _ in range(3):
        assert poor.connect().rest() == [FULL]


# ---- an idle room


def test_an_idle_server_takes_no_time(room: Room) -> None:
    for n in range(50):
        room.join(f"c{n}")
    pid = room.process.pid
    assert threads_of(pid) == 54
    assert _cpu_beside(pid, 0.4) < 0.05
