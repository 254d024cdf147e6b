"""Slips with names that every step knows: a forgotten import, a forgotten `self`.

It reads the text of an exception, of the line that raised it, and of the file.
"""

import ast
import importlib
import re
from typing import NamedTuple


class Slip(NamedTuple):
    """What a slip is called, what is expected, and why."""

    title: str
    expected: str
    why: str


# What learners of this course use of the standard library, by its module.
_NAMES = {
    "contextlib": "suppress closing contextmanager ExitStack",
    "collections": "deque defaultdict OrderedDict Counter",
    "dataclasses": "dataclass field",
    "queue": "Queue SimpleQueue Full Empty",
    "threading": "Thread Lock RLock Condition Event Semaphore BoundedSemaphore Timer",
    "time": "sleep monotonic",
    "typing": "Any NamedTuple Protocol",
}
_MODULES = frozenset(
    "asyncio codecs errno functools io itertools json logging os random re select "
    "selectors signal socket socketserver string struct sys traceback types".split()
) | frozenset(_NAMES)


def slip(error: str, look: str, source: str) -> Slip | None:
    """Return what slip an exception comes from, if that can be told from the text."""
    if match := re.search(r"\bname '(\w+)' is not defined", error):
        return _unknown(match[1], look, source)
    if match := re.search(r"(\w+)\(\) takes \d+ positional arguments? but \d", error):
        return _without_self(match[1], source)
    if match := re.search(r"local variable '(\w+)'", error):
        return Slip(
            f"The variable {match[1]} is used before it has a value",
            f"{match[1]} = ... before that line; or self.{match[1]}, if it is to last",
            "If a function sets a variable anywhere, even with +=, the variable "
            "is local. It has no value at the beginning of each call.",
        )
    return None


def _unknown(name: str, look: str, source: str) -> Slip | None:
    """Say what may be meant by a name that Python does not know."""
    used = re.search(rf"\b{name}\.(\w+)", look)
    if used and name in _MODULES and hasattr(importlib.import_module(name), used[1]):
        return _not_imported(name, f"`import {name}` at the top of the file")
    for module, names in _NAMES.items():
        if name in names.split():
            return _not_imported(
                name,
                f"`from {module} import {name}` at the top of the file, or "
                f"`import {module}` there and {module}.{name} here",
            )
    if re.search(rf"\bself\.{name}\b", source):
        return Slip(
            f"There is no variable {name}, only self.{name}",
            f"`self.{name}`, if you mean that one",
            "An attribute of an object is found only through the object.",
        )
    return None


def _not_imported(name: str, expected: str) -> Slip:
    return Slip(
        f"{name} is not imported",
        expected,
        "A name from another module is known only after you import it.",
    )


def _without_self(name: str, source: str) -> Slip | None:
    """Say so if a class has a method of this name without `self`."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.ClassDef):
            continue
        for method in node.body:
            if isinstance(method, ast.FunctionDef) and method.name == name:
                first = [argument.arg for argument in method.args.args[:1]]
                if first not in (["self"], ["cls"]) and not method.decorator_list:
                    return Slip(
                        f"The method {name} has no `self`",
                        f"`self` as the first parameter: def {name}(self, ...)",
                        "When you call a method, Python puts the object in front of "
                        "the arguments in the parentheses.",
                    )
    return None
