"""Lets many clients come and go, one after the other, and sees what is left of them.

The thread of the check enters.
"""

import ast
from collections.abc import Callable

from lessons.checking.answer import Answer
from lessons.checking.diagnosis import Wrong
from lessons.checking.peer import Closed, Peer, Silent
from lessons.checking.served import Served

MANY = 101  # clients in all: one more than a round number


def see_many(server: Served, visit: Callable[[Peer], None], before: int) -> None:
    """Let so many clients come, `visit` and leave that there were MANY in all."""
    kept = server.held()
    for number in range(before + 1, MANY + 1):
        try:
            with server.connect(f"client {number}") as peer:
                visit(peer)
        except (Silent, Closed, ConnectionError):
            if server.has_failed():
                raise
            raise _stops(number, server.answer) from None
    _see_nothing_kept(MANY - before, kept, server)


def _stops(number: int, answer: Answer) -> Wrong:
    return Wrong(
        "The server stops after a number of clients",
        seen=f"{number - 1} clients were served; client {number} came and got no "
        "answer",
        expected="One client after the other, as long as the server runs",
        why="A server does not know how many clients will come. The number in "
        "listen() says how many may wait at once, not how many may come in all.",
        look=answer.line_with("range(", "for ", within="serve")
        or answer.line_with("accept("),
    )


def _see_nothing_kept(clients: int, before: list[int], server: Served) -> None:
    """Raise Wrong if something of each of these clients is still there."""
    (calls, sockets), (more_calls, more_sockets) = before, server.held()
    if more_calls - calls > clients / 2:
        raise Wrong(
            "A function calls itself for each new client",
            seen=f"{clients} clients came and left; after that, {more_calls - calls} "
            "more calls of your functions had not returned",
            expected="A loop: each call returns before the next client is served",
            why="Each call that has not returned takes up memory. After about 1000 "
            "of them Python raises a RecursionError, and the server ends.",
            look=_calls_itself(server.answer) or server.waits_at(),
        )
    if more_sockets - sockets > clients / 2:
        raise Wrong(
            "The sockets of clients that have gone stay open",
            seen=f"{clients} clients came and left; after that, "
            f"{more_sockets - sockets} more sockets were open",
            expected="close() for each of them",
            why="A socket stays open until close(), even after shutdown(). The system "
            "lets a program have only so many, often 1024.",
            look=server.answer.line_with(".shutdown(", own=True)
            or server.answer.line_with("accept("),
        )


def _calls_itself(answer: Answer) -> str:
    """Return the line on which a function calls itself, or ""."""
    functions = (n for n in ast.walk(answer.tree) if isinstance(n, ast.FunctionDef))
    for function in functions:
        for node in ast.walk(function):
            match node:
                case ast.Call(func=ast.Name(name)) if name == function.name:
                    return answer.line(node.lineno)
    return ""
