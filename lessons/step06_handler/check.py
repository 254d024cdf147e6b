"""Judges step 6 with the checks of step 5, and explains what a handler gets wrong."""

import ast
import functools
from collections.abc import Callable

from lessons.checking import Answer, Wrong
from lessons.checking.diagnosis import Diagnosis
from lessons.checking.thread_each import checks as shared
from lessons.step06_handler.last_words import tells_the_end_once

Check = Callable[[Answer], None]

LET_GO = ("The connection is closed after one line", "A line ends the connection")
SERVED = "A connection that is open until its client has left"


def _in_words_of_a_handler(check: Check) -> Check:
    """Return a check that also explains what only a handler can get wrong."""

    @functools.wraps(check)
    def judged(answer: Answer) -> None:
        try:
            check(answer)
        except Wrong as wrong:
            found = wrong.diagnosis
            alone = check is shared.numbers_lines
            raise (
                _explained(found, answer) or _miscounted(found, answer, alone) or wrong
            ) from None

    return judged


def _explained(found: Diagnosis, answer: Answer) -> Wrong | None:
    init = _own_method(answer, "__init__")
    if found.seen.startswith("AttributeError"):
        if "'rfile'" in found.seen or "'wfile'" in found.seen:
            return _no_base_setup(found, answer)
        if "'super'" in found.seen:
            return _super_itself(found)
        return _too_late(found, init) if init else None
    if found.title == "The connection is closed while its thread still needs it":
        if not _own_method(answer, "handle"):
            return _no_handle(found)
        if verifies := answer.line_with("def verify_request"):
            return _turned_away(found, verifies)
        return _never_handled(found, init) if init else _returned(found, answer)
    cut = found.title.startswith("Of many lines") and "nothing more" in found.seen
    if cut and answer.line_with("Thread(", within="Handler"):
        return _returned(found, answer)  # on a busy machine, after many lines
    if found.title in LET_GO:
        if answer.line_with("Thread("):
            return _returned(found, answer)
        ends = answer.line_with("return", "break", within="handle")
        return _with_look(found, found.look or ends or _own_method(answer, "handle"))
    return None


def _miscounted(found: Diagnosis, answer: Answer, alone: bool) -> Wrong | None:
    """Explain an answer that is nearly the right one; `alone`: no other client is."""
    if found.title == "The clients share one count" and alone:
        return Wrong(
            "The answer has the wrong number",
            seen=found.seen,
            expected=found.expected,
            why="Each client's first line has the number 1, the next one 2, and so on.",
            look=answer.line_with("number =", within="setup") or found.look,
        )
    if found.seen == r"b'\n'":
        return Wrong(
            "The answer ends with one line feed too many",
            seen="An empty line after the answer",
            expected=found.expected,
            why="A line from rfile already ends with a line feed.",
            look=found.look,
        )
    return None


def _with_look(found: Diagnosis, look: str) -> Wrong:
    parts = found.as_dict() | {"look": look}
    return Wrong(parts.pop("title"), **parts)


def _own_method(answer: Answer, name: str) -> str:
    """Return the line with that method in the class Handler, or ""."""
    for node in ast.walk(answer.tree):
        if isinstance(node, ast.ClassDef) and node.name == "Handler":
            for inner in node.body:
                if isinstance(inner, ast.FunctionDef) and inner.name == name:
                    return answer.line(inner.lineno)
    return ""


def _no_handle(found: Diagnosis) -> Wrong:
    return Wrong(
        "The handler has no method `handle`",
        seen=found.seen,
        expected="A method of exactly this name",
        why="The library calls handle(); the inherited one does nothing.",
    )


def _turned_away(found: Diagnosis, verifies: str) -> Wrong:
    return Wrong(
        "`verify_request` lets nobody in",
        seen=found.seen,
        expected="True from verify_request(), or no method of this name",
        why="The library serves a client only if it returns True. A method without "
        "`return` returns None.",
        look=verifies,
    )


def _super_itself(found: Diagnosis) -> Wrong:
    return Wrong(
        "The parentheses after super are missing",
        seen=found.seen,
        expected="super().setup(), super().finish()",
        why="super() with its parentheses gives access to the inherited "
        "methods; super alone is only a name.",
        look=found.look,
    )


def _no_base_setup(found: Diagnosis, answer: Answer) -> Wrong:
    named = answer.line_with("super().setup", within="setup")
    if named.endswith("setup"):
        return Wrong(
            "`super().setup` is named but not called",
            seen=found.seen,
            expected="A call: super().setup()",
            why="Without parentheses after its name a method does not run, and Python "
            "does not complain.",
            look=named,
        )
    return Wrong(
        "`setup` replaces the inherited one",
        seen=found.seen,
        expected="rfile and wfile, which StreamRequestHandler.setup makes",
        why="A method of the same name replaces the inherited one. Call the "
        "inherited one in it.",
        look=answer.line_with("def setup"),
    )


def _too_late(found: Diagnosis, init: str) -> Wrong:
    return Wrong(
        "`__init__` prepares something only after handle() has run",
        seen=found.seen,
        expected="All that handle() needs, before handle() runs",
        why="The inherited __init__ runs setup(), handle() and finish(). When "
        "it returns, the client has gone.",
        look=init,
    )


def _never_handled(found: Diagnosis, init: str) -> Wrong:
    return Wrong(
        "The handler never runs, because `__init__` is replaced",
        seen=found.seen,
        expected=SERVED,
        why="The inherited __init__ runs setup(), handle() and finish(). If you "
        "replace it, you replace all of them.",
        look=init,
    )


def _returned(found: Diagnosis, answer: Answer) -> Wrong:
    return Wrong(
        "`handle` returns while the client is still there",
        seen=found.seen,
        expected=SERVED,
        why="When handle() has returned, the server closes the connection, even "
        "if another thread still uses it.",
        look=answer.line_with("Thread(", "def handle"),
    )


CHECKS = (
    *(_in_words_of_a_handler(check) for check in shared.CHECKS[:3]),
    tells_the_end_once,
    *(_in_words_of_a_handler(check) for check in shared.CHECKS[3:]),
)
