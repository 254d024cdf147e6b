"""A minute with 320 clients: half come and go, 20 change rooms, 5 are hostile.

Not in the default run: python -m pytest -m soak.  Every line that anyone got is
accounted for by the promises of chat/PROTOCOL.md, section 4.
"""

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from functools import partial

import pytest

from tests.proc import descriptors_of, resident_bytes_of, threads_of
from tests.soak_crowd import Crowd, Guest
from tests.soak_rooms import LOBBY, REMOVED, ROOMS, Walkers, parts, stays
from tests.support import SCALE, Client, server_process, until

pytestmark = [
    pytest.mark.soak,
    pytest.mark.skipif(sys.platform != "linux", reason="reads /proc"),
]

LENGTH_S = float(os.environ.get("SOAK_S", "60"))
STABLE = 150
VISITORS = 145  # and 5 hostile ones
RATE = 20  # lines a second
BURST = 20
OPTIONS = (
    f"--rate={RATE} --burst={BURST} --max-clients=0 --max-pending=0 --stall-timeout=2"
).split()
# The console reads a pipe as if it were a terminal.
TAUGHT = (
    "import sys; from chat.server import app, console;"
    "console.has_terminal = lambda: True; console.open_prompt = lambda: None;"
    "sys.exit(app.main(['--port', '0', *sys.argv[1:]]))"
)
END = b"closer: the end\n"
WELCOME_LINES = 3
FLAGS = "\U0001f1e6" * 1000  # with letters of flags a line once took a client 50 ms
DEAR = "@" + "\ufdfa" * 1360 + " x\n"  # each turns into 18 letters
BURSTS = 6  # who send at once what they may, in lines of 4 KB


# ---- who does what


class Party:
    """The guests by kind."""

    def __init__(self, crowd: Crowd) -> None:
        self.crowd = crowd
        self.stable = [crowd.enter("watcher")]
        self.visits: list[Guest] = []
        self.deaf: list[Guest] = []
        self.resets: list[Guest] = []
        self.endless: list[Guest] = []
        self.bursts: list[Guest] = []
        self.bomb: Guest | None = None
        self.dear: Guest | None = None
        self.garbage: Guest | None = None
        self.flood: Guest | None = None

    def begin(self) -> None:
        """Let everyone in, over a second or two."""
        for n in range(1, STABLE):
            self.crowd.after(n * 0.01, partial(self._enter_stable, n))
        for n in range(VISITORS):
            self.crowd.after(n * 0.03, partial(self._visit, n, 0))
        self.crowd.after(2, self._enter_garbage)
        self.crowd.after(2, self._enter_flood)
        self.crowd.after(2, self._enter_bomb)
        self.crowd.after(2, self._enter_dear)
        for n in range(BURSTS):
            self.crowd.after(3, partial(self._enter_burst, n))
        self.crowd.after(2, partial(self._enter_deaf, 0))
        self.crowd.after(2, partial(self._enter_reset, 0))
        self.crowd.after(2, partial(self._enter_endless, 0))

    def end(self, others: list[Guest]) -> None:
        """Let everyone go but the stable ones and those others."""
        self.crowd.cancel_all()
        for guest in self.crowd.guests:
            if guest not in self.stable + others and not guest.gone:
                self.crowd.leave(guest, "reset")

    # the peaceful

    def _enter_stable(self, n: int) -> None:
        guest = self.crowd.enter(f"s{n}")
        self.stable.append(guest)
        self._chatter(guest, 0)

    def _chatter(self, guest: Guest, n: int) -> None:
        self.crowd.say(guest, f"{n} {'x' * self.crowd.random.randrange(80)}.")
        self.crowd.after(2, partial(self._chatter, guest, n + 1))

    def _visit(self, visitor: int, n: int) -> None:
        guest = self.crowd.enter(f"v{visitor}.{n}")
        self.visits.append(guest)
        self.crowd.say(guest, "hi")
        how = self.crowd.random.choice(["half-close", "half-close", "close", "reset"])
        stay_s = self.crowd.random.uniform(2, 8)
        self.crowd.after(stay_s, partial(self.crowd.leave, guest, how))
        self.crowd.after(stay_s + 0.3, partial(self._visit, visitor, n + 1))

    # the hostile

    def _enter_deaf(self, n: int) -> None:
        """Read nothing, and have more than enough sent to oneself."""
        guest = self.crowd.enter(f"deaf{n}", reads=False)
        self.deaf.append(guest)
        guest.to_send += f"@deaf{n} {'x' * 4000}\n".encode() * 120
        self.crowd.after(8, partial(self._enter_deaf, n + 1))

    def _enter_flood(self) -> None:
        self.flood = self.crowd.enter("flood")
        for n in range(int(LENGTH_S * 500)):
            self.flood.say(str(n))

    def _enter_bomb(self) -> None:
        self.bomb = self.crowd.enter("bomb")
        self._throw(self.bomb, 0)

    def _throw(self, guest: Guest, n: int) -> None:
        self.crowd.say(guest, f"{n} {FLAGS}")
        self.crowd.after(5, partial(self._throw, guest, n + 1))

    def _enter_burst(self, n: int) -> None:
        guest = self.crowd.enter(f"burst{n}")
        self.bursts.append(guest)
        for line in range(3):
            self.crowd.say(guest, f"{line} {'y' * 4000}")

    def _enter_dear(self) -> None:
        """Send names that are far too long, and that would take long to fold."""
        self.dear = self.crowd.enter("dear")
        self._send_dear(self.dear)

    def _send_dear(self, guest: Guest) -> None:
        guest.to_send += DEAR.encode()
        self.crowd.wants_to_send(guest)
        self.crowd.after(1, partial(self._send_dear, guest))

    def _enter_garbage(self) -> None:
        self.garbage = self.crowd.enter("garbage")
        self._send_garbage(self.garbage)

    def _send_garbage(self, guest: Guest) -> None:
        line = self.crowd.random.randbytes(300).replace(b"\n", b"\r").replace(b"@", b"")
        guest.to_send += b"\xff" + line + b"\n" + line[:50] + b"\n"
        self.crowd.wants_to_send(guest)
        self.crowd.after(0.3, partial(self._send_garbage, guest))

    def _enter_reset(self, n: int) -> None:
        guest = self.crowd.enter(f"reset{n}")
        self.resets.append(guest)
        for text in ("one", "two", "three"):
            self.crowd.say(guest, text)
        self.crowd.after(0.2, partial(self.crowd.leave, guest, "reset"))
        self.crowd.after(0.4, partial(self._enter_reset, n + 1))

    def _enter_endless(self, n: int) -> None:
        guest = self.crowd.enter(f"endless{n}")
        self.endless.append(guest)
        guest.to_send += b"x" * 100_000
        self.crowd.after(3, partial(self._enter_endless, n + 1))


