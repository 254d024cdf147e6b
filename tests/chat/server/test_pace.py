"""How the thread of a client that sends too fast waits."""

import threading
from typing import cast

import pytest

from chat.server import pace
from chat.server.pace import RATE_POLL_S, TELL_WAITING_S, WAITING, Pace


class World:
    """A server and its clock, which only goes on while somebody waits."""

    def __init__(self, rate: float) -> None:
        self.rate = rate
        self.rates: dict[int, float] = {}  # another rate, after so many waits
        self.stopping = cast(threading.Event, self)  # what ends a wait
        self.ended = False
        self.now_s = 100.0
        self.waits: list[float] = []
        self.told: list[bytes] = []

    def monotonic(self) -> float:
        return self.now_s

    def wait(self, within_s: float) -> bool:
        """Wait for the end of the client, as for an event."""
        self.waits.append(within_s)
        self.now_s += within_s
        self.rate = self.rates.get(len(self.waits), self.rate)
        return self.ended

    def pace(self, burst: int) -> Pace:
        """Return the pace of a client that has joined."""
        made = Pace(self, burst)
        made.joined(cast(threading.Event, self), self.told.append)
        return made


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    made = World(rate=0.1)
    monkeypatch.setattr(pace, "time", made)
    return made


def test_after_the_burst_each_line_waits_until_it_is_due(world: World) -> None:
    limit = world.pace(burst=2)
    for _ in range(2):
        limit.wait(1)
    assert world.waits == []
    assert limit.debt_s() == pytest.approx(20)
    limit.wait(1)
    assert sum(world.waits) == pytest.approx(10)
    assert max(world.waits) == RATE_POLL_S


def test_a_long_line_waits_for_several(world: World) -> None:
    limit = world.pace(burst=1)
    limit.wait(8)
    limit.wait(1)
    assert sum(world.waits) == pytest.approx(80)


def test_another_rate_ends_a_wait_and_counts_from_the_next_line_on(
    world: World,
) -> None:
    limit = world.pace(burst=2)
    world.rates[3] = 10
    for _ in range(3):
        limit.wait(1)
    assert world.waits == [RATE_POLL_S] * 3
    for _ in range(2):
        limit.wait(1)
    assert len(world.waits) == 3
    limit.wait(1)
    assert sum(world.waits[3:]) == pytest.approx(0.1)


def test_without_a_rate_nobody_waits(world: World) -> None:
    limit = world.pace(burst=1)
    world.rate = 0
    for _ in range(100):
        limit.wait(8)
    assert world.waits == []


def test_a_client_is_told_every_few_seconds_that_it_waits(world: World) -> None:
    limit = world.pace(burst=1)
    limit.wait(2)
    limit.wait(1)
    assert world.told == [WAITING] * int(20 / (TELL_WAITING_S + RATE_POLL_S))


def test_a_client_that_waits_only_shortly_is_told_nothing(world: World) -> None:
    world.rate = 0.25
    limit = world.pace(burst=1)
    for _ in range(20):
        limit.wait(1)
        limit.wait(1)
        world.now_s += 4  # so the next one need not wait
    assert sum(world.waits) == pytest.approx(20 * 4)
    assert world.told == []


def test_the_end_of_the_client_ends_a_wait(world: World) -> None:
    limit = world.pace(burst=1)
    limit.wait(8)
    world.ended = True
    limit.wait(1)
    assert len(world.waits) == 1


def test_a_client_without_a_name_waits_until_the_server_stops_and_is_told_nothing(
    world: World,
) -> None:
    """Its thread still writes to the socket itself, and might have to wait for that."""
    limit = Pace(world, burst=1)
    limit.wait(2)
    limit.wait(1)
    assert sum(world.waits) == pytest.approx(20)
    assert world.told == []
