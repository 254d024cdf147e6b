"""Judges `pump` of step 13 alone, with a source that the check plays.

The thread of the check enters.
"""

import ast
import contextlib
import queue
from collections.abc import Iterator

from lessons.checking import SCALE, Answer, Wrong

CHECK_LIMIT_S = 6.0 * SCALE  # for code that hangs
NAME = "mail"  # neither of those that `run` gives: no name is built in
DUE = [(NAME, "one"), (NAME, "two"), (NAME, None)]


def puts_news(answer: Answer) -> None:
    """pump puts each item of its source into the queue, at once"""
    waiting: queue.Queue[object] = queue.Queue()
    early: list[object] = []

    def source() -> Iterator[str]:
        yield "one"
        early.extend(waiting.queue)
        yield "two"

    answer.module.pump(NAME, source(), waiting)
    news = list(waiting.queue)
    if news in (DUE, DUE[:-1]) and early:  # whether it tells of its end is seen later
        return
    title, why = _called(news)
    raise Wrong(
        title,
        seen=f"the source {NAME!r} gave 'one', then 'two', then it ended; pump put "
        f"{news}",
        expected=f"{DUE}, each as soon as it comes",
        why=why,
        look=answer.line_with("return", "list(", "put(", "def pump(", within="pump"),
    )


def _called(news: list[object]) -> tuple[str, str]:
    if news in (DUE, DUE[:-1]):
        return (
            "pump waits for the end of its source",
            "A source that waits for a key, or for the server, has not ended yet.",
        )
    if news in (DUE[:1], [DUE[0], DUE[-1]]):
        return "pump ends after the first item", "More will come: people go on talking."
    if not news:
        return "pump puts nothing into the queue", (
            "The loop in run never gets what has arrived."
        )
    if [one for one in news if one != DUE[-1]] == DUE[:-1]:
        return (
            "pump reports an end when the source has not ended",
            "run stops at (name, None), so put it only once, after everything else.",
        )
    return (
        "pump puts something other than (name, item) into the queue",
        "The loop that takes an item out must know which source it comes from.",
    )


def says_its_end(answer: Answer) -> bool:
    """Tell whether pump puts (name, None) when its source ends, and run calls pump."""
    waiting: queue.Queue[object] = queue.Queue()
    answer.module.pump(NAME, iter(["one"]), waiting)
    names = [n.id for n in ast.walk(answer.tree) if isinstance(n, ast.Name)]
    return DUE[-1] in waiting.queue and "pump" in names


def tells_of_its_end(answer: Answer) -> None:
    """pump reports the end of its source after an exception, too"""
    waiting: queue.Queue[object] = queue.Queue()
    with contextlib.suppress(_Failure):
        answer.module.pump(NAME, _failing(), waiting)
    news = list(waiting.queue)
    if news == [DUE[0], DUE[-1]]:
        return
    if DUE[-1] in news:
        raise Wrong(
            "pump puts more into the queue than the items and the end",
            seen=f"a source gave 'one' and then raised an exception; pump put {news}",
            expected=f"{[DUE[0], DUE[-1]]}",
            why="run takes all that is not None for a line or a key.",
            look=answer.line_with("except ", within="pump")
            or answer.line_with("def pump("),
        )
    raise Wrong(
        "An exception ends a thread, and run is not told",
        seen=f"a source gave 'one' and then raised an exception; pump put {news}",
        expected=f"{[DUE[0], DUE[-1]]}",
        why="The thread has ended, and run waits for its news forever.",
        look=answer.line_with("def pump("),
    )


class _Failure(Exception):
    """Stands for a mistake somewhere in a source."""


def _failing() -> Iterator[str]:
    yield "one"
    raise _Failure
