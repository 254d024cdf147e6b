"""A check sees whether an answer waits until it is woken, or looks by itself."""

import copy
import threading
from pathlib import Path

import pytest

from lessons.checking import Answer, soon
from lessons.checking.waits import Waits

ANSWER = """
import queue, select, selectors, socket, threading, time

changed, tick, few = threading.Condition(), threading.Event(), threading.Semaphore(0)
news, box, full = queue.Queue(), queue.SimpleQueue(), queue.Queue(1)
full.put_nowait(1)
here, there = socket.socketpair()
selector = selectors.DefaultSelector()
selector.register(here, selectors.EVENT_READ)
over = []

def wait():
    while not over:
        try:
            with changed:
                {}
        except (queue.Empty, queue.Full):
            pass

def end():
    over.append(True)
    tick.set(), few.release(), news.put(0), box.put(0), full.get(), there.send(b"x")
    with changed:
        changed.notify_all()

def close():
    here.close(), there.close(), selector.close()
"""


def watched(line: str, folder: Path) -> Waits:
    """Return how an answer waits that does so in one line, again and again.

    What ends it is no longer noted.
    """
    file = folder / "exercise.py"
    file.write_text(ANSWER.format(line), encoding="utf-8")
    answer = Answer(file)
    waits = Waits(answer)
    with waits.noted():
        waiter = threading.Thread(target=answer.module.wait)
        waiter.start()
        try:
            assert soon(lambda: waits.is_known)
            return copy.copy(waits)
        finally:
            answer.module.end()
            waiter.join()
            answer.module.close()


@pytest.mark.parametrize(
    "line",
    [
        "changed.wait(0.01)",
        "changed.wait_for(lambda: over, timeout=0.01)",
        "tick.wait(timeout=0.01)",
        "few.acquire(timeout=0.01)",
        "news.get(True, 0.1)",
        "box.get(timeout=0.1)",
        "full.put(2, timeout=0.1)",
        "select.select([here], [], [], 0.01)",
        "selector.select(0.01)",
    ],
)
def test_a_short_limit_is_a_look(line: str, tmp_path: Path) -> None:
    waits = watched(line, tmp_path)
    assert (waits.looks_often, waits.waits) == (True, False)


@pytest.mark.parametrize(
    "line",
    [
        "changed.wait()",
        "tick.wait(60)",
        "few.acquire()",
        "news.get(timeout=60)",
        "box.get()",
        "full.put(2)",
        "select.select([here], [], [])",
        "selector.select(timeout=60)",
    ],
)
def test_what_waits_for_long_looks_at_nothing(line: str, tmp_path: Path) -> None:
    waits = watched(line, tmp_path)
    assert (waits.looks_often, waits.waits) == (False, True)


def test_a_sleep_is_seen(tmp_path: Path) -> None:
    assert watched("time.sleep(0.01)", tmp_path).has_slept
