"""A dict that tells when it is read and when it is changed: was a lock held then?

Any thread that uses the dict enters.
"""

from collections.abc import Callable, ItemsView, KeysView, ValuesView
from typing import Any

_READING = ("__iter__", "__getitem__", "__contains__", "get", "copy")
_CHANGING = ("__setitem__", "__delitem__", "pop", "popitem", "setdefault", "clear")
_VIEWS: dict[str, Callable[[Any], Any]] = {
    "keys": lambda self: KeysView(self),
    "values": lambda self: ValuesView(self),
    "items": lambda self: ItemsView(self),
}


def telling(
    entries: dict[Any, Any], read: Callable[[], None], changed: Callable[[], None]
) -> dict[Any, Any]:
    """Return a copy of `entries` that calls `read` or `changed` before each use.

    A view such as `keys()` reads when a loop goes through it, not when it is made.
    """
    methods: dict[str, Any] = dict(_VIEWS)
    methods |= {name: _telling(name, read) for name in _READING}
    methods |= {name: _telling(name, changed) for name in (*_CHANGING, "update")}
    methods["__copy__"] = methods["copy"]  # a plain dict, which tells nothing more
    copy: dict[Any, Any] = type("dict", (dict,), methods)(entries)
    return copy


def _telling(name: str, tell: Callable[[], None]) -> Callable[..., Any]:
    method = getattr(dict, name)

    def use(self: dict[Any, Any], *arguments: Any, **named: Any) -> Any:
        tell()
        return method(self, *arguments, **named)

    return use
