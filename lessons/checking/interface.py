"""What an exercise had given, and an answer has lost: a renamed method, say.

PURE: it reads syntax trees.
"""

import ast
from collections.abc import Iterator
from typing import NamedTuple

from lessons.checking.answer import Answer
from lessons.checking.diagnosis import Diagnosis


def lost(answer: Answer, original: Answer) -> Diagnosis | None:
    """Return what the checks ask for by name and do not find, if there is something."""
    own = dict(_given(answer.tree.body))
    for name, given in _given(original.tree.body):
        if name not in own:
            return _diagnosis(f"There is no {name}", given.text)
        if own[name].arguments != given.arguments:
            line = answer.line_with(f"def {name.rpartition('.')[2]}(")
            return _diagnosis(own[name].text, given.text, line)
    return None


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
    """Yield each class, function and constant, by its name."""
    for node in body:
        match node:
            case ast.ClassDef(name=name):
                yield prefix + name, _Given(f"class {name}")
                yield from _given(node.body, f"{name}.")
            case ast.FunctionDef(name=name, args=args):
                text = f"def {prefix}{name}({', '.join(a.arg for a in args.args)})"
                yield prefix + name, _Given(text, len(args.args))
            case ast.Assign(targets=[ast.Name(name)]):
                yield prefix + name, _Given(f"{name} = ...")
