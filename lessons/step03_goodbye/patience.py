"""Explains servers of step 3 that ctrl-c does not end.

The thread of the check enters.
"""

import ast

from lessons.checking import Answer, Wrong, served


def unstoppable(answer: Answer) -> Wrong:
    """Return the diagnosis of a server that ctrl-c does not end."""
    woken = "" if served.CTRL_C_ENDS_WAITS else ", then a line from the client"
    parts = {
        "seen": f"Ctrl-c while it was talking to a client{woken}; the server runs on",
        "expected": "The end of the program",
    }
    bare = answer.line_with("except:", "except Base", "KeyboardInterrupt")
    if not bare and (swallows := _returns_in_finally(answer)):
        return Wrong(
            "A `return` in `finally` swallows every exception",
            why="Ctrl-c arrives as an exception, and `return` in `finally` throws away "
            "the one that is on its way.",
            look=swallows,
            **parts,
        )
    return Wrong(
        "Ctrl-c does not end the server",
        why="Ctrl-c arrives as an exception, KeyboardInterrupt. If you catch "
        "all exceptions, you catch that one too.",
        look=bare or answer.line_with("except "),
        **parts,
    )


def _returns_in_finally(answer: Answer) -> str:
    """Return the line of such a `return`, or ""."""
    for tried in ast.walk(answer.tree):
        for last in tried.finalbody if isinstance(tried, ast.Try) else ():
            for node in ast.walk(last):
                if isinstance(node, ast.Return):
                    return answer.line(node.lineno)
    return ""
