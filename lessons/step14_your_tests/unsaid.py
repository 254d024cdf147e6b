"""Tests that pass and say nothing, whatever they test.  PURE."""

import ast
from collections import Counter
from collections.abc import Iterator, Sequence

from lessons.checking import Answer, Wrong

Function = ast.FunctionDef | ast.AsyncFunctionDef

_METHODS = (
    "join",
    "connect",
    "send",
    "send_bytes",
    "line",
    "leave",
)  # of what is given
_CATCHES_ASSERTS = ("", "AssertionError", "Exception", "BaseException")


def find_unsaid(own: Sequence[ast.FunctionDef], answer: Answer) -> None:
    """Raise Wrong for a test that does not run, or that cannot fail."""
    _find_not_run(answer)
    functions = [n for n in ast.walk(answer.tree) if isinstance(n, ast.FunctionDef)]
    helpers = {function.name for function in functions}
    for test in own:
        for node in ast.walk(test):
            if isinstance(node, ast.Assert) and _is_always_true(node.test):
                raise _cannot_fail(node, answer)
        if not any(_may_fail(node, helpers) for node in ast.walk(test)):
            raise Wrong(
                "A test asserts nothing",
                seen=f"{test.name} has no assert in it",
                expected="assert, before what must be true",
                why="`ann.line() == ...` alone compares the two and forgets the "
                "result.",
                look=answer.line(test.lineno),
            )
        _find_unheard(test, answer)


# ---- tests that are not run


def _find_not_run(answer: Answer) -> None:
    for body, of in _bodies(answer.tree):
        tests = [n for n in body if isinstance(n, Function) and _is_test(n)]
        names = [test.name for test in tests]
        if again := [name for name, count in Counter(names).items() if count > 1]:
            last = [test for test in tests if test.name == again[0]][-1]
            raise Wrong(
                "Two tests have the same name",
                seen=f"There are {names.count(again[0])} functions with the name "
                f"{again[0]}",
                expected="A different name for each test",
                why="A second function of this name replaces the first one, which "
                "never runs.",
                look=answer.line(last.lineno),
            )
        if isinstance(of, ast.ClassDef) and names:
            _find_uncollected(of, answer)
        if isinstance(of, Function) and names:
            raise Wrong(
                "A test is inside another function",
                seen=f"def {names[0]} is inside def {of.name}",
                expected="Tests that begin at the margin, or are methods of a class",
                why="A function inside another one is known only there. pytest does "
                "not find it, and nobody calls it.",
                look=answer.line(of.lineno),
            )


def _bodies(tree: ast.Module) -> Iterator[tuple[list[ast.stmt], ast.AST]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | Function):
            yield node.body, node


def _is_test(node: Function) -> bool:
    return node.name.startswith("test")


def _find_uncollected(of: ast.ClassDef, answer: Answer) -> None:
    """Raise Wrong if pytest leaves out a class of tests."""
    of_unittest = any(ast.unparse(base).endswith("TestCase") for base in of.bases)
    if of_unittest or _is_base(of.name, answer.tree):
        return
    if not of.name.startswith("Test"):
        raise Wrong(
            "The name of a class does not begin with Test",
            seen=f"class {of.name} has tests in it, but pytest leaves it out",
            expected="class Test...",
            why="pytest finds tests by their names, and does not mention the others.",
            look=answer.line(of.lineno),
        )
    for node in of.body:
        if isinstance(node, ast.FunctionDef) and node.name == "__init__":
            raise Wrong(
                "A class of tests has an `__init__`",
                seen=f"class {of.name} has one, and pytest leaves the class out",
                expected="A fixture, or setup_method, for what each test needs",
                why="pytest makes a new object for each test, and passes no arguments.",
                look=answer.line(node.lineno),
            )