# ---- the minute itself


class Soak:
    """What is left of the minute: who got what, and the server at rest again."""

    def __init__(
        self, party: Party, walkers: Walkers, log: str, all_lines: list[str]
    ) -> None:
        self.party = party
        self.walkers = walkers
        self.log = log
        self.all = all_lines
        self.records = walkers.records(all_lines)  # of each room, the lobby included


def _lines(guest: Guest) -> list[str]:
    """Return the whole lines that `guest` got after its welcome."""
    return guest.got.decode().split("\n")[WELCOME_LINES:-1]


def _counts(pid: int) -> tuple[int, int]:
    """Return how many threads and descriptors the server has."""
    return threads_of(pid), descriptors_of(pid)


def _resident_mb(pid: int) -> float:
    return resident_bytes_of(pid) / 1e6


def _have_ended(party: Party) -> bool:
    return all(guest.got.endswith(END) for guest in party.stable)


@pytest.fixture(scope="module")
def soak(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Soak]:
    path = tmp_path_factory.mktemp("soak") / "log"
    command = [sys.executable, "-c", TAUGHT, *OPTIONS]
    with (
        path.open("wb") as log,
        server_process(command=command, stderr=log, stdin=subprocess.PIPE) as server,
    ):
        Client(server.address).join("first").leave()
        until(lambda: _counts(server.pid)[0] == 5)  # the console's thread is one
        before, before_mb = _counts(server.pid), _resident_mb(server.pid)
        crowd = Crowd(server.address)
        party = Party(crowd)
        crowd.run_until(lambda: b"You are" in party.stable[0].got, 5)
        walkers = Walkers(crowd, partial(print, file=server.stdin, flush=True))
        assert crowd.run_until(walkers.are_watched, 20 * SCALE)
        party.begin()
        walkers.begin()
        crowd.run_until(lambda: False, LENGTH_S)
        most, most_mb = _counts(server.pid), _resident_mb(server.pid)
        party.end(list(walkers.watchers.values()))
        alone = before[0] + STABLE + len(ROOMS)
        assert crowd.run_until(lambda: _counts(server.pid)[0] == alone, 20 * SCALE)
        with Client(server.address).join("closer") as closer:
            closer.send("@all the end")
            assert crowd.run_until(lambda: _have_ended(party), 20 * SCALE)
            walkers.ask_for_the_end()
            assert crowd.run_until(walkers.have_ended, 20 * SCALE)
        crowd.close()
        until(lambda: _counts(server.pid) == before, "threads and descriptors back")
        assert _resident_mb(server.pid) < before_mb + 32
        all_lines = _lines(party.stable[0])
        print(
            f"\nsoak: {LENGTH_S:g} s, {len(all_lines)} lines for everyone, "
            f"{sum(g.got.count(10) for g in crowd.guests)} delivered, "
            f"{len(crowd.guests)} connections; threads and files {before}, {most} in "
            f"the crowd, {_counts(server.pid)} after; memory {before_mb:.0f}, "
            f"{most_mb:.0f}, {_resident_mb(server.pid):.0f} MB"
        )
        server.terminate()
        assert server.wait(3 * SCALE) == 0
        yield Soak(party, walkers, path.read_text(), all_lines)


