"""What goes wrong with tests themselves, whatever they test.  PURE."""

import ast
import re
from collections.abc import Sequence
from typing import NamedTuple

from lessons.checking import Answer, Wrong

BY_NAME = "pytest fills a test's arguments by their names."
WITHOUT_ANSWER = "The test ends there, whatever the server says."


class _Known(NamedTuple):
    """A failure with a name of its own; `message` is a pattern for what it says."""

    message: str
    title: str
    expected: str
    why: str
    look: str = ""  # what the line to look at has in it, if that is another one


# The first that fits is told.
_KNOWN = (
    _Known(
        r"fixture '\w+' not found",
        "A test asks for a fixture that is not there",
        "`room` as the one argument of a test, or fixtures of your own",
        BY_NAME,
    ),
    _Known(
        r"ScopeMismatch",
        "A fixture lives longer than the room in it",
        "@pytest.fixture without a scope: each test gets a room of its own",
        "A fixture of scope module or session outlives a test; `room` ends with it.",
        look="scope=",
    ),
    _Known(
        r"[Ff]ixture \"\w+\" called directly",
        "A fixture is called like a function",
        "Its name as an argument of the test",
        BY_NAME,
    ),
    _Known(
        r"async (def )?functions are not|[Aa]sync.* not natively supported",
        "A test is async",
        "def, without async: `line()` waits by itself",
        "pytest does not run a coroutine unless a plugin does it.",
    ),
    _Known(
        r"name 'room' is not defined",
        "A test does not ask for the room",
        "`room` as its argument",
        BY_NAME,
    ),
    _Known(
        r"name '\w+' is not defined|cannot access local variable",
        "A test uses a name that is not there",
        "A name that has got its value before, or an import",
        WITHOUT_ANSWER,
    ),
    _Known(
        r"'(Client|Room)' object has no attribute '\w+'",
        "A test asks for what the room and its clients do not have",
        "Only what the lesson's table lists: join, connect, send, line, leave ...",
        WITHOUT_ANSWER,
    ),
    _Known(
        r"'NoneType' object has no attribute '(join|connect)'",
        "The room has a default value",
        "`room` as an argument, without `= ...`",
        "pytest fills only arguments that have no default.",
    ),
    _Known(
        r"Bad file descriptor|negative integer \(-1\)|WinError 10038",
        "A test uses another test's client",
        "Clients that the test itself has made",
        "After each test its clients go.",
    ),
    _Known(
        r"ConnectionRefused",
        "The tests talk to a server of their own choice",
        "Clients that come from `room`",
        "The server that is to be tested has another port each time.",
    ),
)


# What Python says of a method of a TestCase that takes a room, or does not.
_NO_ROOM = r"missing \d+ required positional argument|name 'room' is not defined"


def find(failed: Sequence[tuple[str, str, int]], answer: Answer) -> None:
    """Raise Wrong for the first failure that has a name: test, message, line."""
    for test, message, line in failed:
        look = answer.line(line) if line else answer.line_with(f"def {test}(")
        _find_method(test, message, look, answer)
        for known in _KNOWN:
            if re.search(known.message, message):
                raise Wrong(
                    known.title,
                    seen=f"{test}: {_first(message, known.message)}",
                    expected=known.expected,
                    why=known.why,
                    look=(known.look and answer.line_with(known.look)) or look,
                )


def _first(message: str, pattern: str) -> str:
    """Return the line of a message that fits a pattern, without pytest's mark."""
    lines = [line for line in message.splitlines() if re.search(pattern, line)]
    line = lines[0].removeprefix("E").strip() if lines else message
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
                why="A method gets its object first. Here that lands in the room's "
                "place.",
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
                why="unittest calls a test method with self alone. pytest fills the "
                "arguments of its own kind of tests only.",
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


# ---- tests that pass, and say nothing


def find_unsaid(own: Sequence[ast.FunctionDef], answer: Answer) -> None:
    """Raise Wrong for a test that cannot fail by what it says."""
    for node in ast.walk(answer.tree):
        if isinstance(node, ast.Assert) and _is_pair(node.test):
            raise Wrong(
                "An assert cannot fail",
                seen="assert (..., ...): in the parentheses are two values",
                expected="assert ..., without the parentheses",
                why="Two values in parentheses are a tuple, and a tuple that is not "
                "empty counts as true.",
                look=answer.line(node.lineno),
            )
    functions = [n for n in ast.walk(answer.tree) if isinstance(n, ast.FunctionDef)]
    helpers = {function.name for function in functions}
    for test in own:
        if not any(_may_fail(node, helpers) for node in ast.walk(test)):
            raise Wrong(
                "A test asserts nothing",
                seen=f"{test.name} has no assert in it",
                expected="assert, before what must be so",
                why="`ann.line() == ...` alone compares and forgets the result.",
                look=answer.line(test.lineno),
            )


def _is_pair(node: ast.expr) -> bool:
    return isinstance(node, ast.Tuple) and bool(node.elts)


def _may_fail(node: ast.AST, helpers: set[str]) -> bool:
    name = getattr(node, "id", "") or getattr(node, "attr", "")
    return (
        isinstance(node, ast.Assert | ast.Raise)
        or name in helpers | {"fail", "raises"}
        or name.startswith(("assert", "fail"))
    )
