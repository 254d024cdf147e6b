"""How long a check waits."""

import itertools
from collections.abc import Callable

import pytest

from lessons.checking import timing


@pytest.mark.parametrize(("share", "busy"), [(1.0, False), (0.5, False), (0.2, True)])
def test_a_machine_is_busy_where_work_takes_three_times_as_long(
    share: float, busy: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = itertools.count()
    now = [0.0]

    def monotonic() -> float:
        now[0] = next(looks) / 100
        return now[0]

    monkeypatch.setattr("time.monotonic", monotonic)
    monkeypatch.setattr("time.process_time", lambda: share * now[0])
    assert timing.is_busy() == busy


def test_what_comes_late_on_a_busy_machine_is_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    limits = []
    monkeypatch.setattr(timing, "until", lambda _, limit_s: limits.append(limit_s))
    monkeypatch.setattr(timing, "is_busy", lambda: len(limits) < 3)
    assert not timing.soon(lambda: False, 0.1)
    assert limits == [0.1] * 3


class Clock:
    """A clock that goes on only where somebody waits, and a process to look at."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 0.0
        self.works: Callable[[float], bool] = lambda now: False
        monkeypatch.setattr("time.monotonic", lambda: self.now)
        monkeypatch.setattr(timing, "is_busy", lambda: False)

    def wait_out(self, patience: timing.Patience) -> float:
        """Wait until the patience is over; return when that was."""
        while left_s := patience.left_s():
            self.now += left_s
        return self.now

    def rests(self) -> bool:
        """Tell whether the process does."""
        return not self.works(self.now)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


LOOK_S = 0.2 * timing.SCALE  # two of its looks, at most


def test_a_process_that_rests_is_not_waited_for_in_full(clock: Clock) -> None:
    over_s = clock.wait_out(timing.Patience(timing.SOON_S, clock.rests))
    assert timing.REST_S <= over_s <= timing.REST_S + LOOK_S


def test_a_rest_is_one_without_a_pause(clock: Clock) -> None:
    clock.works = lambda now: now < timing.REST_S / 2
    over_s = clock.wait_out(timing.Patience(timing.SOON_S, clock.rests))
    assert 1.5 * timing.REST_S - LOOK_S <= over_s <= 1.5 * timing.REST_S + LOOK_S


def test_a_process_that_works_gets_the_whole_limit(clock: Clock) -> None:
    clock.works = lambda now: True
    over_s = clock.wait_out(timing.Patience(timing.SOON_S, clock.rests))
    assert timing.SOON_S <= over_s <= timing.SOON_S + LOOK_S


def test_a_process_that_spins_is_not_waited_for_in_full(clock: Clock) -> None:
    clock.works = lambda now: True
    patience = timing.Patience(timing.SOON_S, clock.rests, lambda: clock.now)
    over_s = clock.wait_out(patience)
    assert timing.SPIN_S <= over_s <= timing.SPIN_S + LOOK_S


def test_work_on_a_busy_machine_gets_the_limit_once_more(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.works = lambda now: True
    monkeypatch.setattr(timing, "is_busy", lambda: clock.now < 2 * timing.SOON_S)
    over_s = clock.wait_out(timing.Patience(timing.SOON_S, clock.rests))
    assert over_s >= 2 * timing.SOON_S


def test_where_rest_cannot_be_seen_the_whole_limit_is_waited_for(clock: Clock) -> None:
    assert clock.wait_out(timing.Patience(0.25, None)) == 0.25


def test_patience_begins_once_more_with_each_piece(clock: Clock) -> None:
    patience = timing.Patience(timing.SOON_S, clock.rests)
    clock.now = timing.REST_S - LOOK_S
    patience.begin()
    assert clock.wait_out(patience) >= 2 * timing.REST_S - LOOK_S
