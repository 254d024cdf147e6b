"""What can be wrong with the end of a server that has a thread for each client.

The thread of the check enters.  Each function returns what is to be raised.
"""

from lessons.checking import Peer, Served, Wrong
from lessons.step05_thread_each.diagnoses import line_in, main_stands


def still_running(server: Served, stayers: list[Peer], limit_s: float) -> Exception:
    """Explain why the process has not ended."""
    if server.has_failed():
        return _failed_stop(server)
    line = main_stands(server)
    parts = {
        "seen": f"{limit_s:g} s after ctrl-c the process still runs; "
        + (f"the main thread stands in {line}" if line else "main() has ended"),
        "expected": f"Its end in under a second, though {len(stayers)} are there",
        "look": line,
    }
    if [peer for peer in stayers if not peer.quiet(0.01) and peer.ended]:
        return Wrong(
            "The stop ends some of the connections only",
            why="Each thread waits for its own client; those left out wait on.",
            **parts,
        )
    if close := line_in(server.answer, "stop", "close"):
        return Wrong(
            "`close` does not wake a thread that reads",
            why="The kernel keeps a connection in which somebody waits in recv(). "
            "To end the wait, the connection must be shut down.",
            **parts | {"look": close},
        )
    if line:
        return Wrong(
            "The stop waits for clients who stay",
            why="A thread in recv() ends when its client leaves, and that may be "
            "tomorrow.",
            **parts,
        )
    return Wrong(
        "The program waits for threads that nobody ends",
        why="Python ends when the last thread has ended, not when main() has.",
        **parts,
    )


def _failed_stop(server: Served) -> Wrong:
    error, look = server.errors[0]
    if ".shutdown(" not in look:
        return server.explained(OSError(error))
    return Wrong(
        "The stop fails at a client who has gone",
        seen=error,
        expected="The end of all the others all the same",
        why="The connection of a client who has gone is closed already; an exception "
        "there leaves the rest of the list alone.",
        look=look,
    )


def dropped(server: Served, count: int, clients: int, words: str) -> Wrong:
    """Explain that threads have not come to their end."""
    if not count:
        return Wrong(
            "The end of a client is not told",
            seen=f"{clients} clients were served; none of their ends was printed",
            expected=f"The line `{words} ...` for each",
            why="Who looks after a server wants to know who comes and goes.",
            look=server.answer.line_with("def finish", "print("),
        )
    return Wrong(
        "Threads are dropped in the middle of their work",
        seen=f"{clients} clients were served; {count} of their threads came to the "
        f"line that prints `{words} ...`",
        expected="All of them, before the program ends",
        why="What a thread does last may be to save something: a daemon thread that "
        "nobody waits for stops wherever it stands.",
        look=server.answer.line_with("daemon", "_exit("),
    )


def port_reserved(server: Served) -> Wrong:
    """Explain that the server cannot be started again."""
    return Wrong(
        "The port stays reserved after the server has ended",
        seen=server.errors[0][0],
        expected="A listening socket, right after the last one",
        why="A server that was mended and is started again would have to wait for a "
        "minute.",
        look=server.errors[0][1],
    )
