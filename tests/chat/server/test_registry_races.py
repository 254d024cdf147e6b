"""The registry under every schedule: two calls at once are as if one came first."""

import functools
import itertools
import sys
from collections.abc import Callable
from typing import Any

import pytest

from chat.server import registry
from lessons.races.strategies import Operation, expect_one_at_a_time
from tests.chat.mutants import races

BOTH = [registry, sys.modules[__name__]]  # what its callers do under the lock, too


class People:
    """A registry with some members, and what its callers tell under the lock."""

    def __init__(self, module: Any = registry) -> None:
        self._registry = module.Registry()
        self._known = {who: module.Member(who) for who in ("ann", "ANN", "bob", "eve")}
        self.news: list[str] = []
        self.join("ann")
        self.join("bob")

    def join(self, who: str) -> str:
        try:
            with self._registry as members:
                members.join(self._known[who])
                self.news.append(f"+{who}")
        except Exception as error:
            return type(error).__name__
        return "welcome"

    def leave(self, who: str) -> bool:
        with self._registry as members:
            if left := bool(members.leave(self._known[who])):
                self.news.append(f"-{who}")
        return left

    def find(self, key: str) -> str | None:
        with self._registry as members:
            if found := members.find(key):
                self.news.append(f"?{found.name}")
        return found and str(found.name)

    def names(self) -> list[str]:
        with self._registry as members:
            found = [member.name for member in members.all()]
            self.news.append(str(found))
        return found

    def close(self) -> None:
        with self._registry as members:
            members.close()
            self.news.append("closed")


CALLS: list[Operation] = [
    ("join", ("ANN",)),
    ("join", ("eve",)),
    ("leave", ("ann",)),
    ("leave", ("ANN",)),
    ("find", ("ann",)),
    ("names", ()),
    ("close", ()),
]
PAIRS = list(itertools.combinations_with_replacement(CALLS, 2))


def explore_pair(
    one: Operation, other: Operation, module: Any = registry, **settings: Any
) -> Any:
    settings = {"preemptions": None, "code": [module.__file__, __file__]} | settings
    return expect_one_at_a_time(
        functools.partial(People, module),
        ((one,), (other,)),
        lambda people: people.news,
        **settings,
    )


def _slow_without_joins(one: Operation, other: Operation) -> Any:
    """Return the parameters of a test; two that do not both change much can wait."""
    waits = one != CALLS[0] or other not in (CALLS[0], CALLS[2])
    return pytest.param(one, other, marks=[pytest.mark.slow] * waits)


@pytest.mark.parametrize(
    ("one", "other"), [_slow_without_joins(*pair) for pair in PAIRS]
)
def test_any_two_calls_of_the_registry(one: Operation, other: Operation) -> None:
    assert explore_pair(one, other).complete


def test_a_name_that_is_given_up_and_taken_at_once() -> None:
    leave_and_join = (("leave", ("ann",)), ("join", ("ann",)))
    program = (leave_and_join, (("join", ("ANN",)), ("leave", ("ANN",))))
    explored = expect_one_at_a_time(
        People,
        program,
        lambda p: p.news,
        preemptions=2,
        code=BOTH,
    )
    assert explored.complete


@pytest.mark.slow
def test_three_calls_of_the_registry() -> None:
    program = ((CALLS[0],), (CALLS[2],), (CALLS[5],))
    explored = expect_one_at_a_time(
        People,
        program,
        lambda p: p.news,
        preemptions=2,
        code=BOTH,
    )
    assert explored.complete


@pytest.mark.parametrize("call", sorted({call for call, _ in CALLS}))
def test_the_registry_without_its_lock(call: str, mutant: Callable[..., Any]) -> None:
    """Each call has a partner with which it goes wrong."""
    broken = mutant(registry, "__enter__", "self._lock.acquire()", "pass")
    broken.Registry.__exit__ = lambda *_: None
    pairs = [pair for pair in PAIRS if call in (pair[0][0], pair[1][0])]
    assert any(races(explore_pair, *pair, broken) for pair in pairs)
