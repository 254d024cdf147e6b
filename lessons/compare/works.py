"""What is measured: each work, and the ratios that we want to reach.

One thread.  A work starts a fresh server, lets its clients join, measures once,
and ends the server.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

from lessons.compare import blaster, quiet, stuck
from lessons.compare.crowd import Crowd
from lessons.compare.loads import (
    ClosedLoop,
    Steady,
    ThereAndBack,
    Window,
    between,
    read_clocks,
)
from lessons.compare.script import Checker, Script
from lessons.compare.servers import NOT_PINNED, Cores, Failed, Running, Server, running

LINES_PER_S = 50.0  # of the delay


@dataclass(frozen=True)
class Plan:
    """How long to measure, and where."""

    seconds: float = 1.0
    warm_s: float = 0.3
    frozen_s: float = 3.0
    cores: Cores = NOT_PINNED


@dataclass(frozen=True)
class Outcome:
    """One measurement; `value` has the unit of its work."""

    value: float
    generator_busy: float | None = None  # shares of one core
    server_busy: float | None = None
    p50: float | None = None
    late_ms: float | None = None  # how late the machine let a thread wake up

    @property
    def is_quiet(self) -> bool:
        """Whether we know that no other work took the machine's time."""
        return self.late_ms is not None and self.late_ms < quiet.QUIET_MS


@dataclass(frozen=True)
class Work:
    """One kind of load."""

    key: str
    title: str
    unit: str
    measure: "Callable[[Work, Running, Plan], Outcome]"
    clients: int
    senders: int = 1
    in_flight: int = 1
    stuck: bool = False
    less_is_better: bool = False
    slow: str = ""  # the server that takes too long with it, unless --servers names it

    def heading(self) -> str:
        """Return the title, with how many clients there are."""
        return self.title.format(clients=self.clients)

    def smaller(self) -> "Work":
        """Return the same with at most twenty clients."""
        return replace(self, clients=min(self.clients, 20))


def resized(work: Work, clients: int) -> Work:
    """Return the same work with another number of clients, under another key."""
    return replace(
        work,
        key=f"{work.key}-{clients}",
        clients=clients,
        senders=min(work.senders, clients),
    )


@dataclass(frozen=True)
class Target:
    """A ratio that we want: `chat.server` compared with another server."""

    work: str
    against: str  # a server that does the same work
    at_least: float
    against_work: str = ""  # the work of the other one, if it is not the same


def measure(work: Work, server: Server, plan: Plan) -> Outcome:
    """Measure once; raise Failed or Fault if there is nothing to report."""
    with running(server, plan.cores.server) as process:
        try:
            return work.measure(work, process, plan)
        except Failed:
            if ended := process.died():
                raise Failed(ended) from None
            raise


def throughput(work: Work, server: Running, plan: Plan) -> Outcome:
    """Return how many lines a second arrived at all members together."""
    names = _names(work.clients)
    checker = Checker(Script(names[: work.senders]), allowed=stuck.LEFT)
    with Crowd(server.address, plan.frozen_s) as crowd:
        crowd.join(names, with_stuck=work.stuck)
        load = ClosedLoop(crowd, checker, work.in_flight)
        load.start()
        load.run(plan.warm_s)
        begin = read_clocks(crowd, server)
        if crowd.stuck is not None:
            crowd.stuck.start()
        load.run(plan.seconds)
        window = between(begin, read_clocks(crowd, server))
        load.finish()
    return _outcome(window.lines_per_s, window)


def delay(work: Work, server: Running, plan: Plan) -> Outcome:
    """Return the 99th percentile of the delay in milliseconds."""
    names = _names(work.clients)
    late_ms = quiet.late_ms(plan.cores)
    with Crowd(server.address, plan.frozen_s) as crowd:
        crowd.join(names)
        load = Steady(crowd, Checker(Script(names[:1])), LINES_PER_S)
        begin = read_clocks(crowd, server)
        load.run(math.ceil(2 * plan.seconds * LINES_PER_S))
        window = between(begin, read_clocks(crowd, server))
    late_ms = max(late_ms, quiet.late_ms(plan.cores))
    delays_ms = sorted(1000 * delay_s for delay_s in load.delays_s)
    return replace(
        _outcome(percentile(delays_ms, 99), window),
        p50=percentile(delays_ms, 50),
        late_ms=late_ms,
    )


