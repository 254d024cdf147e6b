"""Which line of the learner's file a server with a thread for each client is at.

The thread of the check enters.
"""

import ast

from lessons.checking import Answer, Served

WAITING_FOR_CLIENTS = ("accept(", "serve_forever(")


def line_in(answer: Answer, function: str, call: str) -> str:
    """Return the line of a function of the answer's that calls `.call`, or ""."""
    for node in ast.walk(answer.tree):
        if isinstance(node, ast.FunctionDef) and node.name == function:
            for inner in ast.walk(node):
                if isinstance(inner, ast.Attribute) and inner.attr == call:
                    return answer.line(inner.lineno)
    return ""


def main_stands(server: Served) -> str:
    """Return the line of the learner's file that the main thread is at, or ""."""
    lines = [s.line for s in server.where() if s.thread == "MainThread"]
    return server.answer.line(lines[0]) if lines and lines[0] else ""


def waits_for_clients(server: Served) -> bool:
    """Return whether the main thread is where it waits for the next client."""
    line = main_stands(server)
    return any(call in line for call in WAITING_FOR_CLIENTS)
