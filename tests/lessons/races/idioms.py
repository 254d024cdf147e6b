"""One method for each way in which Python code may touch what threads share.

test_idioms.py runs each alone: its steps are the same on every Python.
"""

# ruff: noqa: C400, C401, C416, C420, SIM117

import contextlib
from collections.abc import Iterator
from typing import Any

total = 1
nothing = None


class Base:
    """What `super()` finds."""

    kind = "base"

    def hello(self, *_: object, **__: object) -> int:
        return len(self.kind)


class Idioms(Base):
    """What the one thread has."""

    def __init__(self) -> None:
        self.lock = contextlib.nullcontext()
        self.other = contextlib.nullcontext()
        self.number = 1
        self.items: Any = [self.number, 2, 3]
        self.table: dict[Any, Any] = {"a": 1, "b": 2}

    def one_lock(self) -> None:
        with self.lock:
            self.number = 2

    def two_locks(self) -> None:
        with self.lock, self.other:
            self.number = 2

    def locks_inside(self) -> None:
        with self.lock:
            with self.other as other:
                self.items.append(other)

    def return_from_with(self) -> int:
        with self.lock:
            return self.number

    def raise_from_with(self) -> None:
        with contextlib.suppress(ValueError), self.lock:
            raise ValueError

    def break_from_with(self) -> None:
        while True:
            with self.lock:
                break

    def looks_like_an_exit(self) -> None:
        self.hello(None, None, None)
        self.hello(None, None)

    def attributes(self) -> None:
        self.extra = self.number
        self.number += 1
        self.number += self.extra
        del self.extra

    def subscripts(self) -> None:
        self.table["c"] = self.table["a"]
        self.table["a"] += 1
        self.table[self.number] = 0
        del self.table["b"]

    def slices(self) -> None:
        number = len(self.items)
        self.items[1:number] = self.items[0:number]
        self.items[1:2] = self.items[0:1]
        del self.items[1:2]

    def changes(self) -> None:
        self.items += [1]
        self.items += self.items
        self.items *= 2
        text = "a"
        text += "b"

    def globals(self) -> None:
        global total
        total += 1
        total = total + 1
        if nothing is None:
            del total
        total = 1

    def memberships(self) -> bool:
        return "a" in self.table or self.number not in self.items

    def loop(self) -> None:
        for item in self.items:
            self.number = item

    def long_loop(self) -> None:
        for item in self.items:
            if item:
                self.number = item
            if not item:
                self.table["a"] = self.table["b"] = self.table["c"] = item
                self.table["a"] = self.table["b"] = self.table["c"] = item
                self.table["a"] = self.table["b"] = self.table["c"] = item
                self.table["a"] = self.table["b"] = self.table["c"] = item
                self.table["a"] = self.table["b"] = self.table["c"] = item
                self.table["a"] = self.table["b"] = self.table["c"] = item
                self.table["a"] = self.table["b"] = self.table["c"] = item
                self.table["a"] = self.table["b"] = self.table["c"] = item
                self.table["a"] = self.table["b"] = self.table["c"] = item
                self.table["a"] = self.table["b"] = self.table["c"] = item
                self.table["a"] = self.table["b"] = self.table["c"] = item

    def while_loop(self) -> None:
        while self.number < 3:
            self.number += 1

    def comprehensions(self) -> None:
        self.items = [item + self.number for item in self.items]
        self.table = {item: self.number for item in self.items}
        self.items = list({item for item in self.items if item > self.number})

    def generator_expression(self) -> None:
        self.number = sum(item for item in self.items)
        self.number = sum(a * b for a in self.items for b in self.sorted())

    def python_may_inline_others(self) -> None:
        self.table["any"] = any(item > self.number for item in self.items)
        self.table["all"] = all(item > self.number for item in self.sorted())
        self.table["tuple"] = tuple(item for item in [i + 1 for i in self.items])
        self.table["list"] = list(item for item in self.items)
        self.table["set"] = set(item for item in self.items)

    def python_may_inline_any(self) -> None:
        self.number = any(item > 2 for item in self.items)

    def sorted(self) -> list[int]:
        return sorted(self.items, key=lambda item: -item)

    def generator(self) -> Iterator[int]:
        yield self.number
        yield from self.items

    def consume(self) -> None:
        for item in self.generator():
            self.number = item

    def calls(self) -> None:
        self.hello(self.number)
        self.hello(key=self.number)
        self.hello(*self.items, **self.table)

    def unpacking(self) -> None:
        first, *_ = self.items
        self.items = [first, *self.items]
        self.table = {**self.table, "c": first}
        self.items = {first, *self.items}

    def closure(self) -> int:
        number = self.number

        def inner() -> int:
            nonlocal number
            number += 1
            return number

        number = inner()
        return number

    def annotated_inside(self) -> int:
        kind = int

        def inner(value: kind) -> kind:  # type: ignore[valid-type]
            return value

        return inner(self.number)

    def parent(self) -> int:
        return super().hello(1) + len(super().kind)

    def assertion(self) -> None:
        with contextlib.suppress(AssertionError):
            assert self.number == 2, self.number

    def finally_on_both_ways(self) -> None:
        try:
            self.number = 2
        finally:
            self.number = 3

    def texts(self) -> str:
        return f"{self.number} {self.items[0]!r} {self.hello():>3}"

    def matching(self) -> int:
        match self.items:
            case [first, *_]:
                return int(first)
            case _:
                return 0

    def generators_in_loops(self) -> None:
        for item in (i + 1 for i in self.items):
            self.number = item
        self.items = [i for i in (item for item in self.items)]

    def conditional(self) -> int | None:
        return self.number if self.items and not self.table.get("z") else None

    def walrus(self) -> None:
        while (number := self.number) < 3:
            self.number = number + 1


class Multiline(Base):
    """What spreads over several lines; before 3.13 Python does not know them all."""

    def __init__(self) -> None:
        self.items = [1, 2]
        self.lock = contextlib.nullcontext()

    def several_lines(self) -> None:
        self.items = [
            item  #
            for item in self.items
            if item > 1
        ]
        self.items = list(
            item  #
            for item in self.items
            if any(
                other > 1  #
                for other in self.items
            )
        )
        with (
            self.lock,
            contextlib.suppress(
                ValueError,
            ),
        ):
            self.items = []
