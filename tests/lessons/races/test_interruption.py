"""The whole sentence of each cause that traces.txt does not show, without the lines."""

import re
from typing import Any

import pytest

from lessons.races import expect_race
from lessons.races.benchmark import real, sct
from lessons.races.search import Budget, look_for_race
from tests.lessons.races.test_otherwise import Parts

SAID = {
    "wronglock_3": (
        "wrong lock data holds self.data_lock when it reads self.n at turn 2. other-1 "
        "holds self.other_lock when it changes it at turn 4. Only the same lock would "
        "keep the other one out."
    ),
    "stringbuffer": (
        "lock released too soon copier reads self.text at turn 3, and releases "
        "self.lock. So clearer can change it at turn 6, before copier reads it again "
        "at turn 9."
    ),
    "dependency-injector: reset in between": (
        "changed in between provide writes self.storage at turn 4. reset changes it at "
        "turn 5. provide reads it at turn 7, and does not find what it wrote."
    ),
    "aget": (
        "half a change was seen get changes self.bytes at turn 1, and self.written "
        "only at turn 3. signal reads both in between, at turn 2."
    ),
    "twostage": (
        "half a change was seen writer-1 changes self.a at turn 2, and self.b only "
        "later. reader reads the new self.a at turn 6 and the old self.b at turn 9."
    ),
    "account": (
        "order violation look reads self.balance at turn 2. It would go well after "
        "deposit and withdraw change it, but nothing makes look wait for deposit and "
        "withdraw."
    ),
    "lazy01": (
        "order violation look reads self.data at turn 8, only after one has changed it "
        "at turn 2. In the other order it goes well, but nothing makes one wait for "
        "look."
    ),
    "phase01": (
        "lost wake-up first notifies self.news at turn 4, when nobody waits for it. "
        "second begins to wait at turn 7, and nobody notifies it again."
    ),
    "boundedBuffer": (
        "the wrong thread woken get-2 and put-2 wait for self.news. get-1 notifies one "
        "of them at turn 20. That wakes get-2 at turn 22, which only waits again at "
        "turn 24. put-2 is never woken."
    ),
    "CPython: join under a lock": (
        "a lock held while it waits manage waits at turn 2 for self.feeder_ended. It "
        "has held self.shutdown_lock since turn 1, and feed waits for that lock at "
        "turn 3."
    ),
}
PROGRAMS = {program.title: program for program in (*sct.PROGRAMS, *real.PROGRAMS)}


def said(race: Any) -> str:
    """Return the cause in one line, without the lines of the code."""
    head = " ".join(str(race).split("\n\n")[0].split()).partition("goes wrong: ")[2]
    return re.sub(r" \(line \d+\)", "", head)


@pytest.mark.parametrize("title", SAID)
def test_the_sentence_is_a_whole_one(title: str) -> None:
    race, _ = look_for_race(PROGRAMS[title].scenario(), Budget(limit=100))
    assert said(race) == SAID[title]


def test_what_is_looked_at_twice_is_named_twice() -> None:
    threads = {"a": Parts.look_twice, "b": Parts.sell}
    assert said(expect_race(Parts, threads)) == (
        "changed between two looks a looks at self.stock at turn 1, and again at turn "
        "4. b changes it at turn 2, in between."
    )


def test_what_works_with_an_old_value_is_named_with_its_turn() -> None:
    threads = {"a": Parts.look_at_each, "b": Parts.sell_in_one}
    assert said(expect_race(Parts, threads)) == (
        "an old value used a reads self.stock at turn 1. b changes it at turn 2. a "
        "still works with the old value at turn 3."
    )