def _is_base(name: str, tree: ast.Module) -> bool:
    classes = [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    return any(name in [ast.unparse(b) for b in one.bases] for one in classes)


def named_and_not_called(answer: Answer) -> str:
    """Return a line in which nothing is done with a method of a client, or ""."""
    for node in ast.walk(answer.tree):
        match node:
            case ast.Expr(value=ast.Attribute(attr=name)) if name in _METHODS:
                return answer.line(node.lineno)
    return ""


# ---- tests that cannot fail


def _cannot_fail(node: ast.Assert, answer: Answer) -> Wrong:
    if isinstance(node.test, ast.Tuple):
        seen, expected = (
            "assert (..., ...) has two values in its parentheses",
            "assert ..., without the parentheses",
        )
        why = (
            "Two values in parentheses are a tuple, and a tuple that is not "
            "empty counts as true."
        )
    else:
        seen = f"assert {ast.unparse(node.test)}"
        expected = "assert, with an expression that is false if the room is wrong"
        why = (
            "Anything that is not empty, such as a text or a list, counts as true. So "
            "does a method that is not called, or a generator without all() around "
            "it. And `a or b` is true if b is."
        )
    return Wrong(
        "An assert cannot fail",
        seen=seen,
        expected=expected,
        why=why,
        look=answer.line(node.lineno),
    )


def _is_always_true(node: ast.expr) -> bool:
    match node:
        case ast.GeneratorExp() | ast.Lambda() | ast.JoinedStr([ast.Constant(), *_]):
            return True
        case ast.Tuple(elts) | ast.List(elts) | ast.Set(elts):
            return not all(isinstance(one, ast.Starred) for one in elts)
        case ast.Dict(keys=keys):
            return any(keys)
        case ast.Constant(value=value):
            return bool(value)
        case ast.BoolOp(op=ast.Or(), values=values):
            return any(map(_is_always_true, values))
        case ast.BoolOp(op=ast.And(), values=values):
            return all(map(_is_always_true, values))
        case ast.Attribute(attr=name):
            return name in _METHODS
    return False


def _may_fail(node: ast.AST, helpers: set[str]) -> bool:
    name = getattr(node, "id", "") or getattr(node, "attr", "")
    return (
        isinstance(node, ast.Assert | ast.Raise)
        or name in helpers | {"fail", "raises"}
        or name.startswith(("assert", "fail"))
    )


# ---- tests whose failure nobody hears of


def _find_unheard(test: ast.FunctionDef, answer: Answer) -> None:
    """Raise Wrong if all that a test asserts is caught, or said in another thread."""
    for node in ast.walk(test):
        if not _has_all_asserts(node, test):
            continue
        if isinstance(node, ast.Try | ast.With) and _catches(node):
            raise Wrong(
                "The exception of a failing assert is caught",
                seen=f"Everything that {test.name} asserts is in a block that catches "
                "AssertionError",
                expected="An assert that nothing catches",
                why="An assert that fails raises AssertionError. pytest must see that.",
                look=answer.line(node.lineno),
            )
        is_inner = node is not test and _has_thread(test)
        if isinstance(node, ast.FunctionDef) and is_inner:
            raise Wrong(
                "A test asserts in another thread",
                seen=f"Everything that {test.name} asserts is in {node.name}, which "
                "another thread runs",
                expected="assert in the test itself, on what the thread has found",
                why="An exception ends only the thread in which it is raised. pytest "
                "does not see it.",
                look=answer.line(node.lineno),
            )


def _has_thread(test: ast.AST) -> bool:
    return "Thread(" in ast.unparse(test)


def _has_all_asserts(node: ast.AST, test: ast.AST) -> bool:
    inside, all_of_them = _asserts(node), _asserts(test)
    return bool(inside) and inside == all_of_them


def _asserts(node: ast.AST) -> set[int]:
    return {one.lineno for one in ast.walk(node) if isinstance(one, ast.Assert)}


def _catches(node: ast.Try | ast.With) -> bool:
    """Tell whether it catches an AssertionError, and does not pass it on."""
    if isinstance(node, ast.With):
        items = [ast.unparse(item.context_expr) for item in node.items]
        caught = [item.partition("suppress(")[2].rstrip(")") for item in items]
        return any(_names(text) & set(_CATCHES_ASSERTS[1:]) for text in caught if text)
    for handler in node.handlers:
        kinds = _names(ast.unparse(handler.type)) if handler.type else {""}
        if kinds & set(_CATCHES_ASSERTS):
            inside = [one for part in handler.body for one in ast.walk(part)]
            return not any(_may_fail(one, set()) for one in inside)
    return False


def _names(text: str) -> set[str]:
    return {name.strip("() ").rpartition(".")[2] for name in text.split(",")}
