"""The counts of admission under every schedule, and with each lock taken away."""

import functools
import itertools
from collections.abc import Callable
from typing import Any

import pytest

from chat import config
from chat.server import admission
from lessons.races.strategies import expect_one_at_a_time
from tests.chat.mutants import methods_with_a_lock, races, without_lock

LOCKED = {"admit", "mark_joined", "release"}


class Door:
    """An admission with one ticket out."""

    def __init__(self, module: Any = admission) -> None:
        self._refused = module.Refused
        limits = config.Limits(max_clients=2, max_pending=2, max_per_host=2)
        self._admission = module.Admission(limits)
        self._ticket = self._admission.admit("192.0.2.1")

    def admit(self) -> bool:
        try:
            self._admission.admit("192.0.2.1")
        except self._refused:
            return False
        return True

    def mark_joined(self) -> None:
        self._admission.mark_joined(self._ticket)

    def is_pending(self) -> bool:
        return bool(self._admission.is_pending(self._ticket))

    def release(self) -> None:
        self._admission.release(self._ticket)

    def counts(self) -> object:
        inside = vars(self._admission)
        return inside["_clients"], inside["_pending"], dict(inside["_by_host"])


DOOR_PAIRS = list(
    itertools.combinations_with_replacement(
        ["admit", "mark_joined", "release", "is_pending"], 2
    )
)


def explore_door(
    one: str, other: str, module: Any = admission, preemptions: int | None = None
) -> Any:
    return expect_one_at_a_time(
        functools.partial(Door, module),
        (((one, ()),), ((other, ()),)),
        lambda door: door.counts(),
        preemptions=preemptions,
        operations=True,
        code=[module.__file__],
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param(*pair, marks=[pytest.mark.slow] * ("admit" not in pair))
        for pair in DOOR_PAIRS
    ],
)
def test_any_two_calls_of_admission(one: str, other: str) -> None:
    assert explore_door(one, other, preemptions=2).complete


@pytest.mark.parametrize("method", sorted(LOCKED))
def test_admission_without_one_lock(method: str, mutant: Callable[..., Any]) -> None:
    broken = without_lock(mutant, admission, method)
    pairs = [pair for pair in DOOR_PAIRS if method in pair]
    assert any(races(explore_door, *pair, broken) for pair in pairs)


def test_each_lock_has_a_test_without_it() -> None:
    atomic = {"is_pending", "hold"}  # one attribute, once: nothing could tell
    assert methods_with_a_lock(admission) - atomic == LOCKED
