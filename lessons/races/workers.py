"""One thread of a run, and what it asks of the run.

Each thread waits at its own baton, a real lock.  Whoever holds a baton runs, and only
one thread does: so all that is written here is touched by one thread at a time, and
nothing else guards it.

Threads, locks and the run need each other.  To keep them in files that do not import
each other in a circle, this file says what a thread needs of a lock (`Held`) and of the
run (`Scheduler`); primitives.py and scheduler.py, above it, have them.
"""

import _thread
import inspect
import threading
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn, Protocol

from lessons.races.bytecode import COMPREHENSIONS
from lessons.races.failures import Unwind
from lessons.races.names import Named
from lessons.races.sleeping import sleeps
from lessons.races.steps import Operation, Place
from lessons.races.story import Story
from lessons.races.tracing import Tracer

TIME = "time"  # what holds the lock that a sleeper waits for

_start_new_thread = _thread.start_new_thread  # it is replaced during a run
_workers: dict[int, "Worker"] = {}  # by thread identifier


def current() -> "Worker | None":
    """Return the worker that calls, or None in a thread of no run."""
    return _workers.get(_thread.get_ident())


class Held(Protocol):
    """What a thread holds or waits for: a lock, news, time, the end of a thread."""

    holder: object  # None if nobody has it
    taken_at: Place | None
    taken_event: int  # of the story of the run
    for_news: bool  # someone else releases it, to wake its holder
    end_of: str  # the name of a thread that holds it until it ends

    @property
    def label(self) -> str:
        """What the code calls it."""

    @property
    def holder_name(self) -> str:
        """The name of the thread that has it."""

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        """Take it; False if that was impossible in time."""

    def release(self) -> None:
        """Give it back."""


class Scheduler(Protocol):
    """The run that a thread is in."""

    tracer: Tracer
    story: Story
    running: "Worker | None"  # it has the baton
    stopping: bool  # all threads are to end
    looking: bool  # at the watched state: that is not a step
    clock_s: float
    serial: Callable[[], int]  # numbers what is made in the run

    def reached(self, worker: "Worker", frame: FrameType, operation: Operation) -> None:
        """Stop before a step; return when it is to be done."""

    def wait(self, worker: "Worker", lock: Held, timeout_s: float) -> bool:
        """Let others run until `lock` is free, or else time is up: False."""

    def sleep(self, worker: "Worker", seconds: float) -> None:
        """Let others run, and time pass."""

    def adopt(self, thread: threading.Thread) -> None:
        """Take a thread that the code under test starts into the run."""

    def refuse(self, reason: str) -> NoReturn:
        """End the run, because the code does what cannot be followed."""

    def lock_names(self) -> dict[int, Named]:
        """Return the locks that can be reached now, by their id."""

    def adopted(self, thread: threading.Thread) -> "Worker | None":
        """Return the worker that is `thread`, if the code under test started it."""

    def worker_ended(self, worker: "Worker", error: BaseException | None) -> None:
        """Take note that a thread has come to its end."""

    def lost(self, worker: "Worker") -> None:
        """Take note that a thread went on without being followed."""


class Worker:
    """A thread under the scheduler, and where it is."""

    def __init__(
        self,
        run: Scheduler,
        number: int,
        thread: threading.Thread,
        body: Callable[[], Any],
    ) -> None:
        self.run = run
        self.number = number
        self.name = thread.name
        self.daemon = False
        self.thread = thread  # what current_thread() returns; never started itself
        self._body = body
        self.ident = self.native_id = 0  # until it begins
        self.baton = _thread.allocate_lock()
        self.gone = _thread.allocate_lock()  # released as its last act
        self.ended: Held | None = None  # what join() waits for
        # Where it is
        self.begun = False
        self.fresh = True  # it has not reached its first step
        self.followed = False  # it has run code whose lines are steps
        self.done = False
        self.at: Place | None = None  # the step that it is at, or in
        self.visits: list[list[Any]] = []  # frames: [frame, line, offset]
        # What it waits for
        self.waiting: Held | None = None
        self.deadline_s: float | None = None
        self.timed_out = False
        self.held: list[Held] = []
        self.baton.acquire()
        self.gone.acquire()

    @property
    def ready(self) -> bool:
        """Tell whether it could run on at once."""
        return not self.done and (self.waiting is None or self.waiting.holder is None)

    @property
    def baton_awaited(self) -> bool:
        """Tell whether it waits because others run."""
        return self.baton.locked() and self is not self.run.running

    @property
    def sleeps(self) -> bool:
        """Tell whether it waits for something that the scheduler does not know."""
        return self.native_id > 0 and sleeps(Path(f"/proc/self/task/{self.native_id}"))

    @property
    def idle(self) -> bool:
        """Tell whether it waits to be woken, or for time to pass, but for no lock."""
        return self.done or (
            self.waiting is not None
            and (self.waiting.for_news or self.deadline_s is not None)
        )

    def start(self) -> None:
        """Start the real thread, which parks at once."""
        _start_new_thread(self._main, ())

    def new_visit(self, frame: FrameType, line: int, offset: int) -> bool:
        """Tell whether `frame` has come to another line, or back to this one."""
        visits = self.visits
        while visits:
            top = visits[-1]
            if top[0] is frame:
                again = bool(top[1] != line or offset <= top[2])
                top[1:] = line, offset
                return again
            if _within(frame, top[0]):
                break
            visits.pop()
        visits.append([frame, line, offset])
        return frame.f_code.co_name not in COMPREHENSIONS

    def _main(self) -> None:
        self.ident, self.native_id = _thread.get_ident(), _thread.get_native_id()
        _workers[self.ident] = self
        try:
            self.baton.acquire()
            error = self._outcome()
            self.visits.clear()
            self.run.worker_ended(self, error)
        except Unwind:
            # On a busy machine it may wake up so late that it is sent one all the same.
            assert self.run.stopping
        finally:
            _workers.pop(self.ident, None)
            self.gone.release()

    def _outcome(self) -> BaseException | None:
        """Run the body; return what it raised."""
        if self.run.stopping:
            return None
        active = threading._active  # type: ignore[attr-defined]
        active[self.ident] = self.thread
        self.begun = True
        try:
            self.run.tracer.attach()
            try:
                self._refuse_what_never_runs(self._body())
            finally:
                if not self.run.tracer.detach():
                    self.run.lost(self)
        except (Unwind, SystemExit):
            return None
        except BaseException as error:
            return error
        finally:
            active.pop(self.ident, None)
        return None

    def _refuse_what_never_runs(self, result: object) -> None:
        """End the run if the body was not run, but returned as a coroutine."""
        if inspect.iscoroutine(result):
            result.close()
            self.run.refuse(
                f"the function of thread {self.name} is an async function, so its body "
                "never runs: the race checker runs threads, not coroutines"
            )


def _within(frame: FrameType, other: FrameType) -> bool:
    """Tell whether `frame` was called, directly or not, from `other`."""
    caller = frame.f_back
    while caller is not None:
        if caller is other:
            return True
        caller = caller.f_back
    return False
