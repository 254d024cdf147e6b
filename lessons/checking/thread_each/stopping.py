"""What can be wrong with the end of a server that has a thread for each client.

The thread of the check enters.  Each function returns what is to be raised.
"""

import ast
import re
import sys
from typing import TypeGuard

from lessons.checking import Answer, Peer, Served, Wrong
from lessons.checking.thread_each.places import line_in, main_stands

AWAITS_THREADS = ("join(", "alive", "active_count", "enumerate(", "server_close(")
SHUTDOWN_WAKES = sys.platform != "win32"  # a thread in recv(); on Windows close() does


def still_running(server: Served, stayers: list[Peer], took_s: float) -> Exception:
    """Explain why the process has not ended."""
    if server.has_failed():
        return _failed_stop(server)
    line = main_stands(server)
    parts = {
        "seen": f"{took_s:.0f} s after ctrl-c the process still runs; "
        + (f"the main thread waits in {line}" if line else "main() has ended"),
        "expected": f"Its end in under a second, though {len(stayers)} clients are "
        "connected",
        "look": line or server.answer.line_with("def stop"),
    }
    if one_way := server.answer.line_with("SHUT_WR"):
        return Wrong(
            "The connections are shut down in one direction only",
            why="SHUT_WR says that nothing more will be sent. The thread that reads "
            "keeps waiting.",
            **parts | {"look": one_way},
        )
    if "sleep(" in line:
        return _too_long(parts)
    ended = [peer for peer in stayers if not peer.quiet(0.01) and peer.ended]
    if line and len(ended) == len(stayers):
        if not SHUTDOWN_WAKES and not line_in(server.answer, "stop", "close"):
            return Wrong(
                "On Windows `shutdown` does not wake a thread that reads",
                why="On Windows recv() returns when its socket is closed. On Linux "
                "and macOS it returns after shutdown(). A stop that works on "
                "every system needs both.",
                **parts,
            )
        return _goes_on(parts) if server.spun_s() else _too_long(parts)
    if len(ended) == len(stayers):
        return _threads_left(parts)
    if ended:
        return _some_only(server.answer, parts)
    close = line_in(server.answer, "stop", "close")
    if close and not _comes_before(line, close):
        return Wrong(
            "`close` does not wake a thread that reads",
            why="The kernel keeps a connection in which somebody waits in recv(). "
            "To end the wait, the connection must be shut down.",
            **parts | {"look": close},
        )
    if line and not any(word in line for word in AWAITS_THREADS):
        return _goes_on(parts)
    if line:
        return Wrong(
            "Stopping waits until the clients leave",
            why="A thread that waits in recv() ends only when its client leaves, and "
            "that may be tomorrow.",
            **parts,
        )
    return _threads_left(parts)


def _comes_before(line: str, other: str) -> bool:
    """Tell whether a line of the file, as it is shown, comes before another one."""
    numbers = [re.search(r", line (\d+): ", text) for text in (line, other)]
    above, below = (int(number[1]) if number else 0 for number in numbers)
    return 0 < above < below


def _threads_left(parts: dict[str, str]) -> Wrong:
    return Wrong(
        "The program waits for threads that nobody ends",
        why="Python ends when the last thread has ended, not when main() has.",
        **parts,
    )


def _goes_on(parts: dict[str, str]) -> Wrong:
    return Wrong(
        "Stopping never comes to an end",
        why="The main thread gets no further than that line. Something must happen "
        "that ends the loop or the wait there.",
        **parts,
    )


def _too_long(parts: dict[str, str]) -> Wrong:
    return Wrong(
        "Stopping takes longer than it has to",
        why="join() returns as soon as a thread has ended. A fixed time is "
        "always too long or too short.",
        **parts,
    )


def busy(server: Served) -> Wrong:
    """Explain a stop that ends threads that wait, but not those that are at work."""
    line = main_stands(server)
    if "send" in line or ".write(" in line:
        return Wrong(
            "Stopping waits to send to a client that reads nothing",
            seen="One client no longer read its answers. After ctrl-c the process "
            f"still runs; the main thread waits in {line}",
            expected="The end of the process in under a second, whatever the clients "
            "do",
            why="What is sent waits in the kernel until the client reads it. When "
            "there is no more room, sendall() waits, and stop() waits with it.",
            look=line,
        )
    return Wrong(
        "Stopping waits for clients that are busy",
        seen="One client sent line after line, another no longer read its answers. "
        "After ctrl-c the process still runs"
        + (f"; the main thread waits in {line}" if line else ""),
        expected="The end of the process in under a second, whatever the clients do",
        why="If a thread notices the stop only where it waits, or only between "
        "two clients, it never notices while it is busy.",
        look=line or server.answer.line_with("def stop"),
    )


def _some_only(answer: Answer, parts: dict[str, str]) -> Wrong:
    """Explain that the loop over the connections has not come to each of them."""
    why = "Each thread waits for its own client. Those that were left out keep waiting."
    look = answer.line_with(".shutdown(", within="stop") or parts["look"]
    if removes := answer.line_with(".remove(", ".pop(", "del ", within="stop"):
        why = (
            "If you remove an item from a list while you loop over it, the loop "
            "skips one."
        )
        look = removes
    elif catches := _catches_around_a_loop(answer):
        why = (
            "If you catch an exception outside the loop, the loop is over. Clients "
            "that come later in the list are left out, and their threads keep "
            "waiting."
        )
        look = catches
    return Wrong(
        "Stopping ends only some of the connections",
        why=why,
        **parts | {"look": look},
    )


