"""The servers to compare, and how one of them is started, observed and ended.

No thread but the timer that ends a server which does not start.  A new server
is one more line in `SERVERS`.
"""

import contextlib
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

START_LIMIT_S = 10.0 * float(os.environ.get("TIME_SCALE", "1"))  # for slow machines
DYING_S = 0.5
ROOT = Path(__file__).resolve().parents[2]  # where `python -m` finds all packages


class Failed(Exception):
    """A measurement that gave no number; the message is shown in its place."""


@dataclass(frozen=True)
class Server:
    """One row of the comparison: `python -m MODULE --port 0 OPTIONS`."""

    key: str
    title: str
    module: str
    options: tuple[str, ...] = ()


_NO_LIMITS = "--max-clients 0 --max-per-host 0 --max-pending 0 --rate 0"
_BASELINES = "lessons.compare.baselines"

SERVERS = [
    Server("chat", "chat.server", "chat.server", tuple(_NO_LIMITS.split())),
    Server("naive", "naive threads", f"{_BASELINES}.naive_threads"),
    Server("queues", "queue per client", f"{_BASELINES}.queue_per_client"),
    Server(
        "select",
        "select, one thread",
        "lessons.given.select_room",
        ("--max-clients", "0"),
    ),
    Server("asyncio", "asyncio streams", f"{_BASELINES}.asyncio_streams"),
    Server("joining", "asyncio joining", f"{_BASELINES}.asyncio_joining"),
]
BLASTER = Server("blaster", "the generator itself", "lessons.compare.blaster")


@dataclass(frozen=True)
class Cores:
    """Which cores the server and the generator are pinned to; None where not."""

    server: int | None
    generator: int | None

    def __str__(self) -> str:
        if self.server is None:
            return "not pinned"
        return f"server on core {self.server}, generator on core {self.generator}"


NOT_PINNED = Cores(None, None)


def choose_cores() -> Cores:
    """Choose two of the cores that this process may use, if it may use two."""
    if not hasattr(os, "sched_setaffinity"):
        return NOT_PINNED
    allowed = sorted(os.sched_getaffinity(0))
    return Cores(allowed[0], allowed[1]) if len(allowed) > 1 else NOT_PINNED


def raise_open_files(needed: int) -> None:
    """Raise the limit of open files, which servers inherit, or say that it is low."""
    try:
        import resource  # Windows has none, and no such limit
    except ImportError:
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < needed:
        wanted = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        if wanted < needed:
            print(
                f"Only {hard} open files are allowed: {needed} are needed.",
                file=sys.stderr,
            )


@contextlib.contextmanager
def pinned(core: int | None) -> Iterator[None]:
    """Keep this process, and all that it starts inside the block, on one core."""
    if core is None:
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


class Running:
    """A server's process, its address, and what the system says about it."""

    def __init__(self, process: subprocess.Popen[bytes], log: IO[bytes]) -> None:
        self._process = process
        self._log = log
        self.address = self._await_address()

    def cpu_s(self) -> float | None:
        """Return the processor time used so far; None where it cannot be read."""
        try:
            text = Path(f"/proc/{self._process.pid}/stat").read_text()
        except OSError:
            return None
        fields = text.rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / float(os.sysconf("SC_CLK_TCK"))

    def resident_bytes(self) -> int | None:
        """Return the memory in use; None where it cannot be read."""
        try:
            text = Path(f"/proc/{self._process.pid}/statm").read_text()
        except OSError:
            return None
        return int(text.split()[1]) * int(os.sysconf("SC_PAGE_SIZE"))

    def died(self) -> str:
        """Return how the server ended, or "" if it still lives.

        Waits for a moment: its sockets close before its process has ended.
        """
        try:
            status = self._process.wait(DYING_S)
        except subprocess.TimeoutExpired:
            return ""
        self._log.seek(0)
        lines = self._log.read().decode(errors="replace").split("\n")
        said = [line.strip() for line in lines if line.strip()]
        return f"died: {said[-1] if said else f'status {status}'}"

    def _await_address(self) -> tuple[str, int]:
        assert self._process.stdout is not None
        timer = threading.Timer(START_LIMIT_S, self._process.kill)
        timer.start()
        line = self._process.stdout.readline().decode(errors="replace")
        timer.cancel()
        timer.join()
        host, _, port = line.strip().removeprefix("Listening on ").rpartition(":")
        if not port.isdigit():
            raise Failed(self.died() or f"did not start; it said {line[:40]!r}")
        return host, int(port)


@contextlib.contextmanager
def running(server: Server, core: int | None = None) -> Iterator[Running]:
    """Start `server` on `core`, and kill it in the end; raise Failed if it dies.

    It inherits the core, so each of its threads starts there.
    """
    command: Sequence[str] = [sys.executable, "-m", server.module]
    command = [*command, "--host", "127.0.0.1", "--port", "0", *server.options]
    with tempfile.TemporaryFile() as log:
        with pinned(core):
            process = subprocess.Popen(
                command, cwd=ROOT, stdout=subprocess.PIPE, stderr=log
            )
        with process:
            try:
                yield Running(process, log)
            finally:
                process.kill()
