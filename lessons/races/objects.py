"""What an object holds, wherever it keeps that.

A class may have `__slots__`, as a dataclass with `slots=True` has: then its objects
have no `__dict__`, and `vars` fails.  In a SimpleNamespace `__dict__` itself is made
like a slot.  PURE.
"""

from types import MemberDescriptorType
from typing import Any


def attributes(thing: object) -> dict[str, Any]:
    """Return what an object holds, by name: in its dict, or in slots."""
    found = dict(getattr(thing, "__dict__", {}))
    for kind in type(thing).__mro__:
        for name, member in vars(kind).items():
            is_slot = isinstance(member, MemberDescriptorType) and name != "__dict__"
            if is_slot and hasattr(thing, name):
                found[name] = getattr(thing, name)
    return found


def shown(thing: object) -> str:
    """Return what an object holds as text, but for its locks."""
    parts = [f"{k}={v!r}" for k, v in attributes(thing).items() if not _is_lock(v)]
    return "   ".join(parts)


def _is_lock(thing: object) -> bool:
    return hasattr(thing, "acquire") or hasattr(thing, "__enter__")
