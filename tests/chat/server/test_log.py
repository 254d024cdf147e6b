"""The log: a burst takes few lines, and nothing else is lost."""

import logging
import os
import queue
import re
from types import SimpleNamespace
from typing import Any

import pytest

from chat.server import log
from chat.server.log import COUNT_S, GOES_ON_S, SHOWN_EVENTS, Bursts, Log
from tests.support import Client, server_process, until


def joined(number: int) -> str:
    return f"name{number} joined from 10.0.0.7:{number}"


def test_of_like_events_the_first_are_shown_and_the_others_counted() -> None:
    bursts = Bursts()
    shown = [bursts.is_shown(joined(n), 100) for n in range(100)]
    assert shown == [True] * SHOWN_EVENTS + [False] * (100 - SHOWN_EVENTS)
    assert bursts.ended(100 + COUNT_S / 2) == []
    told = f"{100 - SHOWN_EVENTS} more like this, the last: {joined(99)}"
    assert bursts.ended(100 + COUNT_S) == [told]


def test_a_burst_that_goes_on_is_one_line_each_time() -> None:
    bursts = Bursts()
    lines = 0
    for now in range(200):
        for number in range(10):
            lines += bursts.is_shown(joined(number), now)
        lines += len(bursts.ended(now))
    assert lines == SHOWN_EVENTS + 1 + (199 - COUNT_S) // GOES_ON_S


def test_when_it_is_over_the_next_event_is_shown_again() -> None:
    bursts = Bursts()
    for number in range(10):
        bursts.is_shown(joined(number), 100)
    assert bursts.ended(100 + COUNT_S)
    later = 100 + COUNT_S + GOES_ON_S
    assert bursts.ended(later) == []
    assert not bursts
    assert bursts.is_shown(joined(1), later)


@pytest.mark.parametrize(
    "other",
    [
        "ann left: closed the connection",
        "ann left: evicted: 262,145 bytes waiting",
        "10.0.0.7:4242 refused: The server is full; try again later",
        "An error has ended the postman\nTraceback ...",
    ],
)
def test_what_is_not_alike_is_not_counted_with_it(other: str) -> None:
    bursts = Bursts()
    for number in range(100):
        bursts.is_shown(joined(number), 100)
    assert bursts.is_shown(other, 100)


def test_the_last_line_about_an_error_repeats_no_traceback() -> None:
    bursts = Bursts()
    for _ in range(SHOWN_EVENTS + 1):
        bursts.is_shown("10.0.0.7:4242:\nTraceback ...", 100)
    assert bursts.ended(200) == ["1 more like this, the last: 10.0.0.7:4242:"]


@pytest.mark.skipif(os.name != "posix", reason="SIGTERM: the end tells the counts")
def test_the_log_of_a_server_counts_whoever_they_are() -> None:
    with server_process("--rate=0") as process:
        for name in "abcdefgh":
            Client(process.address).join(name).leave()
        process.terminate()
        _, text = process.communicate()
    lines = re.findall(r"^\d\d:\d\d:\d\d (.*)$", text, re.MULTILINE)
    for event in ("joined from", "left: closed"):
        shown = [line for line in lines if event in line]
        assert len(shown) == SHOWN_EVENTS + 1
        # Who leaves first may be logged last: each is seen off by a thread of its own.
        assert re.match("3 more like this, the last: [a-h] (joined|left)", shown[-1])


class Lines(logging.Handler):
    """Keeps what is written."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: queue.Queue[str] = queue.Queue()

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.put(record.getMessage())


def say(waiting: "queue.Queue[Any]", text: str) -> None:
    waiting.put(logging.LogRecord("chat", logging.INFO, "", 0, text, None, None))


def test_a_count_comes_though_nothing_else_happens(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = [100.0]
    monkeypatch.setattr(log, "time", SimpleNamespace(monotonic=lambda: now[0]))
    monkeypatch.setattr(log, "COUNT_S", 0.1)
    waiting: queue.Queue[Any] = queue.Queue()
    handler = Lines()
    running = Log(waiting, handler)
    running.start()
    for number in range(SHOWN_EVENTS + 3):
        say(waiting, joined(number))
    until(lambda: any(b.counted == 3 for b in running._bursts._by_kind.values()))
    now[0] += 1
    seen = [handler.lines.get(timeout=10) for _ in range(SHOWN_EVENTS + 1)]
    running.stop()
    assert seen[-1].startswith("3 more like this")


def test_a_count_is_not_lost_at_the_end() -> None:
    waiting: queue.Queue[Any] = queue.Queue()
    handler = Lines()
    running = Log(waiting, handler)
    for number in range(SHOWN_EVENTS + 3):
        say(waiting, joined(number))
    running.start()
    running.stop()
    assert list(handler.lines.queue)[-1].startswith("3 more like this")
