"""Hypothesis chooses what the threads do; the search tries who does it when.

One thread enters, the one that explores.  Nobody has to say what is right: whatever
threads do at once must end like some order in which their operations run one after the
other.  Hypothesis is imported only where a strategy is made, as the rest of the race
checker needs the standard library alone.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from lessons.races.scenario import Scenario
from lessons.races.search import Explored, search
from lessons.races.session import Session

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

Operation = tuple[str, tuple[Any, ...]]  # a method's name and its arguments
Program = tuple[tuple[Operation, ...], ...]  # what each thread calls, in turn


def programs(
    operations: "Mapping[str, Sequence[SearchStrategy[Any]]]",
    threads: int = 2,
    most: int = 2,
) -> "SearchStrategy[Program]":
    """Return a strategy for programs of up to `most` operations in each thread.

    `operations` gives for each method a strategy for each of its arguments.  A
    failure shrinks to few operations with small arguments.
    """
    from hypothesis import strategies as st

    calls = [
        st.tuples(st.just(name), st.tuples(*arguments))
        for name, arguments in operations.items()
    ]
    one_thread = st.lists(st.one_of(calls), min_size=1, max_size=most).map(tuple)
    return st.tuples(*[one_thread] * threads)


def expect_one_at_a_time(
    make: Callable[[], Any],
    program: Program,
    observe: Callable[[Any], object] = lambda state: "",
    *,
    preemptions: int | None = 1,
    limit: int = 10_000,
    **settings: Any,
) -> Explored:
    """Raise RaceFound if a schedule of `program` ends like no one-by-one order.

    An end is what each operation returned or raised, and what `observe` returns of
    the final state; ends are compared by their `repr`.
    """
    __tracebackhide__ = True
    settings = _with_code(make, settings)
    allowed = _ends_one_at_a_time(make, program, observe, settings)

    def check(run: "_Recorded") -> None:
        end = run.end(observe)
        assert end in allowed, f"no order one after the other ends with {end}"

    scenario = Scenario(
        lambda: _Recorded(make(), len(program)),
        {
            f"thread {i + 1}": _body((i, step) for step in steps)
            for i, steps in enumerate(program)
        },
        check,
        lambda run: observe(run.state),
        **settings,
    )
    found, explored = search(scenario, preemptions, limit)
    if found:
        raise found
    return explored


class _Recorded:
    """The state, and what each thread's operations came to."""

    def __init__(self, state: Any, threads: int) -> None:
        self.state = state
        self.results: list[list[str]] = [[] for _ in range(threads)]

    def do(self, thread: int, operation: Operation) -> None:
        """Call one method and keep its result."""
        name, arguments = operation
        try:
            result = repr(getattr(self.state, name)(*arguments))
        except Exception as error:
            result = repr(error)
        self.results[thread].append(f"{_called(operation)} -> {result}")

    def end(self, observe: Callable[[Any], object]) -> str:
        """Return what there is to compare."""
        results = "; ".join(", ".join(some) for some in self.results)
        observed = observe(self.state)
        return f"{results}; at the end {observed!r}" if observed != "" else results


def _called(operation: Operation) -> str:
    name, arguments = operation
    return f"{name}({', '.join(map(repr, arguments))})"


def _body(calls: Iterable[tuple[int, Operation]]) -> Callable[[_Recorded], None]:
    fixed = list(calls)

    def body(run: _Recorded) -> None:
        for thread, operation in fixed:
            run.do(thread, operation)

    return body


def _with_code(make: Callable[[], Any], settings: dict[str, Any]) -> dict[str, Any]:
    """Name the files to be followed, because the state is hidden in a `_Recorded`."""
    if settings.get("code"):
        return settings
    with Session(Scenario(make, {})) as session:
        return {**settings, "code": sorted(session.tracer.files)}


def _ends_one_at_a_time(
    make: Callable[[], Any],
    program: Program,
    observe: Callable[[Any], object],
    settings: dict[str, Any],
) -> set[str]:
    """Return the end of every order without overlap, but for those that block."""
    ends: set[str] = set()
    for order in _orders([len(steps) for steps in program]):
        todo = [iter(steps) for steps in program]
        calls = [(thread, next(todo[thread])) for thread in order]
        scenario = Scenario(
            lambda: _Recorded(make(), len(program)),
            {"one": _body(calls)},
            lambda run: ends.add(run.end(observe)),
            **settings,
        )
        search(scenario, 0, 1)
    return ends


def _orders(left: list[int], so_far: tuple[int, ...] = ()) -> Iterator[tuple[int, ...]]:
    """Yield each order of the threads' operations, as thread numbers."""
    if not any(left):
        yield so_far
    for thread, count in enumerate(left):
        if count:
            fewer = [n - (i == thread) for i, n in enumerate(left)]
            yield from _orders(fewer, (*so_far, thread))
