"""A cause is named only if experiments show it: no program gets a false one."""

import _thread
import re
import socket
import threading
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lessons.races import expect_race, otherwise, session
from lessons.races.search import Budget, Scenario, look_for_race
from lessons.races.session import Attempts


def head(*args: Any, **options: Any) -> str:
    """Return the first lines of a report, after "goes wrong", in one line."""
    report = str(expect_race(*args, **options))
    return " ".join(report.split("\n\n")[0].split()).partition("goes wrong")[2]


class Shared:
    """A counter that loses updates, and other things that go wrong for themselves."""

    def __init__(self) -> None:
        self.lock, self.other_lock = threading.Lock(), threading.Lock()
        self.hits = self.n = 0
        self.users: dict[str, int] = {}
        self.both = 0

    def hit(self) -> None:
        hits = self.hits
        self.hits = hits + 1

    def hit_and_fail(self) -> None:
        self.hit()
        raise ValueError("whatever the order is")

    def hit_and_add(self) -> None:
        hits = self.hits
        n = self.n
        self.n = n + 1
        self.hits = hits + 1

    def add_and_hit(self) -> None:
        n = self.n
        hits = self.hits
        self.hits = hits + 1
        self.n = n + 1

    def add_between(self) -> None:
        n = self.n
        self.hit()
        self.n = n + 1

    def join(self, number: int) -> None:
        hits = self.hits
        if "ann" not in self.users:
            self.users["ann"] = number
            self.both += 1
        self.hits = hits + 1

    def add_under(self, lock: threading.Lock) -> None:
        with lock:
            self.hits += 1
        n = self.n
        self.n = n + 1


def two(body: Any) -> dict[str, Any]:
    return {"a": body, "b": body}


def added_twice(shared: Shared) -> None:
    assert shared.n == 2


def test_what_fails_in_any_order_has_no_cause() -> None:
    assert head(Shared, two(Shared.hit), lambda shared: False) == ""
    assert head(Shared, two(Shared.hit_and_fail)) == ""
    assert head(Shared, two(Shared.hit_and_add), lambda s: s.hits == 3) == ""


@pytest.mark.parametrize(
    "body", [Shared.hit_and_add, Shared.add_and_hit, Shared.add_between]
)
def test_of_two_lost_updates_the_one_that_matters_is_named(body: Any) -> None:
    said = head(Shared, two(body), added_twice)
    assert said.startswith(": lost update a reads self.n at")
    assert "hits" not in said
    said = head(Shared, two(body), lambda shared: shared.hits == 2)
    assert said.startswith(": lost update a reads self.hits at")
    assert "self.n " not in said


def test_a_check_that_is_out_of_date_is_named_and_not_the_count_beside_it() -> None:
    threads = {"a": lambda s: s.join(1), "b": lambda s: s.join(2)}
    said = head(Shared, threads, lambda shared: shared.both == 1)
    assert said.startswith(": check-then-act a checks self.users at")
    assert "hits" not in said


def test_two_locks_are_not_blamed_if_they_guard_something_else() -> None:
    threads = {
        "a": lambda s: s.add_under(s.lock),
        "b": lambda s: s.add_under(s.other_lock),
    }
    assert head(Shared, threads, added_twice).startswith(": lost update")
    said = head(Shared, threads, lambda s: s.hits == 2, operations=True)
    assert said.startswith(": wrong lock a holds self.lock when it")


def test_a_second_wrong_change_is_not_blamed_on_the_order() -> None:
    """To remove what is not one's own is wrong, and waiting would only hide it."""

    def leave(shared: Shared) -> None:
        shared.users.pop("ann", None)

    def enter(shared: Shared) -> None:
        shared.users["ann"] = 2

    def is_there(shared: Shared) -> bool:
        return shared.users == {"ann": 2}

    threads = {"old": leave, "new": enter}
    assert head(Shared, {"new": enter, "old": leave}, is_there) == ""
    assert head(Shared, threads, is_there) == ""


