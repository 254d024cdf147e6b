"""How often people may join from one address."""

from types import SimpleNamespace

import pytest

from chat.config import Limits
from chat.server import joins
from chat.server.admission import Refused
from chat.server.joins import Joins


def comes_and_goes(door: Joins, host: str) -> bool:
    try:
        door.check(host)
    except Refused:
        return False
    door.count(host)
    return True


def test_joining_in_a_loop_is_slowed_down(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = SimpleNamespace(now=100.0)
    monkeypatch.setattr(joins, "time", SimpleNamespace(monotonic=lambda: clock.now))
    door = Joins(Limits())
    joined = [comes_and_goes(door, "10.0.0.1") for _ in range(100)]
    assert joined == [True] * 16 + [False] * 84
    assert comes_and_goes(door, "10.0.0.2")
    clock.now += 1.5
    assert not comes_and_goes(door, "10.0.0.1")
    clock.now += 0.5
    assert comes_and_goes(door, "10.0.0.1")
    with pytest.raises(Refused, match=r"^Too many .* 10.0.0.1; try again in 2 s$"):
        door.check("10.0.0.1")
    clock.now += 40
    door.count("10.0.0.3")
    assert list(door._by_host) == ["10.0.0.3"]  # nothing is kept for longer


def test_those_who_were_let_in_together_pay_for_it_later(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = SimpleNamespace(now=100.0)
    monkeypatch.setattr(joins, "time", SimpleNamespace(monotonic=lambda: clock.now))
    door = Joins(Limits())
    for _ in range(32):
        door.check("10.0.0.1")
    for _ in range(32):
        door.count("10.0.0.1")
    clock.now += 32
    with pytest.raises(Refused):
        door.check("10.0.0.1")
    clock.now += 2
    door.check("10.0.0.1")


def test_one_ipv6_network_is_one_address() -> None:
    door = Joins(Limits())
    joined = [comes_and_goes(door, f"fd00:8::{n:x}") for n in range(1, 18)]
    assert joined == [True] * 16 + [False]


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "::ffff:127.0.0.1"])
def test_loopback_is_exempt(host: str) -> None:
    door = Joins(Limits())
    assert all(comes_and_goes(door, host) for _ in range(100))


@pytest.mark.parametrize("off", [Limits(join_rate=0), Limits(max_per_host=0)])
def test_the_limit_can_be_turned_off(off: Limits) -> None:
    door = Joins(off)
    assert all(comes_and_goes(door, "10.0.0.1") for _ in range(100))
