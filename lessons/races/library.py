"""What else of the standard library is replaced during a run, and what is refused.

Some locks of the library were made when it was imported, and user code runs while they
are held: `logging` calls `__str__` under the lock of a handler.  A thread that is
stopped there would keep a real lock, and another one would wait for that where nobody
sees it.  So these locks are replaced as well, in each run, since a run may make
handlers.  Methods are replaced once for many runs: to change a class is slow.

Threads and futures hash by their address, which differs from run to run, and so does
the order of a set of them.  Those that are made in a run hash by their number.

The thread that explores enters, and whichever thread calls what is replaced here.
"""

import concurrent.futures.thread
import contextlib
import importlib
import inspect
import logging
import os
import sys
import threading
import weakref
from collections.abc import Callable, Iterator
from typing import Any

_real_rlock = type(threading.RLock())

Replacement = tuple[Any, str, Callable[[], Any]]  # owner, attribute, what makes it
NewLock = Callable[[str], Any]  # from a name
Run = Callable[[], Any]  # returns that of the calling thread, or None

_STARTED = "starts a thread with _thread.start_new_thread; start it with threading"
_FORKED = "starts a process, and the race checker sees only threads"
_AWAITED = "runs an asyncio event loop, and the race checker does not see its tasks"
_SHARED = "makes a lock of multiprocessing, which the race checker does not see"

# The module, the class in it, the attribute, and why it is refused.
_REFUSED = (
    ("_thread", "", "start_new_thread", _STARTED),
    *([("os", "", "fork", _FORKED)] if hasattr(os, "fork") else []),
    ("multiprocessing.process", "BaseProcess", "start", _FORKED),
    ("multiprocessing.synchronize", "SemLock", "__init__", _SHARED),
    ("asyncio.runners", "Runner", "run", _AWAITED),
    ("asyncio.base_events", "BaseEventLoop", "run_until_complete", _AWAITED),
    ("asyncio.base_events", "BaseEventLoop", "run_forever", _AWAITED),
)


def locks(new_lock: NewLock, new_rlock: NewLock) -> Iterator[Replacement]:
    """Yield what is to be replaced in each run: it has a state."""
    yield logging, "_lock", lambda: new_rlock("the lock of logging")
    for handler in _handlers():
        if isinstance(handler.lock, _real_rlock):
            yield handler, "lock", lambda: new_rlock("the lock of a logging handler")
    pool = concurrent.futures.thread
    yield pool, "_global_shutdown_lock", lambda: new_lock("the lock of all executors")
    yield pool, "_threads_queues", weakref.WeakKeyDictionary  # joined at exit


def methods(current_run: Run) -> Iterator[Replacement]:
    """Yield what is to be replaced in a session: outside of a run it is as ever."""
    for made in (threading.Thread, concurrent.futures.Future):
        yield from _same_hash(made, current_run)
    for module, kind, name, reason in _REFUSED:
        if module.partition(".")[0] in sys.modules:  # it may load this one late
            with contextlib.suppress(ImportError):
                importlib.import_module(module)
        loaded: Any = sys.modules.get(module)
        owner = getattr(loaded, kind, None) if kind else loaded
        if owner is not None:
            yield owner, name, _refusing(getattr(owner, name), reason, current_run)


def mend_handlers() -> None:
    """Give a real lock to the handlers that a run has made and left behind."""
    for handler in _handlers():
        if handler.lock is not None and not isinstance(handler.lock, _real_rlock):
            handler.createLock()


def _handlers() -> list[logging.Handler]:
    known = (ref() for ref in logging._handlerList)  # type: ignore[attr-defined]
    return [handler for handler in known if handler is not None]


def _same_hash(kind: Any, current_run: Run) -> Iterator[Replacement]:
    """Let what is made in a run hash by its number, the same in every run."""
    real_init, real_hash = kind.__init__, kind.__hash__

    def init(self: Any, *args: Any, **settings: Any) -> None:
        if run := current_run():
            self._number_in_run = run.serial()
        real_init(self, *args, **settings)

    def number(self: Any) -> int:
        return int(getattr(self, "_number_in_run", 0) or real_hash(self))

    yield kind, "__init__", lambda: init
    yield kind, "__hash__", lambda: number


def _refusing(real: Any, reason: str, current_run: Run) -> Callable[[], Any]:
    def refuse(*args: Any, **settings: Any) -> Any:
        run = current_run()
        if run is None:
            return real(*args, **settings)
        for coroutine in filter(inspect.iscoroutine, args):
            coroutine.close()
        return run.refuse(f"the code {reason}")

    return lambda: refuse
