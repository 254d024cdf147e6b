"""Parts of the product with a fault planted, and whether the race checker finds it."""

import contextlib
import inspect
import itertools
import linecache
import re
import sys
import types
from collections.abc import Callable, Iterator
from typing import Any

from lessons.races import RaceFound

_serial = itertools.count()


@contextlib.contextmanager
def planting() -> Iterator[Callable[..., Any]]:
    """Give a function that returns a module with some of its text replaced."""
    made = []

    def make(module: types.ModuleType, method: str, old: str, new: str) -> Any:
        text = inspect.getsource(module)
        before, start, rest = text.partition(f"    def {method}(")
        body, end, after = rest.partition("\n    def ")
        assert old in body, f"{method} has no {old!r}"
        changed = before + start + body.replace(old, new) + end + after
        name = f"mutant_{next(_serial)}_{module.__name__.replace('.', '_')}"
        twin = types.ModuleType(name)
        twin.__file__ = f"{name}.py"
        sys.modules[name] = twin  # dataclasses look there
        linecache.cache[twin.__file__] = (
            len(changed),
            None,
            changed.splitlines(keepends=True),
            twin.__file__,
        )
        made.append(twin)
        exec(compile(changed, twin.__file__, "exec"), vars(twin))
        return twin

    try:
        yield make
    finally:
        for twin in made:
            del sys.modules[twin.__name__]
            del linecache.cache[twin.__file__]


def without_lock(
    mutant: Callable[..., Any], module: types.ModuleType, method: str
) -> Any:
    """Return `module` with the lock of one method taken away."""
    return mutant(module, method, "with self._lock:", "if True:")


def races(explore_one: Callable[..., Any], *arguments: Any) -> bool:
    """Tell whether one preemption is enough to make it fail."""
    try:
        explore_one(*arguments, preemptions=1)
    except RaceFound as race:
        return race.kind != "stuck"
    return False


def methods_with_a_lock(module: types.ModuleType) -> set[str]:
    """Return the methods of `module` that take `self._lock`."""
    found = re.findall(
        r"    def (\w+)\((?:(?!    def ).)*?with self\._lock:",
        inspect.getsource(module),
        re.S,
    )
    return set(found)
