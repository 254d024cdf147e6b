"""Judges step 6 with the checks of step 5, in the words of a handler."""

import ast
import functools
from collections.abc import Callable

from lessons.checking import Answer, Wrong
from lessons.checking.diagnosis import Diagnosis
from lessons.step05_thread_each import check as step05

Check = Callable[[Answer], None]

SERVED = "A connection that is open until its client has left"


def _in_words_of_a_handler(check: Check) -> Check:
    """Return a check that has a word for what only a handler can get wrong."""

    @functools.wraps(check)
    def judged(answer: Answer) -> None:
        try:
            check(answer)
        except Wrong as wrong:
            raise (_explained(wrong.diagnosis, answer) or wrong) from None

    return judged


def _explained(found: Diagnosis, answer: Answer) -> Wrong | None:
    init = _own_init(answer)
    if found.title == "AttributeError in your server":
        if "'rfile'" in found.seen or "'wfile'" in found.seen:
            return _no_base_setup(found, answer)
        return _too_late(found, init) if init else None
    if found.title == "The connection is closed while its thread still needs it":
        return _never_handled(found, init) if init else _returned(found, answer)
    if found.title == "One line per client, and out" and answer.line_with("Thread("):
        return _returned(found, answer)
    return None


def _own_init(answer: Answer) -> str:
    """Return the line with `__init__` in the class Handler, or ""."""
    for node in ast.walk(answer.tree):
        if isinstance(node, ast.ClassDef) and node.name == "Handler":
            for inner in node.body:
                if isinstance(inner, ast.FunctionDef) and inner.name == "__init__":
                    return answer.line(inner.lineno)
    return ""


def _no_base_setup(found: Diagnosis, answer: Answer) -> Wrong:
    return Wrong(
        "`setup` replaces that of its base class",
        seen=found.seen,
        expected="rfile and wfile, which StreamRequestHandler.setup makes",
        why="A method of the same name takes the place of the inherited one, unless it "
        "calls it.",
        look=answer.line_with("def setup"),
    )


def _too_late(found: Diagnosis, init: str) -> Wrong:
    return Wrong(
        "What `__init__` makes comes too late",
        seen=found.seen,
        expected="All that handle() needs, before handle() runs",
        why="The inherited __init__ runs setup(), handle() and finish(): when it "
        "returns, the client has gone.",
        look=init,
    )


def _never_handled(found: Diagnosis, init: str) -> Wrong:
    return Wrong(
        "An `__init__` of its own keeps the handler from running",
        seen=found.seen,
        expected=SERVED,
        why="The inherited __init__ runs setup(), handle() and finish(). Who replaces "
        "it replaces all of them.",
        look=init,
    )


def _returned(found: Diagnosis, answer: Answer) -> Wrong:
    return Wrong(
        "`handle` returns while the client is still there",
        seen=found.seen,
        expected=SERVED,
        why="When handle() has returned, the server closes the connection, whoever "
        "else still uses it.",
        look=answer.line_with("Thread(", "def handle"),
    )


CHECKS = tuple(_in_words_of_a_handler(check) for check in step05.CHECKS)