# ---- the account


def _but(lines: list[str], name: str) -> list[str]:
    return [line for line in lines if not line.startswith(f"{name}: ")]


def _of(lines: list[str], name: str) -> list[str]:
    return [line for line in lines if line.startswith(f"{name}: ")]


def _since(lines: list[str], name: str) -> list[str]:
    return lines[lines.index(f"[INFO] {name} joined") + 1 :]


def test_P2_and_P4_all_stable_ones_saw_the_same_from_their_joining_on(
    soak: Soak,
) -> None:
    for guest in soak.party.stable[1:]:
        assert _lines(guest) == _but(_since(soak.all, guest.name), guest.name)


def test_P2_and_P4_each_visitor_saw_its_part_of_the_same(soak: Soak) -> None:
    for guest in soak.party.visits:
        seen = _lines(guest)
        if f"[INFO] {guest.name} joined" not in soak.all:
            assert seen == []  # it went before its name was read
            continue
        expected = _but(_since(soak.all, guest.name), guest.name)
        if guest.gone == "half-close":
            end = expected.index(f"[INFO] {guest.name} left")
            assert seen == expected[:end]
        else:
            assert seen == expected[: len(seen)]


def test_P1_and_P3_every_line_of_a_stable_one_arrived_once_and_in_order(
    soak: Soak,
) -> None:
    by_sender: dict[str, list[str]] = {}
    for line in soak.all:
        by_sender.setdefault(line.partition(": ")[0], []).append(line)
    for guest in soak.party.stable[1:]:
        assert by_sender[guest.name] == guest.sent_lines


def test_3_joined_and_left_are_told_once_each(soak: Soak) -> None:
    told = Counter(
        line
        for record in soak.records.values()
        for line in record
        if line.startswith("[INFO] ")
        and line.split()[2:4] not in (["went", "to"], ["came", "from"])
    )
    assert set(told.values()) == {1}
    joined = {line.split()[1] for line in told if line.endswith(" joined")}
    left = {line.split()[1] for line in told if line.endswith(" left")}
    stable = {guest.name for guest in soak.party.stable[1:]}
    watchers = {guest.name for guest in soak.walkers.watchers.values()}
    assert joined - left == stable | watchers | {"closer"}
    assert left <= joined


def test_every_line_has_a_sender_that_said_it(soak: Soak) -> None:
    said = {line for guest in soak.party.crowd.guests for line in guest.sent_lines}
    talk = [line for line in soak.all if not line.startswith("[INFO] ")]
    assert set(talk) <= said | {"closer: the end"}
    assert len(set(talk)) == len(talk)