class Prepared:
    """One thread uses what another one has to prepare."""

    def __init__(self) -> None:
        self.tool: str | None = None
        self.used = ""
        self.begun = threading.Event()
        self.number = 0

    def prepare(self) -> None:
        self.tool = "hammer"

    def use(self) -> None:
        self.used = self.tool.upper()  # type: ignore[union-attr]

    def prepare_late(self) -> None:
        self.begun.set()
        self.tool = "hammer"

    def use_when_begun(self) -> None:
        self.begun.wait()
        self.used = self.tool.upper()  # type: ignore[union-attr]

    def prepare_slowly(self) -> None:
        self.tool = "hammer"
        for number in range(30):
            self.number = number
        self.used = "tool"

    def use_slowly(self) -> None:
        if self.tool:
            assert self.used

    def prepare_unseen(self) -> None:
        self.tool = "hammer"
        vars(self)["left"] = 1
        vars(self)["right"] = 1

    def use_unseen(self) -> None:
        if self.tool:
            assert vars(self).get("left") == vars(self).get("right")


def test_use_before_it_is_set_is_a_wrong_order() -> None:
    said = head(Prepared, {"user": Prepared.use, "maker": Prepared.prepare})
    assert said.startswith(": order violation user reads self.tool at turn 1 (line ")
    assert "It would go well after maker (line " in said
    assert said.endswith("changes it, but nothing makes user wait for maker.")


def test_an_order_that_is_wrong_is_not_called_an_interruption() -> None:
    threads = {"maker": Prepared.prepare_late, "user": Prepared.use_when_begun}
    said = head(Prepared, threads)
    assert said.startswith(": order violation user reads self.tool at")


def test_what_was_not_tried_out_to_its_end_is_not_called_an_order() -> None:
    """It would help to let 61 more turns come first; so many are not tried."""
    threads = {"maker": Prepared.prepare_slowly, "user": Prepared.use_slowly}
    assert head(Prepared, threads) == ""


def test_an_interruption_that_cannot_be_named_is_not_called_an_order() -> None:
    threads = {"maker": Prepared.prepare_unseen, "user": Prepared.use_unseen}
    assert head(Prepared, threads) == ""


class Unruly:
    """In another order it does what the checker refuses, or is stuck."""

    tries = 0
    runs = 0

    def __init__(self) -> None:
        self.n = 0

    def first(self) -> None:
        self.n = 1

    def refused(self) -> None:
        if self.n == 0:
            _thread.start_new_thread(print, ())

    def stuck(self) -> None:
        if self.n == 0:
            Unruly.tries += 1
            ENDLESS[0].recv(1)

    def seldom(self) -> None:
        Unruly.runs += 1
        assert self.n == 0 or Unruly.runs > 2


ENDLESS = socket.socketpair()


@pytest.mark.parametrize("others", [1, 2])
def test_what_is_refused_in_an_experiment_costs_only_the_cause(others: int) -> None:
    threads = {"a": Unruly.first} | {
        f"b{number}": Unruly.refused for number in range(others)
    }
    assert head(Unruly, threads, lambda unruly: False) == ""


@pytest.mark.slow
@pytest.mark.parametrize("others", [1, 2])
def test_one_stuck_experiment_is_enough(
    others: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Unruly, "tries", 0)
    threads = {"a": Unruly.first, **{str(n): Unruly.stuck for n in range(others)}}
    assert head(Unruly, threads, lambda unruly: False, patience_s=0.05) == ""
    ENDLESS[1].send(b"...")
    assert 1 <= Unruly.tries < 5


