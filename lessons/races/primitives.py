"""What takes the place of locks, time and `Thread.start` during a run.

Every thread of the process may enter, because these names are replaced for all of them.
Threads of the run, and the one that explores, get a Lock whose waiters the scheduler
knows; every other thread gets the real thing.

Replacing one lock is enough: RLock, Condition, Event, Semaphore, Barrier and the queues
exist in the standard library as pure Python on top of it.  The price is that this needs
private names of `threading` and `queue`.  All of them are looked up here, and a Python
that lacks one is refused with its name.
"""

import _thread
import functools
import itertools
import linecache
import queue
import re
import sys
import threading
import time
from collections.abc import Callable, Iterator
from types import CellType, FunctionType, ModuleType
from typing import Any

from lessons.races import library, workers
from lessons.races.failures import CannotRun, Unwind
from lessons.races.library import Replacement
from lessons.races.objects import attributes
from lessons.races.steps import Place
from lessons.races.workers import TIME, Scheduler

_OUTSIDE = "the code before the threads"  # make, check or watch
_EPOCH_S = 1_000_000.0  # what the clocks show when a run begins

_REAL_LOCK, _REAL_RLOCK = type(threading.Lock()), type(threading.RLock())

_real_lock = _thread.allocate_lock
_real = {
    name: getattr(time, name) for name in ("sleep", "monotonic", "time", "perf_counter")
}
_real_thread = {
    name: getattr(threading.Thread, name) for name in ("start", "join", "is_alive")
}
_runs: dict[int, Scheduler] = {}  # by the thread that makes and checks; at most one


def now_s() -> float:
    """Return the real time."""
    return float(_real["monotonic"]())


def put_in_place(replacements: list[Replacement]) -> list[tuple[Any, str, Any]]:
    """Replace everything; return what `put_back` needs."""
    undo = [(owner, name, getattr(owner, name)) for owner, name, _ in replacements]
    for owner, name, make in replacements:
        _set(owner, name, make())
    return undo


def put_back(undo: list[tuple[Any, str, Any]]) -> None:
    """Undo `put_in_place`."""
    for owner, name, value in undo:
        _set(owner, name, value)
    library.mend_handlers()


def _set(owner: Any, name: str, value: Any) -> None:
    """Set an attribute, even where a frozen dataclass would refuse it."""
    kind: Any = type if isinstance(owner, type) else object
    kind.__setattr__(owner, name, value)


def begin(run: Scheduler) -> None:
    """Let what the calling thread makes from here on belong to `run`."""
    _runs[_thread.get_ident()] = run


def end() -> None:
    """Undo `begin`."""
    del _runs[_thread.get_ident()]


def current_run() -> Scheduler | None:
    """Return the run that the calling thread belongs to, if any."""
    worker = workers.current()
    return worker.run if worker else _runs.get(_thread.get_ident())


class Lock:
    """Takes the place of threading.Lock: who waits for it is known."""

    not_followed = True  # what it does is not a step of the code under test

    def __init__(
        self, for_news: bool = False, end_of: str = "", known_as: str = ""
    ) -> None:
        self.holder: object = None
        self.known_as = known_as
        self.end_of = end_of  # a thread that holds it until it ends
        self.taken_at: Place | None = None
        self.taken_event = -1  # of the run's story
        self.for_news = for_news  # someone else releases it to wake its holder
        frame = None if known_as else sys._getframe(1)
        run = current_run()
        while frame and run and frame.f_code.co_filename not in run.tracer.files:
            frame = frame.f_back
        self._made = (frame.f_code.co_filename, frame.f_lineno) if frame else ("", 0)
        self._run = run
        self._number = run.serial() if run else id(self)

    def __hash__(self) -> int:
        """Return the same in each run, so that a set of locks has the same order."""
        return self._number

    @property
    def label(self) -> str:
        """Return what the code calls it, or else the line that made it."""
        if self.known_as:
            return self.known_as
        named = self._run.lock_names().get(id(self)) if self._run else None
        if named:
            return named.name
        line = linecache.getline(*self._made).strip()
        return re.split(r"\s*(?::[^=]*)?=\s", line)[0] or "a lock"

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        """Take it, and let other threads run as long as that is impossible."""
        worker = workers.current()
        if self.holder is not None:
            if not blocking or timeout == 0:
                return False
            if worker is None or worker.run.looking:
                raise CannotRun(f"{self.label} is held by {self.holder_name}")
            if not worker.run.wait(worker, self, timeout):
                return False
        self.holder = worker or _OUTSIDE
        if worker:
            self.taken_at = worker.at
            self.taken_event = len(worker.run.story.events) - 1
            worker.held.append(self)
        return True

    def release(self) -> None:
        """Give it back; any thread may."""
        run = current_run()
        if self.holder is None:
            if run and run.stopping:
                return
            raise RuntimeError("release unlocked lock")
        if isinstance(self.holder, workers.Worker):
            self.holder.held.remove(self)
        self.holder = None

    def locked(self) -> bool:
        """Tell whether someone holds it."""
        return self.holder is not None

    @property
    def holder_name(self) -> str:
        """Return the name of the thread that holds it."""
        return getattr(self.holder, "name", str(self.holder))

    def __enter__(self) -> bool:
        return self.acquire()

    def __exit__(self, *_: object) -> None:
        self.release()


def never() -> Lock:
    """Return what a thread that sleeps waits for."""
    lock = Lock(for_news=True)
    lock.holder = TIME
    return lock


