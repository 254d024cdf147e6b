"""chat/PROTOCOL.md, section 4: P1 to P4, what arrives and in which order."""

import itertools
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.conformance.room import Room
from tests.support import Client

pytestmark = pytest.mark.needs("joining", "commands", "order")

SENDERS = [f"s{n}" for n in range(6)]
ROUNDS = 12  # of five lines each
VISITORS = 6
VISITS = [f"v{visitor}.{n}" for visitor in range(VISITORS) for n in range(5)]


def test_P1_the_lines_of_one_client_are_handled_in_order(room: Room) -> None:
    ann, bob = room.people("ann", "bob")
    ann.send(*(f"@{to} {n}" for n in range(100) for to in ("all", "bob")))
    expected = [(f"ann: {n}", f"ann (private): {n}") for n in range(100)]
    assert bob.lines(200) == list(itertools.chain(*expected))


def test_P1_answers_come_in_the_order_of_the_questions(room: Room) -> None:
    ann, _ = room.people("ann", "bob")
    ann.send(*["@people", "no command", "@ann me", "@nobody hi"] * 20)
    starts = ["Online: bob", "[ERROR] ", "ann (private): me", "[ERROR] "] * 20
    for line, start in zip(ann.lines(80), starts, strict=True):
        assert line.startswith(start)


# ---- P2 to P4: many send, join and leave at once, and one watches it all


def _text(n: int) -> str:
    """Return a message that shows when it is torn or mixed; lengths differ."""
    return f"{n} {'abcdefghij'[n % 10] * (n * 37 % 1000)}."


def _speak(sender: Client) -> list[str]:
    seen = []
    for n in range(0, ROUNDS * 5, 5):
        sender.send(*(f"@all {_text(n + i)}" for i in range(5)))
        seen += sender.settle()
    return seen


def _visit(room: Room, visitor: int) -> dict[str, list[str]]:
    """Come and go under a new name each time; return what was seen of the room."""
    seen = {}
    for name in VISITS[visitor::VISITORS]:
        with room.client(room.address) as client:
            client.join(name)
            client.send(f"@all {_text(0)}")
            seen[name] = client.settle() + client.leave()
    return seen


def _at_once(tasks: list[Callable[[], object]]) -> list[object]:
    barrier = threading.Barrier(len(tasks))

    def run(task: Callable[[], object]) -> object:
        barrier.wait()
        return task()

    with ThreadPoolExecutor(len(tasks)) as threads:
        return list(threads.map(run, tasks))


def _others(lines: list[str], name: str) -> list[str]:
    return [line for line in lines if not line.startswith(f"{name}: ")]


class Told:
    """What everyone saw of a busy time in the room."""

    def __init__(self, room: Room) -> None:
        watcher, *senders = room.people("watcher", *SENDERS)
        tasks = [lambda s=s: _speak(s) for s in senders]
        tasks += [lambda v=v: _visit(room, v) for v in range(VISITORS)]
        seen = _at_once(tasks)
        self.all = watcher.settle()
        self.by_sender = {
            name: lines + sender.settle()
            for name, lines, sender in zip(SENDERS, seen, senders, strict=False)
        }
        self.by_visit = {k: v for part in seen[len(SENDERS) :] for k, v in part.items()}


@pytest.fixture
def told(room: Room) -> Told:
    return Told(room)


def test_P2_everyone_sees_lines_for_everyone_in_one_order(told: Told) -> None:
    for name, lines in told.by_sender.items():
        assert lines == _others(told.all, name)


def test_P3_every_line_arrives_whole_and_once(told: Told) -> None:
    for name in SENDERS:
        lines = [line for line in told.all if line.startswith(f"{name}: ")]
        assert lines == [f"{name}: {_text(n)}" for n in range(ROUNDS * 5)]
    rest = [line for line in told.all if not line.startswith("s")]
    visits = [
        (f"[INFO] {v} joined", f"{v}: {_text(0)}", f"[INFO] {v} left") for v in VISITS
    ]
    assert sorted(rest) == sorted(itertools.chain(*visits))


def test_P4_a_newcomer_sees_all_from_its_joining_on_and_nothing_before(
    told: Told,
) -> None:
    for name, lines in told.by_visit.items():
        start = told.all.index(f"[INFO] {name} joined") + 1
        end = told.all.index(f"[INFO] {name} left")
        assert lines == _others(told.all[start:end], name)
    assert any(told.by_visit.values()), "nobody spoke while the visitors were there"


def test_P4_nothing_from_before(room: Room) -> None:
    ann, bob = room.people("ann", "bob")
    newcomer = room.greeted()
    ann.send("@all before")
    assert bob.line() == "ann: before"
    newcomer.send("carl")
    newcomer.line_with("[INFO] You are carl")
    assert newcomer.line().startswith("[INFO] ")
    ann.send("@all after")
    assert newcomer.line() == "ann: after"


def test_P3_a_reader_in_small_pieces_gets_every_line(room: Room) -> None:
    (ann,) = room.people("ann")
    slow = room.join("slow", receive_bytes=4096)
    ann.send(*(f"@all {n} {'x' * 1000}" for n in range(250)))
    received = bytearray()
    while received.count(b"\n") < 250:
        data = slow.sock.recv(500)
        assert data, "it was cut off"
        received += data
    expected = [f"ann: {n} {'x' * 1000}" for n in range(250)]
    assert received.decode().splitlines() == expected