def test_what_goes_well_later_in_any_order_has_no_cause(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It keeps a count from run to run, which is against the rules."""
    monkeypatch.setattr(Unruly, "runs", 0)
    assert head(Unruly, {"a": Unruly.first, "b": Unruly.seldom}) == ""


class Parts:
    """Two parts that belong together, and threads that come between them."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.stock, self.sold, self.price = 5, 0, 10

    def sell(self) -> None:
        self.stock -= 1
        self.sold += 1

    def look(self) -> None:
        assert self.stock + self.sold == 5

    def look_twice(self) -> None:
        first = self.stock
        assert first == self.stock

    def look_and_sell(self) -> None:
        first = self.stock
        left = self.stock = self.stock - 1
        assert left == first - 1

    def look_at_each(self) -> None:
        stock = self.stock
        assert stock + self.sold == 5

    def look_at_each_locked(self) -> None:
        with self.lock:
            stock = self.stock
        with self.lock:
            assert stock == self.stock

    def sell_locked(self) -> None:
        with self.lock:
            self.stock -= 1
            self.sold += 1

    def sell_in_one(self) -> None:
        self.stock, self.sold = self.stock - 1, self.sold + 1

    def write_and_read(self) -> None:
        self.price = 20
        assert self.price == 20

    def reset(self) -> None:
        self.price = 0


@pytest.mark.parametrize(
    ("one", "other", "words"),
    [
        (Parts.sell, Parts.look, "half a change was seen a changes self.stock at"),
        (Parts.look_twice, Parts.sell, "changed between two looks a looks at"),
        (Parts.look_and_sell, Parts.sell, "changed between two looks a looks at self"),
        (Parts.look_at_each, Parts.sell_in_one, "an old value used a reads self.st"),
        (
            Parts.look_at_each_locked,
            Parts.sell_locked,
            "lock released too soon a reads self.stock at turn 2",
        ),
        (Parts.write_and_read, Parts.reset, "changed in between a writes self.price"),
    ],
)
def test_what_comes_between_two_steps_is_named(
    one: Any, other: Any, words: str
) -> None:
    assert head(Parts, {"a": one, "b": other}).startswith(f": {words}")


class Several:
    """Three counters; what is done to one has nothing to do with the others."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.x = self.y = self.z = 0

    def add_x(self) -> None:
        x = self.x
        self.x = x + 1

    def add_y(self) -> None:
        y = self.y
        self.y = y + 1

    def add_y_twice(self) -> None:
        self.y += 1
        self.y += 1

    def check_z(self) -> None:
        if self.z == 0:
            self.z = 1

    def add_x_locked(self) -> None:
        with self.lock:
            self.add_x()

    def add_y_locked(self) -> None:
        with self.lock:
            self.add_y()

    def nothing(self) -> None:
        with self.lock:
            pass


OPERATIONS = sorted(name for name in vars(Several) if "_" in name.strip("_"))
ADDING = {"add_x", "add_x_locked"}


@pytest.mark.slow
@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.lists(st.sampled_from(OPERATIONS), max_size=4), min_size=2, max_size=3)
)
def test_only_what_the_check_looks_at_is_ever_named(
    program: list[list[str]],
) -> None:
    """The check is about x alone, so nothing that happens to y or z is a cause."""

    def body(names: list[str]) -> Any:
        def run(several: Several) -> None:
            several.nothing()
            for name in names:
                getattr(several, name)()

        return run

    expected = sum(name in ADDING for names in program for name in names)
    threads = {f"t{number}": body(names) for number, names in enumerate(program)}
    scenario = Scenario(Several, threads, lambda s: s.x == expected, code=[Several])
    race, _ = look_for_race(scenario, Budget(limit=60))
    if race is None:
        return
    said = str(race).split("\n\n")[0]
    assert re.findall(r"self\.(\w)\b", said) in ([], ["x"]), said
    if said.count("\n"):
        assert re.match(r"an order .*: (lost update|changed between two looks)\n", said)


def test_a_wrong_total_is_no_cause_of_whatever_happens_beside_it() -> None:
    threads = {"a": Several.add_y, "b": Several.add_y, "c": Several.check_z}
    race = expect_race(Several, threads, lambda several: several.x == 1)
    assert "goes wrong\n" in str(race)


@pytest.mark.parametrize("bound", ["MOST_RUNS", "MOST_STEPS"])
def test_no_cause_is_named_when_the_attempts_are_used_up(
    bound: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They end within an experiment, which may take two runs."""
    threads = {"maker": Prepared.prepare_late, "user": Prepared.use_when_begun}
    made = list[int]()
    run = Attempts.run

    def counted(self: Attempts, *args: Any, **options: Any) -> Any:
        found = run(self, *args, **options)
        made.append(len(found.story.events))
        return found

    monkeypatch.setattr(Attempts, "run", counted)
    monkeypatch.setattr(otherwise if bound == "MOST_RUNS" else session, bound, 1)
    assert head(Prepared, threads) == ""
    assert 1 <= len(made) <= 2
