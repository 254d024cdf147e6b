"""Judges `pump` of step 13 alone, with a source and a queue that the check plays.

The thread of the check enters.
"""

import contextlib
from collections.abc import Iterator

from lessons.checking import Answer, Wrong

DUE = [("line", "one"), ("line", "two"), ("line", None)]


class _Queue:
    """Writes down what is put into it."""

    def __init__(self, news: list[object]) -> None:
        self.put = news.append


def puts_news(answer: Answer) -> None:
    """pump puts each item of its source into the queue, at once"""
    news: list[object] = []
    early: list[object] = []

    def source() -> Iterator[str]:
        yield "one"
        early.extend(news)
        yield "two"

    answer.module.pump("line", source(), _Queue(news))
    if news in (DUE, DUE[:-1]) and early:  # whether it tells of its end is seen later
        return
    title, why = _called(news)
    raise Wrong(
        title,
        seen=f"a source gave 'one', then 'two', then it ended; pump put {news}",
        expected=f"{DUE}, each as soon as it comes",
        why=why,
        look=answer.line_with("return", "list(", "put(", "def pump(", within="pump"),
    )


def _called(news: list[object]) -> tuple[str, str]:
    if news in (DUE, DUE[:-1]):
        return (
            "pump waits for the end of its source",
            "A source that waits for a key, or for the server, has no end yet.",
        )
    if news in (DUE[:1], [DUE[0], DUE[-1]]):
        return "pump ends after the first item", "More will come: people go on talking."
    return (
        "Something else than (name, item) is put into the queue",
        "Whoever takes it out must know which source it is from.",
    )


def tells_of_its_end(answer: Answer) -> None:
    """A thread that an exception ends is heard of"""
    news: list[object] = []
    with contextlib.suppress(_Failure):
        answer.module.pump("line", _failing(), _Queue(news))
    if news != [("line", "one"), ("line", None)]:
        raise Wrong(
            "An exception ends a thread unseen",
            seen=f"a source gave 'one' and then raised an exception; pump put {news}",
            expected="[('line', 'one'), ('line', None)]",
            why="The thread is gone, and the screen's owner waits for it for ever.",
            look=answer.line_with("def pump("),
        )


class _Failure(Exception):
    """Stands for a mistake somewhere in a source."""


def _failing() -> Iterator[str]:
    yield "one"
    raise _Failure
