"""The scheduler of one run: real threads, one step at a time.

Every thread of the run enters.  Only the one that holds the baton runs, so no lock
guards anything here.  A thread that comes to a step chooses who is next, gives that one
its baton and waits for its own.  There is no thread that schedules: asking one would
cost two more context switches for each step.

They are real threads, and not a simulation, because the code under test is what people
write: it calls the standard library, and the locks, conditions and queues in it are
those of `threading`.  The price is a context switch for each turn that goes to another
thread, so about 3,500 runs of two small threads take a second.
"""

import _thread
import functools
import itertools
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any, NoReturn

from lessons.races import diagnosis, names, primitives
from lessons.races.accesses import READ, Access, accesses
from lessons.races.cause import Cause
from lessons.races.failures import CannotRun, Paused, Unwind
from lessons.races.scenario import Scenario
from lessons.races.steps import Operation, Place
from lessons.races.story import Event, Story
from lessons.races.tracing import Tracer
from lessons.races.turns import Chooser, Turns
from lessons.races.waiting import why_it_waits
from lessons.races.workers import Held, Worker, current

MAX_STARTED = 8  # threads that the code under test may start in one run


class Run:
    """One execution under one schedule."""

    def __init__(
        self,
        scenario: Scenario[Any],
        tracer: Tracer,
        choose: Chooser,
        watching: bool = False,
    ) -> None:
        self.scenario = scenario
        self.tracer = tracer
        self._watching = watching and scenario.watch is not None
        self.accesses: list[Access] = []  # what each step did, if that is watched
        self._note_accesses = watching
        self._opened = scenario.opened  # here, because each step asks
        self._all_open = scenario.operations
        # What happened
        self.turns = Turns(choose)
        self.story = Story()
        self.failure: diagnosis.Failure | None = None
        self.cause: Cause | None = None
        self.unfinished: frozenset[int] = frozenset()  # threads, when it failed
        self.error: Exception | None = None  # not the code's fault
        self.paused = False
        # Where it is
        self.workers: list[Worker] = []
        self.running: Worker | None = None  # it has the baton
        self.state: Any = None  # what the threads share
        self.clock_s = 0.0
        self.serial = itertools.count(1).__next__  # of what is made in this run
        self.looking = False  # at the state: what runs then is not a step
        self.begun = False
        self.stopping = False
        self.over = _thread.allocate_lock()  # the baton of the thread that explores
        self.over.acquire()

    def add(self, thread: threading.Thread, body: Callable[[], object]) -> Worker:
        """Take a thread into the run."""
        worker = Worker(self, len(self.workers), thread, body)
        self.workers.append(worker)
        self.story.names.append(worker.name)
        return worker

    def begin(self) -> None:
        """Start all threads, and give one of them the baton."""
        self.begun = True
        for worker in self.workers:
            worker.start()
        self._hand_over(self._next(None))

    def note(self) -> None:
        """Keep the watched state as it is after the last event."""
        if self._watching and self.state is not None:
            self.looking = True
            try:
                note = diagnosis.shown(self.scenario.watch, self.state)
                self.story.notes[len(self.story.events)] = note
            finally:
                self.looking = False

    def explain(self) -> None:
        """Find out why it failed, while the threads are still where they are."""
        self.unfinished = frozenset(w.number for w in self.workers if not w.done)
        if self.failure and self._note_accesses:
            names = self.lock_names()
            self.cause = why_it_waits(
                self.failure, self.story, self.workers, self.accesses, names
            )

    def lock_names(self) -> dict[int, names.Named]:
        """Return the locks that can be reached now, by their id."""
        roots = names.roots(self.state, self.scenario.threads.values())
        return names.names(roots, primitives.Lock)

    # ---- the thread that has the baton

    def reached(self, worker: Worker, frame: FrameType, operation: Operation) -> None:
        """Stop before a step; return when it is to be done."""
        if self.stopping:
            raise Unwind
        if self.looking:
            return
        place = operation.as_line
        moved = worker.new_visit(frame, place.line, operation.offset)
        if self._all_open or (self._opened and self._opens(place)):
            place = operation.itself
        elif not (moved or operation.apart):
            if self._note_accesses:
                self._note_access(worker, frame, operation)
            return
        worker.at = place
        if worker.fresh:  # it was chosen a moment ago to come here
            worker.fresh, worker.followed = False, True
        else:
            self._pass_on(worker)
            if self._opened and self._opens(place):  # since then
                worker.at = place = operation.itself
        self._record(Event(worker.number, place))
        if self._note_accesses:
            self._note_access(worker, frame, operation)

    def wait(self, worker: Worker, lock: Held, timeout_s: float) -> bool:
        """Let others run until `lock` is free, or else time is up: False."""
        if self.stopping:
            raise Unwind
        self._record_fresh(worker)
        worker.waiting, worker.timed_out = lock, False
        worker.deadline_s = self.clock_s + timeout_s if timeout_s > 0 else None
        place = diagnosis.own_place(self.tracer.follows) or worker.at
        if place and worker.at and place[:2] == worker.at[:2]:
            place = worker.at  # which may know the operation
        worker.at = place
        if place:
            self._record(
                Event(worker.number, place, diagnosis.waited_for(lock, worker))
            )
        self._pass_on(worker)
        worker.waiting = worker.deadline_s = None
        if place:
            news = functools.partial(diagnosis.got, lock, worker.timed_out)
            self._record(Event(worker.number, place, goes_on=news))
        return not worker.timed_out

    def sleep(self, worker: Worker, seconds: float) -> None:
        """Let others run; sleeping orders nothing, so it may end at any time."""
        self.wait(worker, primitives.never(), max(seconds, 1e-9))

    def worker_ended(self, worker: Worker, error: BaseException | None) -> None:
        """Pass the baton on for the last time."""
        worker.done = True
        if self.stopping:
            return
        self._record_fresh(worker)
        if worker.ended:
            worker.ended.holder = None
        self.failure = diagnosis.at_end_of(worker, error)
        is_over = self.failure or self.error
        self._hand_over(None if is_over else self._next(worker))

    def lost(self, worker: Worker) -> None:
        """Take note that a thread went on without being followed."""
        if not self.stopping and not self.error:
            self.error = CannotRun(
                f"the race checker lost a thread, {worker.name}: before Python 3.12 it "
                "cannot follow code that comes to the recursion limit, nor code that "
                "calls sys.settrace"
            )

    def adopt(self, thread: threading.Thread) -> None:
        """Take a thread that the code under test starts under the scheduler."""
        if self.adopted(thread):
            raise RuntimeError("threads can only be started once")
        if sum(worker.ended is not None for worker in self.workers) >= MAX_STARTED:
            self.refuse(f"the code starts more than {MAX_STARTED} threads")
        worker = self.add(thread, thread.run)
        worker.daemon = thread.daemon
        worker.ended = primitives.Lock(end_of=worker.name)
        worker.ended.holder = worker
        if self.begun:
            worker.start()

    def refuse(self, reason: str) -> NoReturn:
        """End the run, because the code does what cannot be followed."""
        error = CannotRun(reason)
        if current() is None:  # `make` or `check` has done it
            raise error
        if not self.stopping:
            self.error = self.error or error
        raise Unwind

    def adopted(self, thread: threading.Thread) -> Worker | None:
        """Return the worker that is `thread`, if the code under test started it."""
        for worker in self.workers:
            if worker.thread is thread and worker.ended:
                return worker
        return None

    def _note_access(
        self, worker: Worker, frame: FrameType, operation: Operation
    ) -> None:
        event = len(self.story.events) - 1
        locks = tuple(lock for lock in worker.held if not lock.for_news)
        for access in accesses(event, worker.number, frame, operation):
            read_before = any(
                one.verb == READ and one.event == event and one.meets(access)
                for one in self.accesses[-8:]
            )
            self.accesses.append(access._replace(locks=locks, after_a_look=read_before))

    # ---- turns

    def _opens(self, place: Place) -> bool:
        """Tell whether the operations of this line are steps by now."""
        since = self._opened.get((place.code.co_filename, place.line))
        return since is not None and len(self.turns.schedule) > since

    def _pass_on(self, worker: Worker) -> None:
        chosen = self._next(worker)
        if chosen is worker:
            return
        # At the same depth of the stack: if the first succeeds, so does the second.
        (chosen.baton if chosen else self.over).release()
        worker.baton.acquire()
        if self.stopping:
            raise Unwind

    def _hand_over(self, chosen: Worker | None) -> None:
        (chosen.baton if chosen else self.over).release()

    def _next(self, last: Worker | None) -> Worker | None:
        """Return who has the next turn; None: the run is over."""
        if self._watching:
            self.note()
        try:
            chosen = self._chosen(last)
        except Paused:
            self.paused = True
        except RecursionError:
            raise
        except Exception as error:
            self.error = error
        else:
            return chosen
        return None

    def _chosen(self, last: Worker | None) -> Worker | None:
        goes_on = last and not last.done and last.waiting is None
        if not goes_on and self._nothing_more():
            return None
        chosen = self.turns.next(self.workers, last)
        if chosen is None:
            self.failure = diagnosis.deadlock(self.workers)
            return None
        if chosen.deadline_s is not None and not chosen.ready:
            chosen.timed_out = True
            self.clock_s = max(self.clock_s, chosen.deadline_s)
        self.running = chosen
        return chosen

    def _nothing_more(self) -> bool:
        """Tell whether all have ended, but for daemons that wait for news."""
        return all(
            worker.done or (worker.daemon and worker.idle and not worker.ready)
            for worker in self.workers
        )

    def _record(self, event: Event) -> None:
        self.story.events.append(event)
        most = self.scenario.max_steps
        if len(self.story.events) > most:
            names = self.story.names_since(-most // 2)
            self.failure = diagnosis.no_progress(most, names)
            self.over.release()
            self.workers[event.thread].baton.acquire()
            raise Unwind

    def _record_fresh(self, worker: Worker) -> None:
        """Record a thread function that waits or ends before any step, as one."""
        if worker.fresh and worker.begun:
            worker.fresh = False
            place = self.scenario.entry(worker.name)
            worker.at = worker.at or place
            if place:
                self._record(Event(worker.number, place))