def _make_lock() -> Any:
    """Return a Lock in a thread of the run, and a real one in any other."""
    if current_run() is None:
        return _real_lock()
    caller = sys._getframe(1).f_code
    return Lock(for_news=caller is threading.Condition.wait.__code__)


def _sleep(seconds: float) -> None:
    worker = workers.current()
    if worker is None:
        _real["sleep"](seconds)
    else:
        worker.run.sleep(worker, seconds)


def _clock(name: str) -> Callable[[], float]:
    def now() -> float:
        run = current_run()
        return float(_EPOCH_S + run.clock_s if run else _real[name]())

    return now


# ---- threads that the code under test starts


def _start(thread: threading.Thread) -> None:
    run = current_run()
    if run is None:
        _real_thread["start"](thread)
    else:
        run.adopt(thread)


def _join(thread: threading.Thread, timeout: float | None = None) -> None:
    run = current_run()
    worker = run.adopted(thread) if run else None
    if worker is None or worker.ended is None:
        _real_thread["join"](thread, timeout)
    elif worker.ended.acquire(timeout=-1 if timeout is None else max(0, timeout)):
        worker.ended.release()


def _is_alive(thread: threading.Thread) -> bool:
    run = current_run()
    worker = run.adopted(thread) if run else None
    return not worker.done if worker else bool(_real_thread["is_alive"](thread))


# ---- putting all that in place


def for_a_session(modules: list[ModuleType]) -> Iterator[Replacement]:
    """Yield what is to be replaced once for many runs, in the library and `modules`.

    In a thread that belongs to no run it all does what it has always done.
    """
    yield from library.methods(current_run)
    for name, new in (("start", _start), ("join", _join), ("is_alive", _is_alive)):
        yield threading.Thread, name, _constantly(new)
    by_identity = _by_identity()
    for owner in (threading, queue, time, *modules):
        for name, value in list(vars(owner).items()):
            if id(value) in by_identity:
                yield owner, name, _constantly(by_identity[id(value)])
    for module in modules:
        for cell in _cells(module):
            if id(cell.cell_contents) in by_identity:
                kept = by_identity[id(cell.cell_contents)]
                yield cell, "cell_contents", _constantly(kept)


def for_a_run(made_before: list[Replacement]) -> list[Replacement]:
    """Return what is to be replaced in each run, because it has a state."""
    counter = threading, "_counter", _count_threads_anew
    return [counter, *made_before, *library.locks(_named_lock, _named_rlock)]


def _by_identity() -> dict[int, Any]:
    return {
        id(threading.Lock): _make_lock,
        id(_private(threading, "_allocate_lock")): _make_lock,
        id(threading.RLock): _private(threading, "_PyRLock"),
        id(queue.SimpleQueue): _private(queue, "_PySimpleQueue"),
        id(time.sleep): _sleep,
        id(time.monotonic): _clock("monotonic"),
        id(time.time): _clock("time"),
        id(time.perf_counter): _clock("perf_counter"),
    }


def _count_threads_anew() -> Callable[[], int]:
    """Return what numbers nameless threads: in each run the same way."""
    _private(threading, "_counter")
    return itertools.count(1).__next__


def made_before(module: ModuleType) -> Iterator[Replacement]:
    """Yield replacements for the locks that were made when `module` was imported.

    Those are held by the module, its classes, and single objects of either; also the
    one that each cached_property has up to Python 3.11.
    """
    owners: list[tuple[str, Any]] = [("", module)]
    owners += [(f"{kind.__name__}.", kind) for kind in _own_classes(module)]
    for prefix, owner in owners[:]:
        for name, value in vars(owner).items():
            if _is_searched(value, module):
                owners.append((f"{prefix}{name}.", value))
    for prefix, owner in owners:
        for name, value in attributes(owner).items():
            if type(value) is _REAL_LOCK:
                yield owner, name, functools.partial(_named_lock, prefix + name)
            elif type(value) is _REAL_RLOCK:
                yield owner, name, functools.partial(_named_rlock, prefix + name)


def _named_lock(name: str) -> Lock:
    return Lock(known_as=name)


def _named_rlock(name: str) -> Any:
    lock = _private(threading, "_PyRLock")()
    lock._block = Lock(known_as=name)
    return lock


def _cells(module: ModuleType) -> Iterator[CellType]:
    """Yield what methods keep of the functions that made them.

    There a dataclass keeps its `default_factory=threading.Lock`.
    """
    for owner in _own_classes(module):
        for method in vars(owner).values():
            if isinstance(method, FunctionType):
                cells = method.__closure__ or ()
                # An empty one equals a new one.
                yield from (cell for cell in cells if cell != CellType())


def _own_classes(module: ModuleType) -> list[type]:
    found = [v for v in vars(module).values() if isinstance(v, type)]
    return [owner for owner in found if owner.__module__ == module.__name__]


def _is_searched(thing: Any, module: ModuleType) -> bool:
    if isinstance(thing, functools.cached_property):
        return True
    return type(thing).__module__ == module.__name__


def _constantly(value: Any) -> Callable[[], Any]:
    return lambda: value


def _private(module: ModuleType, name: str) -> Any:
    try:
        return getattr(module, name)
    except AttributeError:
        raise CannotRun(
            f"this Python's {module.__name__} has no {name}, "
            "which the race checker needs"
        ) from None


def unwind_again(ident: int) -> None:
    """Raise Unwind in a thread that kept the last one."""
    import ctypes

    ctypes.pythonapi.PyThreadState_SetAsyncExc(
        ctypes.c_ulong(ident), ctypes.py_object(Unwind)
    )
