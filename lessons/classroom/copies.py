"""Which answers are equal but for names, blanks and comments.  PURE.

It is a reason to look, and never one to fail somebody.  Short answers are equal by
themselves: where a solution adds only a few lines to what was given, nothing is said.
"""

import ast
import itertools
from collections import Counter, defaultdict
from collections.abc import Mapping

FEWEST_LINES = 8  # that a solution adds


def shape(source: bytes | str) -> str:
    """Return a program as it is with other names and layout; "" if it is none."""
    return _plain(source, has_names=False)


def _plain(source: bytes | str, has_names: bool) -> str:
    """Return a program without comments and docstrings."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ""
    counter = itertools.count()
    numbers: defaultdict[str, str] = defaultdict(lambda: f"n{next(counter)}")
    for node in ast.walk(tree):
        _forget_docstring(node)
        for field in ("id", "arg", "attr", "name", "asname"):
            name = getattr(node, field, None)
            if not has_names and isinstance(name, str):
                setattr(node, field, numbers[name])
    try:
        return ast.unparse(tree)
    except RecursionError:
        return ""


def _forget_docstring(node: ast.AST) -> None:
    match node:
        case (
            ast.Module(body=[ast.Expr(value=ast.Constant(value=str())), *rest])
            | ast.ClassDef(body=[ast.Expr(value=ast.Constant(value=str())), *rest])
            | ast.FunctionDef(body=[ast.Expr(value=ast.Constant(value=str())), *rest])
        ):
            node.body = rest or [ast.Pass()]


def is_telling(original: bytes | str, solution: bytes | str) -> bool:
    """Tell whether there is enough to write that two do not write the same."""
    given = Counter(_plain(original, has_names=True).splitlines())
    own = Counter(_plain(solution, has_names=True).splitlines())
    return (own - given).total() >= FEWEST_LINES


def equal_ones(
    shapes: Mapping[str, str], solution: str, original: str
) -> list[tuple[list[str], str]]:
    """Return each group of learners whose answers have the same shape, with a line.

    `shapes` has the shape of each learner's answer, by the learner's name.  That of
    the exercise as it was given says nothing.
    """
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for name, one in shapes.items():
        if one and one != original:
            groups[one].append(name)
    found = []
    for one, names in groups.items():
        who = " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
        if one == solution:
            line = f"equal to the solution except for names and layout: {who}"
            found.append((names, line))
        elif len(names) > 1:
            found.append((names, f"equal except for names and layout: {who}"))
    return found