def _catches_around_a_loop(answer: Answer) -> str:
    """Return the line in `stop` that catches what a loop in it raises, or ""."""
    for stop in ast.walk(answer.tree):
        if isinstance(stop, ast.FunctionDef) and stop.name == "stop":
            for node in ast.walk(stop):
                if _catches(node) and any(
                    isinstance(inner, ast.For) for inner in ast.walk(node)
                ):
                    return answer.line(node.lineno)
    return ""


def _catches(node: ast.AST) -> TypeGuard[ast.Try | ast.With]:
    """Tell whether it is a `try` with an `except`, or `with suppress(...)`."""
    if isinstance(node, ast.With):
        return any("suppress(" in ast.unparse(item) for item in node.items)
    return isinstance(node, ast.Try) and bool(node.handlers)


def _failed_stop(server: Served) -> Wrong:
    error, look = server.errors[0]
    if ".shutdown(" not in look or not error.startswith("OSError"):
        return server.explained(OSError(error))
    close = line_in(server.answer, "stop", "close")
    if _comes_before(close, look):
        return Wrong(
            "A socket is shut down after it was closed",
            seen=error,
            expected="shutdown() first, then close()",
            why="A socket that is closed cannot be used any more, and close() alone "
            "wakes no thread on Linux and macOS.",
            look=look,
        )
    return Wrong(
        "Stopping fails at a client that has gone",
        seen=error,
        expected="All other connections are ended all the same",
        why="The connection of a client that has gone is closed already. If the "
        "exception ends your loop, the rest of the list is left out.",
        look=look,
    )


def dropped(server: Served, count: int, clients: int, words: str) -> Wrong:
    """Explain that threads have not come to their end."""
    if not count:
        return Wrong(
            "No line is printed about the end of a client",
            seen=f"{clients} clients were served; none of their ends was printed",
            expected=f"The line `{words} ...` for each",
            why="The person who runs a server wants to know which clients come and go.",
            look=server.answer.line_with("def finish", "print("),
        )
    return Wrong(
        "Threads are cut off in the middle of their work",
        seen=f"{clients} clients were served; {count} of their threads came to the "
        f"line that prints `{words} ...`",
        expected="All of them, before the program ends",
        why="A thread may have something to save at its end. A daemon thread that "
        "nobody waits for stops wherever it is.",
        look=server.answer.line_with("daemon", "_exit("),
    )


def broken(server: Served) -> Wrong:
    """Explain an exception that the end of its connection raises in a thread."""
    error, look = server.errors[0]
    if not re.match(r"OSError|BrokenPipe|Connection", error):
        return server.explained(OSError(error))
    return Wrong(
        "A connection that the server ends raises an exception in its thread",
        seen=f"{error}, after ctrl-c",
        expected="The end of that thread, and no exception",
        why="Which kind of OSError is raised depends on what the thread is doing "
        "when its connection ends: receiving or sending.",
        look=look,
    )


def in_pieces(server: Served, line: str) -> Wrong:
    """Explain lines of two clients that are mixed."""
    return Wrong(
        "The line about a client's end is printed in pieces",
        seen=f"Several clients left at the same time, and one line was {line[:99]!r}",
        expected="One text for each client, with its \\n in it",
        why="Between two pieces another thread can write. print() writes its text, "
        "and then the end of the line.",
        look=server.answer.line_with("has gone after"),
    )


def miscounted(server: Served, words: str, told: set[str]) -> Wrong:
    """Explain a last line that gives a wrong number of lines."""
    return Wrong(
        "The number of lines printed at the end is wrong",
        seen=f"Each client had sent one line; `{words} {max(told)} lines` was printed",
        expected=f"`{words} 1 lines`",
        why="The count should be the one that the client saw.",
        look=server.answer.line_with("number += 1", "number +"),
    )


def left_behind(server: Served) -> Wrong:
    """Explain threads that run when the stop is over."""
    return Wrong(
        "stop() returns before the threads have ended",
        seen=f"main() came to its end while {server.left_behind} threads were still at "
        "work",
        expected="None: stop() waits for each of them",
        why="After stop() the program assumes that no thread is running. It may "
        "close a file, for example, that they still need.",
        look=server.answer.line_with("join", within="stop")
        or server.answer.line_with("def stop"),
    )


def port_reserved(server: Served) -> Wrong:
    """Explain that the server cannot be started again."""
    return Wrong(
        "The server cannot use its port again right after it has ended",
        seen=server.errors[0][0],
        expected="A listening socket on the same port, right after the last one",
        why="The system remembers the old server's connections for about a minute "
        "(TIME_WAIT). The port stays reserved until then, and if you repair your "
        "server, you have to wait before you can start it again.",
        look=server.answer.line_with("allow_reuse_address", "class Server")
        or server.errors[0][1],
    )
