"""Step 8, for the check: what is wrong with a registry before it is called at all."""

import functools
import inspect
import threading
from types import ModuleType
from typing import Any

from lessons.checking import SOON_S, Answer, Wrong
from lessons.races import RaceFound, explore
from lessons.races.objects import attributes
from lessons.step08_lock.calls import CONN_1
from lessons.step08_lock.mistakes import known

LOCKS = ("Lock", "RLock", "Semaphore", "BoundedSemaphore", "Condition")


def judge_class(answer: Answer) -> None:
    """Raise Wrong if a call of a method would run nothing, or a method sleeps."""
    if "multiprocessing" in answer.source:
        _see_locks_of_processes()
    for method in ("join", "leave", "names"):
        function = getattr(answer.module.Registry, method, None)
        line = answer.line_with(f"def {method}", within="Registry")
        if inspect.iscoroutinefunction(function):
            raise _runs_nothing(f"{method} is `async`, but nobody awaits it", line)
        if inspect.isgeneratorfunction(function) and method != "names":
            raise _runs_nothing(f"There is a `yield` in {method}", line)
    if line := answer.line_with("sleep(", within="Registry"):
        raise Wrong(
            "A method sleeps",
            seen="It calls sleep",
            expected="Methods that wait only for the lock",
            why="A pause does not keep other threads out. It makes the bad moment "
            "rarer or more likely. And while a thread sleeps with the lock, all "
            "others wait.",
            look=line,
        )


def _runs_nothing(title: str, line: str) -> Wrong:
    return Wrong(
        title,
        seen=f"A call only makes an object, and runs none of its lines: {title}",
        expected="An ordinary method, which runs when a thread calls it",
        why="Here each client has its own thread. That thread calls the method "
        "and waits for what it returns.",
        look=line,
    )


def judge_registry(answer: Answer) -> None:
    """Raise Wrong if a new registry has no lock where it should, or is not its own."""
    try:
        registry = answer.module.Registry()
    except Exception as error:
        raise (known(answer, error) or error) from None
    _judge_attributes(answer, registry)
    _judge_its_own(answer)


def _judge_attributes(answer: Answer, registry: Any) -> None:
    held = attributes(registry)
    in_class = {n: v for kind in type(registry).__mro__ for n, v in vars(kind).items()}
    for method in ("join", "leave", "names"):
        if not callable(getattr(registry, method, print)):
            raise _is_no_method(answer, method)
    for value in (*in_class.values(), *held.values()):
        for name in LOCKS:
            if value is getattr(threading, name):
                raise _not_called(answer, name)
        if type(value).__module__ == "asyncio.locks":
            raise Wrong(
                "The lock is one for asyncio, not for threads",
                seen=f"The registry holds an asyncio.{type(value).__name__}",
                expected="threading.Lock()",
                why="asyncio's locks are for tasks that take turns in one thread. "
                "They do not keep another thread out.",
                look=answer.line_with("Lock("),
            )


def _not_called(answer: Answer, name: str) -> Wrong:
    return Wrong(
        f"The parentheses after {name} are missing",
        seen=f"Instead of a lock there is threading.{name} itself, which makes locks",
        expected=f"threading.{name}(), with parentheses",
        why="`with` needs a lock. The function that makes locks cannot be taken or "
        "released.",
        look=answer.line_with(name),
    )


def _is_no_method(answer: Answer, method: str) -> Wrong:
    return Wrong(
        f"{method} is not a method that can be called",
        seen=f"A registry's `{method}` is not a method: an attribute or a "
        "property of the same name replaces it",
        expected=f"A name for the attribute that differs from the method {method}",
        why="An object has one thing under each name.",
        look=answer.line_with(f"self.{method} =", f"{method}:", f"def {method}"),
    )


def _judge_its_own(answer: Answer) -> None:
    if "ann" not in _names_of_another(answer.module):
        return
    raise Wrong(
        "All registries share the same users",
        seen="Two registries were made. After join('ann', conn_1) in the one, names() "
        "of the other one returns ['ann']",
        expected="[]: each registry has its own users, made in __init__",
        why="Whatever you make in the class outside of its methods, in the "
        "module, or as the default of a parameter exists once, for all "
        "registries.",
        look=answer.line_with("= {}", "= []", "= dict()", "={}", "_one", "global "),
    )


def _names_of_another(module: ModuleType) -> list[str]:
    """Return the names in a registry after somebody has joined another one."""
    found: list[str] = []

    def join_and_look(both: Any) -> None:
        both[0].join("ann", CONN_1)
        found.extend(both[1].names())

    try:
        explore(
            lambda: (module.Registry(), module.Registry()),
            {"the thread": join_and_look},
            preemptions=0,
            limit=1,
            patience_s=SOON_S,
            code=[module],
        )
    except RaceFound:
        return []  # there is something else wrong with it
    return found


def _see_locks_of_processes() -> None:
    """Let multiprocessing make threading's locks, which the race checker can follow.

    Its own do between threads what threading's do.
    """
    import multiprocessing

    def make(name: str, *arguments: Any) -> Any:
        return getattr(threading, name)(*arguments)

    for name in LOCKS:
        setattr(multiprocessing, name, functools.partial(make, name))
