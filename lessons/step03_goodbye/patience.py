"""Explains servers of step 3 that end too early, and those that do not end at all.

The thread of the check enters.
"""

import ast

from lessons.checking import SOON_S, Answer, Peer, Wrong, served


def see_patience(ann: Peer, look: str) -> None:
    """Be silent for as long as a timeout may last; raise Wrong if that is an end."""
    if not ann.quiet(SOON_S) and ann.ended:
        raise Wrong(
            "A client that is silent is taken for gone",
            seen=f"the client said nothing for a moment, and its connection "
            f"{ann.ended}",
            expected="A connection that stays open",
            why="People think before they type; a silent client has not left.",
            look=look,
        )


def unstoppable(answer: Answer) -> Wrong:
    """Explain a server that ctrl-c does not end."""
    woken = "" if served.CTRL_C_ENDS_WAITS else ", then a line from the client"
    parts = {
        "seen": f"Ctrl-c while it was talking to a client{woken}; the server runs on",
        "expected": "The end of the program",
    }
    bare = answer.line_with("except:", "except Base", "KeyboardInterrupt")
    if not bare and (swallows := _returns_in_finally(answer)):
        return Wrong(
            "A return in finally swallows every exception",
            why="Ctrl-c arrives as an exception, and `return` in `finally` throws away "
            "the one that is on its way.",
            look=swallows,
            **parts,
        )
    return Wrong(
        "Ctrl-c cannot end it",
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