def there_and_back(work: Work, server: Running, plan: Plan) -> Outcome:
    """Return how often a second a private line goes there and back between two."""
    names = _names(work.clients)
    pair = names[:2]
    with Crowd(server.address, plan.frozen_s) as crowd:
        crowd.join(names)
        load = ThereAndBack(crowd, Checker(Script(pair, targets=pair[::-1])))
        load.start()
        load.run(plan.warm_s)
        begin = read_clocks(crowd, server)
        load.run(plan.seconds)
        window = between(begin, read_clocks(crowd, server))
    return _outcome(window.lines_per_s / 2, window)


def memory(work: Work, server: Running, plan: Plan) -> Outcome:
    """Return how many KiB of memory the server uses for each idle client."""
    before = server.resident_bytes()
    with Crowd(server.address, plan.frozen_s) as crowd:
        crowd.join(_names(work.clients))
        after = server.resident_bytes()
    if before is None or after is None:
        raise Failed("not measured")
    return Outcome((after - before) / work.clients / 1024)


def calibrate(work: Work, server: Running, plan: Plan) -> Outcome:
    """Return how many lines a second the generator takes from a blaster."""
    checker = Checker(Script(blaster.SENDERS))
    with Crowd(server.address, plan.frozen_s) as crowd:
        crowd.join(_names(work.clients))
        crowd.follow(checker)
        begin = read_clocks(crowd, server)
        crowd.say(crowd.members[0], b"@blast\n")
        last = crowd.members[-1]
        for _ in crowd.arrivals(math.inf):
            if sum(last.place.counts) == blaster.LINES:
                break
        window = between(begin, read_clocks(crowd, server))
    return _outcome(window.lines_per_s, window)


def percentile(ordered: list[float], percent: float) -> float:
    """Return the value that `percent` of the `ordered` values do not exceed."""
    rank = math.ceil(percent / 100 * len(ordered))
    return ordered[max(rank, 1) - 1]


def _names(clients: int) -> list[str]:
    return [f"u{i:04}" for i in range(clients)]


def _outcome(value: float, window: Window) -> Outcome:
    return Outcome(value, window.generator_busy, window.server_busy)


_RATE = "delivered lines/s"

_CROWD = "{clients} clients, 10 send, 8 in flight"

WORKS = [
    Work("limit", "generator alone, {clients} clients", _RATE, calibrate, 100),
    Work("crowd", _CROWD, _RATE, throughput, 100, 10, 8),
    Work("stuck", f"{_CROWD}, one never reads", _RATE, throughput, 100, 10, 8, True),
    Work("big", _CROWD, _RATE, throughput, 1000, 10, 8, slow="queues"),
    Work("few", "{clients} clients, all send, 1 in flight", _RATE, throughput, 10, 10),
    Work("one", "{clients} clients, 1 sends, 1 in flight", _RATE, throughput, 100),
    Work(
        "delay",
        "99th percentile of delay, 50 lines/s to {clients} clients",
        "ms",
        delay,
        100,
        less_is_better=True,
    ),
    Work(
        "private",
        "private there and back, {clients} clients",
        "round trips/s",
        there_and_back,
        102,
    ),
    Work(
        "memory",
        "{clients} idle clients",
        "resident KiB each",
        memory,
        500,
        less_is_better=True,
    ),
]

TARGETS = [
    Target("crowd", "asyncio", 8.0),
    Target("crowd", "naive", 8.0),
    Target("crowd", "joining", 1.0),
    Target("big", "asyncio", 10.0),
    Target("big", "naive", 10.0),
    Target("few", "asyncio", 2.5),
    Target("few", "naive", 1.7),
    Target("one", "asyncio", 0.9),
    Target("stuck", "chat", 0.95, against_work="crowd"),
    Target("delay", "asyncio", 1.0),
    Target("private", "asyncio", 0.8),
]
MEMORY_LIMIT_KIB = 64.0
