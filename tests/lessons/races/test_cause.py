"""The report names the cause in its first lines, or none at all."""

import queue
import re
import threading
from typing import Any

import pytest

from lessons.races import RaceFound, expect_race
from lessons.races.benchmark import real, sct
from lessons.races.benchmark.cases import CASES
from lessons.races.search import Budget, look_for_race, search

CAUSES = {
    "duplicate name": "check-then-act",
    "lost update": "lost update",
    "dict changed during a loop": "changed during a loop",
    "two locks in two orders": "lock order",
    "if for while before wait": "no check after the wait",
    "lock not released on an exception": "a lock taken twice",
    "ended with a lock": "a lock kept",
    "newcomer thrown out": "",
    "stop lost in a full queue": "empty queue",
    "two narrow windows": "half a change was seen",
}
NO_CAUSE = {"fsbench"}  # one block too few, so no order helps
OUT_OF_REACH = {"safestack"}
SLOW = {"din_phil5", "fsbench"}
MARKS = {"twostage_100": pytest.mark.soak}  # for ten seconds, until chance begins
PROGRAMS = [
    pytest.param(
        program,
        id=program.title,
        marks=[MARKS.get(program.title, pytest.mark.slow)]
        if len(program.threads) > 10 or program.title in SLOW
        else [],
    )
    for program in (*sct.PROGRAMS, *real.PROGRAMS)
    if program.title not in OUT_OF_REACH
]


def title(race: RaceFound | None) -> str:
    """Return the cause that a report names in its first line."""
    return re.sub(r".*goes wrong(: )?", "", str(race).splitlines()[0])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_each_case_has_its_cause(case: Any) -> None:
    race, _ = search(case.broken, 2, 1000)
    assert title(race) == CAUSES[case.title]


@pytest.mark.parametrize("program", PROGRAMS)
def test_each_program_has_its_cause(program: Any) -> None:
    race, _ = look_for_race(
        program.scenario(), Budget(limit=20_000, seconds=20, seed=1)
    )
    assert race
    assert title(race) == program.cause
    assert bool(program.cause) == (program.title not in NO_CAUSE)


def story(*args: Any, **settings: Any) -> str:
    """Return the cause of a race in one line."""
    report = str(expect_race(*args, **settings))
    return " ".join(report.split("\n\n")[0].split())


def test_a_lost_update_names_the_three_turns() -> None:
    assert story(
        sct.Counter,
        {"a": sct.Counter.add, "b": sct.Counter.add},
        lambda counter: counter.n == 2,
    ).startswith(
        "an order in which this goes wrong: lost update "
        "a reads self.n at turn 1 (line 55). b writes it at turn 3 (line 56). "
        "a overwrites that at turn 4 (line 56),"
    )


class Waiting:
    """What waits here is never woken."""

    def __init__(self) -> None:
        self.full: queue.Queue[int] = queue.Queue(1)
        self.simple: queue.SimpleQueue[int] = queue.SimpleQueue()
        self.ready = threading.Event()
        self.places = threading.Semaphore(0)
        self.meeting = threading.Barrier(2)
        self.news = threading.Condition()

    def put_two(self) -> None:
        self.full.put(1)
        self.full.put(2)

    def get(self) -> None:
        self.simple.get()

    def put_and_join(self) -> None:
        self.full.put(1)
        self.full.join()

    def wait(self) -> None:
        self.ready.wait()

    def enter(self) -> None:
        with self.places:
            pass

    def meet(self) -> None:
        self.meeting.wait()

    def wait_for_news(self) -> None:
        with self.news:
            self.news.wait()


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (Waiting.put_two, "full queue .* for self.full, which is full (1 of 1)."),
        (
            Waiting.get,
            "empty queue .* for self.simple, which is empty, and nobody is "
            "left to put anything in.",
        ),
        (
            Waiting.put_and_join,
            "tasks not done .* for self.full, for whose tasks nobody is left to call "
            "task_done.",
        ),
        (
            Waiting.wait,
            "event never set .* for self.ready, which nobody is left to set.",
        ),
        (
            Waiting.enter,
            "semaphore used up .* for self.places, which nobody is left to release.",
        ),
        (
            Waiting.meet,
            "barrier not full .* for self.meeting, at which too few threads have come.",
        ),
        (
            Waiting.wait_for_news,
            "nobody wakes it .* for self.news, which nobody is left to notify.",
        ),
    ],
)
def test_what_is_waited_for_is_named(body: Any, words: str) -> None:
    start, _, end = words.partition(" .* ")
    said = story(Waiting, {"a": body})
    assert said.startswith(f"an order in which this goes wrong: {start} ")
    assert end in said


