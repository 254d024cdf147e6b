"""Schedules by chance, for bugs that need more preemptions than the bound allows.

Two ways take turns, because each finds what the other one does not.  A random walk
gives each turn to any thread that can run.  PCT ("probabilistic concurrency testing",
Burckhardt and others, 2010) lets the thread with the highest priority run, and lowers
that of the running one at a few turns: it finds a bug that depends on few switches, in
however long a run, with a probability that can be calculated.

A seed and a number make a schedule, so each can be had again.
"""

import random
from collections.abc import Sequence

from lessons.races.turns import Chooser, Option

WALK, PCT = "random walk", "PCT"
LEAST_CHANGES, MOST_CHANGES = 1, 6  # of a priority, in one run of PCT
LATE = 1 / 8  # how often someone may come who else comes last


def by_chance(seed: int, number: int, steps: int) -> tuple[str, Chooser]:
    """Return the `number`-th schedule of a seed, and which way it is made.

    `steps` is how many turns a run has at most, as far as is known.
    """
    dice = random.Random(f"{seed}/{number}")
    if number % 2:
        return WALK, walk(dice)
    spread = MOST_CHANGES - LEAST_CHANGES + 1
    return PCT, pct(dice, LEAST_CHANGES + number // 2 % spread, steps)


def walk(dice: random.Random) -> Chooser:
    """Choose any thread that can run."""

    def choose(turn: int, options: Sequence[Option]) -> int:
        return dice.choice(_likely(options, dice)).thread

    return choose


def pct(dice: random.Random, changes: int, steps: int) -> Chooser:
    """Choose the thread with the highest priority, which changes at a few turns."""
    priorities: dict[int, float] = {}
    change_at = {dice.randrange(max(1, steps)) for _ in range(changes)}
    last = -1

    def choose(turn: int, options: Sequence[Option]) -> int:
        nonlocal last
        for option in options:
            if option.thread not in priorities:
                priorities[option.thread] = dice.random()
        weary = any(o.late and o.thread == last for o in options)
        if last >= 0 and (weary or turn in change_at):
            priorities[last] = min(priorities.values()) - 1
        likely = _likely(options, dice)
        last = max(likely, key=lambda option: priorities[option.thread]).thread
        return last

    return choose


def _likely(options: Sequence[Option], dice: random.Random) -> Sequence[Option]:
    """Leave out who comes last, a sleeper for one, but for now and then."""
    if dice.random() < LATE:
        return options
    return [option for option in options if not option.late] or options
