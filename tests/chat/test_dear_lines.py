"""Which lines cost the most processor time, of all that the limits allow?

Not in the default run: python -m pytest -m slow -s tests/chat/test_dear_lines.py

It searches the characters of Unicode, or all of them with EVERY=1 in the environment,
which takes some minutes.  It prints the dearest lines, and has a server handle them.
With CPython 3.11, an ASCII line of 4096 bytes took the server 35 to 41 microseconds of
processor time, and no line took 10 times as much.
"""

import heapq
import os
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from chat.client.session import _coloured
from chat.config import MAX_LINE_BYTES
from chat.server.rate import weight
from chat.terminal.screen import Terminal
from chat.wire import names
from chat.wire.answers import read_line
from chat.wire.commands import BadCommand, ToOne, parse
from chat.wire.framing import LineBuffer
from tests.support import Client, server_process

pytestmark = pytest.mark.slow

EVERY = int(os.environ.get("EVERY", "31"))  # of so many characters one is tried
DRAWN_EVERY = 20 * EVERY  # drawing a line takes milliseconds
MARKS = "\u0301" * 8
STRANGE = (
    "\x01",
    "\x80",
    "e\u0301",
    f"e\u0301{MARKS}",
    f"{MARKS}\u200d\u0301e",
    f"{MARKS}\U00011c92e",
    f"{MARKS}\u200d\U00011c92e",
    f"{MARKS}\u200d\U00010000",
    "\u0301\u0301\u0301\u0301\u0301\U00011c92\U00011c92\U00011c92\U00011c92e",
)


def to_all(unit: str) -> bytes:
    return _filled("@all ", unit)


def with_control(unit: str) -> bytes:
    return _filled("@all \x80", unit)


def to_one(unit: str) -> bytes:
    """Return a line to a name that is as long as one that is folded may be."""
    times = names.MAX_FOLDED_BYTES // len(unit.encode())
    return _filled(f"@{unit * times} \x80", f"e\u0301{MARKS}")


def _filled(start: str, unit: str) -> bytes:
    free = MAX_LINE_BYTES - 1 - len(start.encode())
    return (start + unit * (free // len(unit.encode()))).encode() + b"\n"


ASCII = to_all("x")


def serve(data: bytes) -> None:
    """Do with a line what the thread of a client does until it is posted."""
    for line in LineBuffer().feed(data):
        try:
            weight(line)
            command = parse(line) if isinstance(line, str) else None
            names.key(command.target if isinstance(command, ToOne) else "")
        except BadCommand:
            pass


def cost_us(do: Callable[[bytes], None], data: bytes, times: int) -> float:
    """Return the processor time that it takes; of some tries, the least."""
    costs = []
    for _ in range(times):
        start_s = time.process_time()
        do(data)
        costs.append(time.process_time() - start_s)
    return min(costs) * 1e6


def characters(every: int) -> Iterable[str]:
    """Yield the characters to be tried; of those that are not assigned, a few."""
    blocks = range(0x20, 0xD800, every), range(0xE000, 0x34000, every)
    for block in (*blocks, range(0x34000, 0x110000, 9973)):
        yield from map(chr, block)


def dearest(do: Callable[[bytes], None], lines: Iterable[bytes]) -> list[bytes]:
    """Return the ten lines that cost the most."""
    found = heapq.nlargest(20, lines, key=lambda line: cost_us(do, line, 2))
    return heapq.nlargest(10, found, key=lambda line: cost_us(do, line, 20))


def show(what: str, line: bytes, cost: float, plain: float) -> None:
    text = ascii(line.decode())[:70]
    print(f"{what}: {cost:5.0f} us, {cost / plain:4.1f} times ASCII: {text}")


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_no_line_costs_the_server_much_more_than_ascii() -> None:
    """The bound is twice what was measured, because a busy machine spoils caches."""
    units = [*characters(EVERY), *STRANGE]
    makes = to_all, with_control, to_one
    lines = dearest(serve, (make(unit) for make in makes for unit in units))
    with (
        server_process("--rate=0") as process,
        Client(process.address).join("ann") as ann,
        Client(process.address).join("bob") as bob,
    ):
        assert ann.line() == "[INFO] bob joined"
        plain = server_us(process.pid, ann, bob, ASCII)
        for line in lines:
            cost = server_us(process.pid, ann, bob, line)
            show("server", line, cost, plain)
            assert cost < 20 * plain


def server_us(pid: int, ann: Client, bob: Client, line: bytes) -> float:
    """Return what a server spends on a line: the least of three rounds."""
    receiver = bob if line.startswith(b"@all") else ann
    costs = []
    for _ in range(3):
        before = _spent_us(pid)
        for _ in range(100):
            ann.send_raw(line)
            receiver.line()
        costs.append((_spent_us(pid) - before) / 100)
    return min(costs)


def _spent_us(pid: int) -> float:
    """Return the processor time of all threads: finer than what `stat` tells."""
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e3


class Screen(Terminal):
    """What draws a line, without a terminal."""

    def __init__(self) -> None:
        self._has_escapes = self._has_colour = True


def draw(data: bytes) -> None:
    """Do with a line what the client does to show it."""
    screen = Screen()
    for line in LineBuffer(0).feed(data):
        assert isinstance(line, str)
        screen._rows(_coloured(line, read_line(line)), 80)


def from_bob(unit: str) -> bytes:
    return _filled("bob: ", unit)


def test_no_line_costs_the_client_much_more_than_ascii() -> None:
    plain = cost_us(draw, from_bob("x"), 20)
    units = [*characters(DRAWN_EVERY), *STRANGE]
    for line in dearest(draw, map(from_bob, units)):
        cost = cost_us(draw, line, 20)
        show("client", line, cost, plain)
        assert cost < 10 * plain
