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


def lost(
    answer: Answer, original: Answer, error: BaseException | None
) -> Diagnosis | None:
    """Return what the answer has lost, if `error` names it.

    Only what the error names can be its cause.  If the check fails for another reason,
    whatever else the answer has lost is not to blame.
    """
    if not isinstance(error, _BLAMED):
        return None
    for loss in _losses(answer, original):
        if _names(error, loss.name):
            return _diagnosis(loss, described(error))
    return None


def lost_unseen(answer: Answer, original: Answer, what: str) -> Diagnosis | None:
    """Return what the answer has lost, where nothing of it was run: that is `what`."""
    losses = list(_losses(answer, original))
    return _diagnosis(losses[0], what) if losses else None


def made_async(answer: Answer, original: Answer) -> Diagnosis | None:
    """Return which function was made a coroutine, though nothing here awaits one."""
    if "asyncio." in answer.source or any(
        isinstance(node, ast.Await) for node in ast.walk(answer.tree)
    ):
        return None
    own = dict(_given(answer.tree.body))
    for name, given in _given(original.tree.body):
        found = own.get(name)
        if found and found.is_async and not given.is_async:
            last = name.rpartition(".")[2]
            title = f"{last} is `async`, but nobody awaits it"
            return Diagnosis(
                title,
                seen="A call only makes an object, and runs none of its lines: "
                f"{title}",
                expected=f"{given.text}, without async",
                why="An ordinary function calls it, and expects the work to be done "
                "when the call returns.",
                look=answer.line_with(f"def {last}("),
            )
    return None


def made_generator(answer: Answer, original: Answer) -> Diagnosis | None:
    """Return which function got a `yield`, though its callers go through no values."""
    own = dict(_given(answer.tree.body))
    for name, given in _given(original.tree.body):
        found = own.get(name)
        if found and found.is_generator and not given.gives_many:
            last = name.rpartition(".")[2]
            return Diagnosis(
                f"There is a `yield` in {last}",
                seen="A call only makes an object, and runs none of its lines",
                expected=f"{given.text}, without yield",
                why="A function with a `yield` in it is a generator. It runs only for "
                "a caller that goes through its values, such as a `for` loop.",
                look=answer.line_with("yield", within=last),
            )
    return None


class _Loss(NamedTuple):
    """What an answer has no more, or has in another form, and where that is."""

    name: str
    given: "_Given"
    seen: str
    look: str


def _losses(answer: Answer, original: Answer) -> Iterator[_Loss]:
    own = dict(_given(answer.tree.body))
    for name, given in _given(original.tree.body):
        found = own.get(name)
        if not found:
            yield _Loss(name, given, f"There is no {name}", "")
        elif found.arguments != given.arguments:
            look = answer.line_with(f"def {name.rpartition('.')[2]}(")
            yield _Loss(name, given, found.text, look)


def _names(error: BaseException, name: str) -> bool:
    """Tell whether an error speaks of `Class.method`; of `Class()` for `__init__`."""
    group, _, last = name.rpartition(".")
    words = [last, f"{group}()"] if last == "__init__" else [last]
    return any(re.search(rf"\b{re.escape(word)}(?!\w)", str(error)) for word in words)


def _diagnosis(loss: _Loss, what: str) -> Diagnosis:
    return Diagnosis(
        "A part of the exercise is missing",
        seen=f"{loss.seen} ({what})",
        expected=f"{loss.given.text}, as it was given",
        why="Other code, such as the check, calls it by this name and with these "
        "arguments.",
        look=loss.look,
    )


class _Given(NamedTuple):
    """How something begins, and how many arguments it takes."""

    text: str
    arguments: int = 0
    is_async: bool = False
    is_generator: bool = False
    gives_many: bool = False


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
            case (
                ast.FunctionDef(name=name, args=args)
                | ast.AsyncFunctionDef(name=name, args=args)
            ) if not name.startswith("test_"):
                text = f"def {prefix}{name}({', '.join(a.arg for a in args.args)})"
                yield prefix + name, _Given(text, len(args.args), *_kind(node))
            case ast.Assign(targets=[ast.Name(name)]):
                yield prefix + name, _Given(f"{name} = ...")


def _kind(node: ast.FunctionDef | ast.AsyncFunctionDef) -> tuple[bool, bool, bool]:
    """Tell whether a function is async, a generator, and gives many values."""
    yields = any(isinstance(n, ast.Yield | ast.YieldFrom) for n in _own_nodes(node))
    returns = ast.unparse(node.returns) if node.returns else ""
    many = yields or bool(re.search("list|Iter|Generator|Sequence", returns))
    is_generator = yields and not node.decorator_list
    return isinstance(node, ast.AsyncFunctionDef), is_generator, many


def _own_nodes(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what is in a function, but not what is in those that it defines."""
    for inner in ast.iter_child_nodes(node):
        if not isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield inner
            yield from _own_nodes(inner)
