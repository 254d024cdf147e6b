"""What goes wrong with tests themselves, whatever they test.  PURE."""

import ast
import re
from collections.abc import Sequence

from lessons.checking import Answer, Wrong
from lessons.checking.errors import explained_error
from lessons.step14_your_tests.known import COMPARED, KNOWN, Known

_OWN_ERROR = r"(\w+\.)*(?!Assertion)\w*(Error|Exception|Iteration|Group)\b"
# What Python says of a method of a TestCase that takes a room, or does not.
_NO_ROOM = (
    r"missing \d+ required positional argument|name 'room' is not defined"
    r"|object has no attribute 'room'"
)

Failure = tuple[str, str, int]  # test, message, line


def find(failed: Sequence[Failure], answer: Answer) -> None:
    """Raise Wrong for a failure that is one of the test, whatever the server does."""
    for failure in failed:
        test, message, _ = failure
        _find_method(test, message, _place(failure, answer), answer)
        _find_known(KNOWN, failure, answer)
    for failure in failed:
        test, message, _ = failure
        look = _place(failure, answer)
        if re.match(_OWN_ERROR, message):
            _find_replaced(test, message, answer)
        is_raised_on_purpose = look.partition(": ")[2].startswith("raise ")
        if re.match(_OWN_ERROR, message) and not is_raised_on_purpose:
            raise explained_error(message.splitlines()[0], look, "test", answer.source)


def _find_replaced(test: str, message: str, answer: Answer) -> None:
    """Raise Wrong if parametrize has put something in the place of the room."""
    if found := re.search(r"parametrize\(\s*['\"][\w, ]*\broom\b", answer.source):
        raise Wrong(
            "parametrize replaces the room",
            seen=f"{test}: {message.splitlines()[0]}",
            expected="Another name in parametrize, and `room` as one more argument of "
            "the test",
            why="A value from parametrize takes the place of a fixture of that name.",
            look=answer.line(answer.source.count("\n", 0, found.start()) + 1),
        )


def find_uncollected(broken: str, answer: Answer) -> None:
    """Raise Wrong if pytest has read the file, and does not take one of its tests."""
    if found := re.search(r"function uses no (argument|fixture) '(\w+)'", broken):
        raise Wrong(
            "A name in parametrize is not an argument of the test",
            seen=broken,
            expected=f"`{found[2]}` in the parentheses after the test's name as well",
            why="parametrize gives a value to an argument of that name.",
            look=answer.line_with("parametrize("),
        )
    if "'yield' keyword is allowed in fixtures" in broken:
        raise Wrong(
            "A test has a `yield` in it",
            seen=broken,
            expected="assert, or return; a `yield` belongs in a fixture",
            why="A function with `yield` is not run when it is called.",
            look=answer.line_with("yield", within=broken.partition("(")[2].rstrip(")")),
        )


def find_compared(failure: Failure, answer: Answer) -> None:
    """Raise Wrong if an assert that fails on a right server has a known mistake."""
    _find_known(COMPARED, failure, answer)


def _find_known(table: Sequence[Known], failure: Failure, answer: Answer) -> None:
    test, message, _ = failure
    for known in table:
        if re.search(known.message, message) and known.needs in answer.source_of(test):
            raise Wrong(
                known.title,
                seen=f"{test}: {_first(message, known.message)}",
                expected=known.expected,
                why=known.why,
                look=(known.look and answer.line_with(known.look))
                or _place(failure, answer),
            )


def _place(failure: Failure, answer: Answer) -> str:
    test, _, line = failure
    return answer.line(line) if line else answer.line_with(f"def {test}(")


def _first(message: str, pattern: str) -> str:
    """Return the line of a message that fits a pattern, without pytest's mark."""
    lines = [line for line in message.splitlines() if re.search(pattern, line)]
    line = re.sub(r"^E\s+", "", lines[0]).strip() if lines else message
    return line.partition(" Requesting fixture stack")[0]


def _find_method(test: str, message: str, look: str, answer: Answer) -> None:
    """Raise Wrong if the test is a method, and that is what is wrong with it."""
    for of, method in _methods(answer.tree):
        if method.name != test:
            continue
        first = next((argument.arg for argument in method.args.args), "")
        is_static = any(getattr(d, "id", "") == "staticmethod" for d in _marks(method))
        if first != "self" and not is_static and "object has no attr" in message:
            raise Wrong(
                "A method does not take self",
                seen=f"def {test}({first}): in class {of.name}; {message}",
                expected="self first, then the arguments that pytest fills",
                why="A method gets its object first. Here the object takes the "
                "room's place.",
                look=look,
            )
        if "takes 0 positional arguments but 1 was given" in message:
            raise Wrong(
                "A method does not take self",
                seen=f"{test}: {message}",
                expected="self first, then the arguments that pytest fills",
                why="A method gets its object first.",
                look=look,
            )
        if _is_test_case(of) and re.search(_NO_ROOM, message):
            raise Wrong(
                "A unittest.TestCase gets no fixtures",
                seen=f"{test}: {message}",
                expected="Functions, or a class without unittest.TestCase",
                why="unittest calls a test method with self and nothing else. pytest "
                "fills in arguments only for its own kind of tests.",
                look=answer.line(of.lineno),
            )


def _methods(tree: ast.Module) -> list[tuple[ast.ClassDef, ast.FunctionDef]]:
    return [
        (node, inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
        for inner in node.body
        if isinstance(inner, ast.FunctionDef)
    ]


def _marks(method: ast.FunctionDef) -> list[ast.expr]:
    return method.decorator_list


def _is_test_case(node: ast.ClassDef) -> bool:
    return any(ast.unparse(base).endswith("TestCase") for base in node.bases)
