"""What an exercise had given, and an answer has lost: a renamed method, say.

PURE: it reads syntax trees.
"""

import ast
import re
from collections.abc import Iterator
from typing import NamedTuple

from lessons.checking.answer import Answer, described
from lessons.checking.diagnosis import Diagnosis

# What Python raises where a name is missing, or a function takes other arguments.
_BLAMED = (AttributeError, ImportError, NameError, TypeError)


def lost(answer: Answer, original: Answer, error: BaseException) -> Diagnosis | None:
    """Return what the answer has lost and `error` names, if there is such a thing.

    Only what the error names can be its reason.  If the check fails for another reason,
    whatever else the answer has lost is not to blame.
    """
    if not isinstance(error, _BLAMED):
        return None
    own = dict(_given(answer.tree.body))
    for name, given in _given(original.tree.body):
        found = own.get(name)
        if found and found.arguments == given.arguments:
            continue
        if _names(error, name):
            seen = found.text if found else f"There is no {name}"
            method = name.rpartition(".")[2]
            look = answer.line_with(f"def {method}(") if found else ""
            return _diagnosis(f"{seen} ({described(error)})", given.text, look)
    return None


def _names(error: BaseException, name: str) -> bool:
    """Tell whether an error speaks of `Class.method`; of `Class()` for `__init__`."""
    group, _, last = name.rpartition(".")
    words = [last, f"{group}()"] if last == "__init__" else [last]
    return any(re.search(rf"\b{re.escape(word)}(?!\w)", str(error)) for word in words)


def _diagnosis(seen: str, expected: str, look: str = "") -> Diagnosis:
    return Diagnosis(
        "A part of the exercise is gone",
        seen=seen,
        expected=f"{expected}, as it was given",
        why="Whoever uses your code, the check for one, knows it by this name and this "
        "form.",
        look=look,
    )


class _Given(NamedTuple):
    """How something begins, and how many arguments it takes."""

    text: str
    arguments: int = 0


def _given(body: list[ast.stmt], prefix: str = "") -> Iterator[tuple[str, _Given]]:
    """Yield each class, function and constant, by its name.

    Not the tests: pytest finds these by how their names begin, and the exercise says to
    replace the one that it gives.
    """
    for node in body:
        match node:
            case ast.ClassDef(name=name):
                yield prefix + name, _Given(f"class {name}")
                yield from _given(node.body, f"{name}.")
            case ast.FunctionDef(name=name, args=args) if not name.startswith("test_"):
                text = f"def {prefix}{name}({', '.join(a.arg for a in args.args)})"
                yield prefix + name, _Given(text, len(args.args))
            case ast.Assign(targets=[ast.Name(name)]):
                yield prefix + name, _Given(f"{name} = ...")
