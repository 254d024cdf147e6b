"""The inbox: floods wait, keys do not, and no thread dies unheard."""

import itertools
import queue
from collections.abc import Iterator

import pytest

from chat.client.inbox import WAITING_EVENTS, Ended, Event, Inbox, Received
from tests.support import DEADLINE_S, until


def test_a_source_that_is_ahead_waits_and_the_others_do_not() -> None:
    inbox, taken = Inbox(), itertools.count()
    drawn = 0

    def flood() -> Iterator[Event]:
        nonlocal drawn
        for drawn in itertools.count(1):  # noqa: B007 - the test reads it
            yield Received([str(next(taken))])

    inbox.pump(flood(), Ended("server"))
    until(lambda: drawn > WAITING_EVENTS)
    inbox.pump([Received(["other"])], Ended("terminal"))
    events = [inbox.get(DEADLINE_S) for _ in range(3 * WAITING_EVENTS)]
    assert Received(["other"]) in events
    assert drawn <= 4 * WAITING_EVENTS + 1


def test_a_bug_in_a_thread_is_raised_where_the_inbox_is_read() -> None:
    inbox = Inbox()
    inbox.pump((Received([str(1 // n)]) for n in (1, 0)), Ended("server"))
    assert inbox.get(DEADLINE_S) == Received(["1"])
    with pytest.raises(ZeroDivisionError):
        inbox.get(DEADLINE_S)


def test_a_source_ends_with_its_last_event() -> None:
    inbox = Inbox()
    inbox.pump([Received(["a"])], Ended("server"))
    assert inbox.get(DEADLINE_S) == Received(["a"])
    assert inbox.get(DEADLINE_S) == Ended("server")


def test_nothing_came_in_time() -> None:
    with pytest.raises(queue.Empty):
        Inbox().get(0)
