"""A learner's module as it was at first, for each run of the race checker.

One thread, that of the check, enters.
"""

import functools
from collections.abc import Callable
from types import ModuleType


@functools.cache
def contents(module: ModuleType) -> Callable[[], None]:
    """Return what gives a module's dicts, lists and sets back what they held at first.

    At the first call, that is: a lock in one of them may be held after a bad end.
    """
    kept = [
        (value, value.copy())
        for name, value in vars(module).items()
        if isinstance(value, dict | list | set) and not name.startswith("__")
    ]

    def restore() -> None:
        for value, content in kept:
            value.clear()
            if isinstance(value, list):
                value.extend(content)
            else:
                value.update(content)

    return restore
