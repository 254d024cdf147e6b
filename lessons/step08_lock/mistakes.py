"""Step 8, for the check: slips with a lock that Python's own message does not explain.

PURE: it reads a syntax tree, and the text of an exception.
"""

import ast
import re

from lessons.checking import Answer, Wrong
from lessons.checking.answer import described

WITH_IT = "`with self.lock:` takes the lock, and releases it at the end of the block."
SLIPS = (  # of the exception, of its line; title, what is expected, why
    (
        r"'Registry' object has no attribute",
        r"with |acquire\(",
        "The lock is used before it has been made",
        "`self.NAME = threading.Lock()` in __init__, with the name that the methods "
        "use",
        "All methods must hold the same lock. Make it once, with the registry.",
    ),
    (
        r"'_thread._local' object has no attribute",
        "",
        "A thread looks for what another thread has put into threading.local()",
        "Users and a lock that all threads share: attributes of self",
        "In a threading.local() each thread sees only what it has put there itself.",
    ),
    (
        r"'(_thread\.)?R?[lL]ock' object is not callable",
        "",
        "The lock is called like a function",
        "The lock itself after `with`, without parentheses",
        WITH_IT,
    ),
    (
        r"'bool' object does not support the context manager|AttributeError: __enter__",
        r"acquire\(",
        "`with` is given the result of acquire",
        "The lock itself after `with`",
        WITH_IT,
    ),
    (
        r"object does not support the context manager|AttributeError: __enter__",
        r"with ",
        "`with` is given something that is not a lock",
        "A lock, made with threading.Lock()",
        "`with` needs an object that can be taken and released. An Event, a number "
        "or a name cannot.",
    ),
)


def known(answer: Answer, error: Exception) -> Wrong | None:
    """Return the diagnosis of an exception, if it is a known one."""
    text, look = described(error), answer.where(error)
    for pattern, line, title, expected, why in SLIPS:
        if re.search(pattern, text) and re.search(line, look):
            return Wrong(title, seen=text, expected=expected, why=why, look=look)
    return None


def half_a_call(answer: Answer) -> Wrong | None:
    """Find `acquire` or `release` without parentheses, alone on its line."""
    for node in ast.walk(answer.tree):
        match node:
            case ast.Expr(value=ast.Attribute(attr="acquire" | "release" as name)):
                return Wrong(
                    f"The parentheses after {name} are missing",
                    seen=f"A line that names {name}, but does not call it",
                    expected=f"{name}(), or better: `with`",
                    why=WITH_IT,
                    look=answer.line(node.lineno),
                )
    return None
