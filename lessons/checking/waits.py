"""Notes what an answer calls to wait while it runs in this process, and for how long.

The thread of the check makes a Waits and reads it; the learner's threads enter what
replaces `Condition.wait`, `Queue.get`, `time.sleep` and the like.  No lock: each of its
attributes is one value, and the check may see it a moment late.
"""

import contextlib
import queue
import select
import selectors
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any
from unittest import mock

from lessons.checking.answer import Answer

OFTEN_S = 0.1  # who looks again after so short a time does not wait
_LOOKS = 2  # one may have another reason
_SHORT_S = 0.02  # what a limit of seconds lasts here
_BETWEEN = (__file__, contextlib.__file__, threading.__file__)


class Waits:
    """What the learner's file calls to wait, and how.

    Only what looks a name up while its waits are noted is seen.  So a module that is to
    be judged must be loaded in the block of `noted`.
    """

    def __init__(self, answer: Answer) -> None:
        self.has_slept = False
        self.shortest_s = float("inf")  # of the limits that were over
        self.waits = False  # without a limit, or with a generous one
        self._looks = 0  # limits that were over, and were short
        self._path = str(answer.path)

    @property
    def looks_often(self) -> bool:
        """Whether it looks again and again."""
        return self._looks >= _LOOKS

    @property
    def is_known(self) -> bool:
        """Whether it has shown how it waits."""
        return self.waits or self.has_slept or self.looks_often

    @contextlib.contextmanager
    def noted(self) -> Iterator[None]:
        """Note each wait of the block."""

        class SimpleQueue(queue.SimpleQueue[Any]):
            get = self._get(queue.SimpleQueue.get)

        with contextlib.ExitStack() as stack:
            for name, stands_in in (
                ("queue.Queue.get", self._get(queue.Queue.get)),
                ("queue.Queue.put", self._put(queue.Queue.put)),
                ("queue.SimpleQueue", SimpleQueue),
                ("threading.Condition.wait", self._until(threading.Condition.wait, 1)),
                ("select.select", self._until(select.select, 3)),
                ("time.sleep", self._sleep(time.sleep)),
            ):
                stack.enter_context(mock.patch(name, stands_in))
            for kind in {selectors.SelectSelector, selectors.DefaultSelector}:
                stands_in = self._until(kind.select, 1)
                stack.enter_context(mock.patch.object(kind, "select", stands_in))
            yield

    def _get(self, get: Callable[..., Any]) -> Callable[..., Any]:
        def out(of: Any, block: bool = True, timeout: float | None = None) -> Any:
            with self._limit(block, timeout) as limit_s:
                return get(of, block, limit_s)

        return out

    def _put(self, put: Callable[..., None]) -> Callable[..., None]:
        def into(
            of: Any, item: Any, block: bool = True, timeout: float | None = None
        ) -> None:
            with self._limit(block, timeout) as limit_s:
                put(of, item, block, limit_s)

        return into

    @contextlib.contextmanager
    def _limit(self, block: bool, limit_s: float | None) -> Iterator[float | None]:
        """Note how long a queue may wait; yield a limit that is over in a moment."""
        is_called = block and self._is_called()
        if is_called:
            self._begin(limit_s)
        try:
            yield limit_s and min(limit_s, _SHORT_S)
        except (queue.Empty, queue.Full):
            if is_called:
                self._note(limit_s)
            raise

    def _until(self, wait: Callable[..., Any], place: int) -> Callable[..., Any]:
        """Return what waits, with its limit at `place`; nothing if that is over."""

        def until(*given: Any, **named: Any) -> Any:
            is_called = self._is_called()
            limit_s = given[place] if len(given) > place else named.get("timeout")
            if is_called:
                self._begin(limit_s)
            found = wait(*given, **named)
            if is_called and not (any(found) if isinstance(found, tuple) else found):
                self._note(limit_s)
            return found

        return until

    def _sleep(self, sleep: Callable[[float], None]) -> Callable[[float], None]:
        def shorter(seconds: float) -> None:
            self.has_slept |= self._is_called()
            sleep(min(seconds, _SHORT_S))

        return shorter

    def _is_called(self) -> bool:
        """Tell whether the learner's file calls what replaces a wait.

        It may do so through a class of `threading`: an Event waits for a Condition.
        Not while the file is loaded: what waits there, once, is not the answer's loop.
        """
        frame = sys._getframe(1)
        while frame.f_back and frame.f_code.co_filename in _BETWEEN:
            frame = frame.f_back
        code = frame.f_code
        return code.co_filename == self._path and code.co_name != "<module>"

    def _begin(self, limit_s: float | None) -> None:
        self.waits |= limit_s is None or limit_s > OFTEN_S

    def _note(self, limit_s: float | None) -> None:
        if limit_s:
            self.shortest_s = min(self.shortest_s, limit_s)
            self._looks += limit_s <= OFTEN_S
