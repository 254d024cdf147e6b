"""The levels of the game: one for each step of the course that has one.

A level is played on its own broken code, on its right code, or on any module with
the same names, such as a learner's exercise.
"""

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from lessons.game.level_code import step08_broken, step11_broken
from lessons.given import registry as step07_registry
from lessons.races.objects import shown
from lessons.races.scenario import Scenario

_CODE = "lessons.game.level_code"
MOST_STEPS = 500  # in one run; only code that waits in a loop has more than 50


@dataclass(frozen=True)
class Level:
    """A program that the player tries to break."""

    step: int  # of the course
    title: str
    goal: str
    broken: ModuleType
    scenario: Callable[[ModuleType], Scenario[Any]]  # on any module with `names`
    names: tuple[str, ...]
    in_exercise: bool = True  # the step's exercise is such code

    @property
    def mended(self) -> ModuleType:
        """Return the right code; ImportError where only learners' files are."""
        name = f"{_CODE}.step{self.step:02}_mended"
        return importlib.import_module(name)


class Entrance:
    """A module's registry, and which connections it let in as ann."""

    def __init__(self, module: ModuleType) -> None:
        self.registry = module.Registry()
        self.refusal = getattr(module, "NameTaken", ())
        self.welcomed: list[int] = []

    def join(self, conn: int) -> None:
        """Ask for the name; a refusal is False or NameTaken."""
        try:
            refused = self.registry.join("ann", conn) is False
        except self.refusal:
            refused = True
        if not refused:
            self.welcomed.append(conn)

    def check(self) -> None:
        """Raise AssertionError unless one of them got the name."""
        number = len(self.welcomed)
        assert number == 1, f"{number} connections were welcomed as ann"

    def shown(self) -> str:
        """Return what the registry holds, whatever its attributes are called."""
        return f"{shown(self.registry)}   welcomed={self.welcomed}"


class Pair:
    """A module's ann and bob, who write to each other."""

    def __init__(self, module: ModuleType) -> None:
        self.ann, self.bob = module.Member("ann"), module.Member("bob")
        self._send = module.send_private

    def ann_writes(self) -> None:
        """Send from ann to bob."""
        self._send(self.ann, self.bob, "hi bob")

    def bob_writes(self) -> None:
        """Send from bob to ann."""
        self._send(self.bob, self.ann, "hi ann")

    def check(self) -> None:
        """Raise AssertionError unless both messages are where they belong."""
        for one, other in ((self.ann, self.bob), (self.bob, self.ann)):
            text = f"hi {other.name}"
            kept = list(one.sent) == list(other.inbox) == [text]
            assert kept, (
                f"{text!r} is not in {other.name}'s inbox and {one.name}'s sent"
            )

    def shown(self) -> str:
        """Return both inboxes."""
        return f"ann.inbox={self.ann.inbox}   bob.inbox={self.bob.inbox}"


def two_joins(module: ModuleType) -> Scenario[Entrance]:
    """Return two connections that ask for one name."""
    return Scenario(
        lambda: Entrance(module),
        {"conn-1": lambda door: door.join(1), "conn-2": lambda door: door.join(2)},
        Entrance.check,
        Entrance.shown,
        code=[module],
        max_steps=MOST_STEPS,
    )


def two_messages(module: ModuleType) -> Scenario[Pair]:
    """Return two private messages that cross."""
    return Scenario(
        lambda: Pair(module),
        {"ann": Pair.ann_writes, "bob": Pair.bob_writes},
        Pair.check,
        Pair.shown,
        code=[module],
        max_steps=MOST_STEPS,
    )


LEVELS = {
    level.step: level
    for level in (
        Level(
            7,
            "Two users, one name",
            "Let both connections be welcomed as ann.",
            step07_registry,
            two_joins,
            ("Registry",),
            in_exercise=False,  # that is a schedule
        ),
        Level(
            8,
            "A lock that covers too little",
            "Now there is a lock. Let both be welcomed as ann all the same.",
            step08_broken,
            two_joins,
            ("Registry",),
        ),
        Level(
            11,
            "Two messages that cross",
            "Ann and Bob write to each other. Make both of them wait forever.",
            step11_broken,
            two_messages,
            ("Member", "send_private"),
        ),
    )
}
