"""A long search says on a terminal how far it is, and on nothing else."""

import io
import sys

import pytest

from lessons.races import explore, progress
from lessons.races.benchmark.sct import Counter, CounterLocked


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def explored_on(stream: io.StringIO, patch: pytest.MonkeyPatch) -> str:
    patch.setattr(sys, "stderr", stream)
    patch.setattr(progress, "FIRST_S", 0.0)
    patch.setattr(progress, "EACH_S", 0.0)
    explore(CounterLocked, {"a": Counter.add, "b": Counter.add}, preemptions=0)
    return stream.getvalue()


def test_on_a_terminal_it_rewrites_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    written = explored_on(Terminal(), monkeypatch)
    assert "\n" not in written
    assert "2 schedules in 0 s, now with 1 changes of the default order" in written
    assert written.endswith(" \r")  # the line is empty again


def test_elsewhere_it_is_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    assert explored_on(io.StringIO(), monkeypatch) == ""
    monkeypatch.setattr(sys, "stderr", None)
    assert explore(CounterLocked, {"a": Counter.add}).complete
