"""How many wrong secrets may come from one address."""

import functools
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from chat.server import guesses
from chat.server.guesses import EVERY_S, GUESSES, Guesses
from lessons.races.strategies import expect_one_at_a_time
from tests.chat.mutants import races, without_lock


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    clock = SimpleNamespace(now_s=1000.0)
    time = SimpleNamespace(monotonic=lambda: clock.now_s)
    monkeypatch.setattr(guesses, "time", time)
    return clock


def tried(counter: Guesses, host: str = "10.0.0.7") -> int:
    """Return how many tries there may be at once."""
    return next(n for n in range(10_000) if counter.take(host))


def test_after_so_many_comes_one_now_and_then(clock: SimpleNamespace) -> None:
    counter = Guesses(at_once=3)
    assert tried(counter) == GUESSES
    assert counter.take("10.0.0.7") == EVERY_S
    clock.now_s += EVERY_S - 1
    assert counter.take("10.0.0.7") == 1
    clock.now_s += 1
    assert tried(counter) == 1
    clock.now_s += 3600
    assert tried(counter) == GUESSES


def test_whoever_shares_an_address_may_each_be_wrong(clock: SimpleNamespace) -> None:
    assert tried(Guesses(at_once=40)) == 40


def test_a_right_one_does_not_count(clock: SimpleNamespace) -> None:
    counter = Guesses(0)
    for _ in range(3 * GUESSES):
        assert not counter.take("10.0.0.7")
        counter.give_back("10.0.0.7")
    assert tried(counter) == GUESSES
    counter.give_back("10.0.0.8")  # whoever has been forgotten has nothing to get back


def test_each_address_counts_for_itself(clock: SimpleNamespace) -> None:
    counter = Guesses(0)
    assert tried(counter, "10.0.0.7") == GUESSES
    assert tried(counter, "10.0.0.8") == GUESSES
    assert tried(counter, "127.0.0.1") == GUESSES  # a tunnel's users come from here
    assert tried(counter, "2001:db8::1") == GUESSES
    assert counter.take("2001:db8::2")  # of the same network


def test_those_who_could_try_as_often_as_anybody_are_forgotten(
    clock: SimpleNamespace,
) -> None:
    counter = Guesses(0)
    for number in range(100):
        counter.take(f"10.0.1.{number}")
    clock.now_s += EVERY_S
    counter.take("10.0.0.7")
    assert list(counter._due_at) == ["10.0.0.7"]


# ---- two at once


class Guessers:
    """Two who try at once, where one more try is left."""

    def __init__(self, module: Any = guesses) -> None:
        self._guesses = module.Guesses(0)
        for _ in range(GUESSES - 1):
            self._guesses.take("10.0.0.7")

    def take(self) -> bool:
        return not self._guesses.take("10.0.0.7")

    def give_back(self) -> None:
        self._guesses.give_back("10.0.0.7")

    def due_at(self) -> float:
        return float(self._guesses._due_at["10.0.0.7"])


def explore_guessers(
    one: str, other: str, module: Any = guesses, preemptions: int = 2
) -> Any:
    return expect_one_at_a_time(
        functools.partial(Guessers, module),
        (((one, ()),), ((other, ()),)),
        Guessers.due_at,
        preemptions=preemptions,
        operations=True,
        code=[module.__file__],
    )


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("take", "take"),
        pytest.param("take", "give_back", marks=pytest.mark.slow),
        pytest.param("give_back", "give_back", marks=pytest.mark.slow),
    ],
)
def test_no_two_have_the_last_try(one: str, other: str) -> None:
    assert explore_guessers(one, other).complete


@pytest.mark.parametrize("method", ["take", "give_back"])
def test_it_would_be_noticed(
    method: str, mutant: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = without_lock(mutant, guesses, method)
    monkeypatch.setattr(broken, "time", SimpleNamespace(monotonic=lambda: 1000.0))
    assert races(explore_guessers, method, method, broken)