def test_7_each_walker_saw_its_part_of_each_room(soak: Soak) -> None:
    """P2, P3 and P4 hold in each room, also for whoever is removed meanwhile."""
    moves = 0
    for guest in soak.walkers.all:
        seen = stays(guest)
        moves += len(seen) - 1
        left = {room: parts(guest.name, soak.records[room]) for room in soak.records}
        for room, lines in seen[:-1]:
            assert lines == left[room].pop(0)
        room, lines = seen[-1]
        if not left[room]:
            assert (room, lines) == (LOBBY, [])  # it went before its name was read
            continue
        part = left[room].pop(0)
        if lines[-1:] == [REMOVED]:
            lines.pop()
        elif guest.gone == "half-close" and guest not in soak.walkers.kicked:
            assert lines == part
            assert not any(left.values())
        assert lines == part[: len(lines)]
    assert moves > LENGTH_S / 2


def test_7_what_a_walker_says_is_in_its_room_once_and_in_order(soak: Soak) -> None:
    for guest in soak.walkers.all:
        said = [
            line
            for room in soak.records
            for line in _of(soak.records[room], guest.name)
        ]
        said.sort(key=lambda line: int(line.split()[1]))
        assert said == guest.sent_lines[: len(said)]
        if guest.gone == "half-close" and guest not in soak.walkers.kicked:
            assert said == guest.sent_lines
    for room, record in soak.records.items():
        for line in record:
            if line[0] == "w" and line[1:2].isdigit():
                assert line.endswith(f" in {room}")


def test_7_those_whom_the_teacher_removes_are_gone(soak: Soak) -> None:
    removed = [guest for guest in soak.walkers.kicked if REMOVED.encode() in guest.got]
    assert len(removed) > LENGTH_S / 10
    for guest in removed:
        assert guest.ended
        record = [line for lines in soak.records.values() for line in lines]
        assert record.count(f"[INFO] {guest.name} left") == 1


def test_P5_those_who_read_nothing_are_evicted(soak: Soak) -> None:
    early = soak.party.deaf[: max(1, int((LENGTH_S - 12) / 8))]
    for guest in early:
        assert f" {guest.name} left: evicted: " in soak.log
        assert f"[INFO] {guest.name} left" in soak.all


def test_P6_the_flood_is_slowed_down_and_not_cut_short(soak: Soak) -> None:
    lines = _of(soak.all, "flood")
    assert lines == soak.party.flood.sent_lines[: len(lines)]
    time_s = LENGTH_S - 2
    assert RATE * time_s * 0.9 < len(lines) < RATE * (time_s + 2) + BURST


def test_P5_bursts_and_dear_lines_arrive_and_evict_nobody(soak: Soak) -> None:
    bomb = soak.party.bomb
    lines = _of(soak.all, bomb.name)
    assert len(lines) > LENGTH_S / 10
    assert lines == bomb.sent_lines[: len(lines)]
    for guest in soak.party.bursts:
        assert _of(soak.all, guest.name) == guest.sent_lines
    for guest in (bomb, soak.party.dear, *soak.party.bursts):
        assert f" {guest.name} left: evicted" not in soak.log


def test_3_a_name_that_is_far_too_long_is_nobodys(soak: Soak) -> None:
    answers = [line for line in _lines(soak.party.dear) if line.startswith("[ERROR] ")]
    assert len(answers) > LENGTH_S / 4
    assert all("is not online" in answer for answer in answers)


def test_F3_garbage_gets_errors_and_is_not_delivered(soak: Soak) -> None:
    garbage = soak.party.garbage
    answers = [line for line in _lines(garbage) if line.startswith("[ERROR] ")]
    assert len(answers) > (LENGTH_S - 4) / 0.3
    assert "[INFO] garbage joined" in soak.all
    assert _of(soak.all, "garbage") == []


def test_P7_those_who_reset_say_a_part_of_their_lines_in_order(soak: Soak) -> None:
    for guest in soak.party.resets:
        lines = _of(soak.all, guest.name)
        assert lines == guest.sent_lines[: len(lines)]


def test_F2_endless_lines_are_closed(soak: Soak) -> None:
    for guest in soak.party.endless[:-1]:
        assert guest.ended
        assert "[ERROR] " in guest.got.decode()
        assert _of(soak.all, guest.name) == []


def test_the_log_holds_no_error_of_the_servers_own(soak: Soak) -> None:
    assert "Traceback" not in soak.log
    assert "error of the server" not in soak.log