class Notified:
    """Waits for a second notify, though it has seen what the first one was for."""

    def __init__(self) -> None:
        self.news = threading.Condition()
        self.told = False

    def tell(self) -> None:
        with self.news:
            self.told = True
            self.news.notify()

    def ask(self) -> None:
        with self.news:
            if not self.told:
                self.news.wait()
            self.news.wait()


def test_a_notify_is_not_lost_if_what_it_was_for_has_been_seen() -> None:
    """It waits too often, or for something else: not for the notify before."""
    said = story(Notified, {"a": Notified.tell, "b": Notified.ask})
    assert "lost wake-up" not in said
    assert said.startswith("an order in which this goes wrong: nobody wakes it ")


class Busy:
    """Does much, and changes what is watched in the middle of it."""

    def __init__(self) -> None:
        self.n = self.other = 0

    def work(self) -> None:
        for i in range(20):
            self.other = i
            if i == 10:
                self.n += 1
        raise ValueError


def test_what_changes_the_watched_state_is_always_shown() -> None:
    report = str(expect_race(Busy, {"a": Busy.work}, watch=lambda b: f"n={b.n}"))
    assert "more steps" in report
    assert re.search(r"self\.n \+= 1\n +now n=1\n", report)


def test_a_long_run_is_shown_at_its_beginning_and_its_end() -> None:
    def spin(busy: Busy) -> None:
        while True:
            busy.other += 1

    race = expect_race(Busy, {"a": spin, "b": spin}, max_steps=900)
    assert race.kind == "no progress"
    assert len(str(race).splitlines()) < 120


class Spinning:
    """Threads that ask for something that nobody will ever do."""

    def __init__(self) -> None:
        self.ready = False
        self.n = 0

    def spin(self) -> None:
        while not self.ready:
            pass

    def count(self) -> None:
        while not self.ready:
            self.n += 1

    def other(self) -> None:
        self.n = 1

    def count_only(self) -> None:
        while self.n >= 0:
            self.n += 1

    def be_late(self) -> None:
        for number in range(1000):
            self.n = number
        self.ready = True


@pytest.mark.parametrize(
    ("threads", "words"),
    [
        ({"a": Spinning.spin, "b": Spinning.other}, "spinning a asks for self.ready"),
        ({"a": Spinning.spin, "b": Spinning.spin}, "spinning a and b ask for"),
        ({"a": Spinning.count, "b": Spinning.other}, ""),
        ({"a": Spinning.spin, "b": Spinning.count}, ""),
        ({"a": Spinning.count_only}, ""),
        ({**dict.fromkeys("abc", Spinning.spin), "d": Spinning.be_late}, ""),
    ],
)
def test_threads_that_spin_are_named(threads: Any, words: str) -> None:
    said = story(Spinning, threads, max_steps=1405)
    assert said.partition("goes wrong")[2].removeprefix(": ").startswith(words)
    assert bool(words) == ("spinning" in said)
    assert bool(words) == said.endswith(", and nobody is left to change it.")


TEN = {f"adder-{number}": sct.Counter.add for number in range(10)}


def test_their_rows_are_shown_where_the_watched_state_changes() -> None:
    race = expect_race(
        sct.Counter, TEN, lambda counter: counter.n == 10, lambda counter: counter.n
    )
    assert str(race).count("self.n = n + 1") == 10


def test_a_report_says_if_no_interruption_is_needed() -> None:
    report = str(expect_race(Waiting, {"a": Waiting.get}))
    assert "It goes wrong even if no thread is interrupted.\n" in report
