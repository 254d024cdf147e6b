"""What can be wrong with a server that has a thread for each client, while it runs.

The thread of the check enters.  Each function looks at what a server does at the
moment, and returns what is to be raised.
"""

import ast
import re

from lessons.checking import (
    BRIEF_S,
    Answer,
    Closed,
    Peer,
    Served,
    Silent,
    Wrong,
    until,
)
from lessons.checking.diagnosis import quoted
from lessons.checking.errors import explained_error

WAITING_FOR_CLIENTS = ("accept(", "serve_forever(")


def known_error(server: Served) -> Wrong | None:
    """Return what is to be said of the first exception, if there is a word for it."""
    error, look = server.errors[0]
    making = server.answer.line_with("Thread(")
    if "group argument must be None" in error:
        return Wrong(
            "`target=` is missing",
            seen=error,
            expected="The function and its arguments by name: target=, args=",
            why="The first place among the arguments of Thread is not the function's.",
            look=making,
        )
    if "missing 1 required positional argument" in error and not look:
        return Wrong(
            "`args=` is missing",
            seen=error,
            expected="The connection among the arguments that the thread hands over",
            why="The thread calls the function, and knows of it only what it was told.",
            look=making,
        )
    if "after * must be" in error:
        return Wrong(
            "`args` is not a tuple",
            seen=error,
            expected="A tuple of the arguments, also where there is only one",
            why="Brackets alone make no tuple; a comma does.",
            look=server.answer.line_with("args=") or look,
        )
    if "object has no attribute 'is_alive'" in error:
        return _no_thread(error, server.answer)
    if re.search(r"'tuple' object has no attribute '(shutdown|close|join)'", error):
        return Wrong(
            "A pair is taken for one of its parts",
            seen=error,
            expected="The part that is meant",
            why="Each item of `clients` holds two things: a connection and its thread.",
            look=look,
        )
    mixed = r"'Thread' object has no attribute '(shutdown|close)'|'socket' .* 'join'"
    if re.search(mixed, error):
        return Wrong(
            "A connection and its thread are mixed up",
            seen=error,
            expected="shutdown() of the connection, join() of the thread",
            why="Each item of `clients` is (connection, thread), in this order.",
            look=look,
        )
    return None if look else explained_error(error, making, "server")


def of_processes(wrong: Wrong, answer: Answer) -> Wrong | None:
    """Return what is to be said in place of a word on threads where there are none."""
    look = answer.line_with("Process(", "fork(", "Forking", "ProcessPool")
    if not look or answer.line_with("Thread("):
        return None
    found = wrong.diagnosis
    return Wrong(
        "Processes serve the clients, and not threads",
        seen=found.seen,
        expected="A thread of its own for each client, from threading.Thread",
        why="A process shares nothing with the others and must be ended in another "
        "way; this step is about threads.",
        look=look,
    )


def many_lines(came: list[bytes], wanted: list[bytes], answer: Answer) -> Wrong:
    """Explain that many lines, sent at once, do not all come back."""
    pairs = enumerate(zip(came, wanted, strict=False))
    first = next((at for at, (a, b) in pairs if a != b), len(came))
    seen = quoted(came[first]) if first < len(came) else "nothing more"
    return Wrong(
        "Of many lines at once not all come back right",
        seen=f"{len(wanted)} lines were sent at once; {len(came)} came back. The first "
        f"difference is in the place of {quoted(wanted[first])}: {seen}"
        if first < len(wanted)
        else f"{len(wanted)} lines were sent at once; {len(came)} came back",
        expected="Each line once, with its number, however many come and however long",
        why="Where the network cuts what was sent nobody knows: one recv() may take a "
        "part of a line, or a hundred lines.",
        look=answer.line_with("recv(", "readline(", "read1(", "rfile", within="handle")
        or answer.line_with("recv("),
    )


def _no_thread(error: str, answer: Answer) -> Wrong:
    started = answer.line_with(".start()", within="welcome")
    taken = re.search(r": (return |\w+ = ).*\.start\(\)$", started)
    return Wrong(
        "`welcome` returns no thread",
        seen=error,
        expected="The thread, for the list of those who are here",
        why="start() returns None: keep the thread in a variable, then start it, then "
        "return it."
        if taken
        else "Nobody can wait for the end of a thread that he does not know.",
        look=(started if taken else answer.line_with("return", within="welcome"))
        or answer.line_with("def welcome"),
    )


# ---- a client is not served


def another_answer(peer: Peer, came: bytes, expected: bytes, answer: Answer) -> Wrong:
    """Explain an answer that is not the line with its number."""
    if b"b'" in came:
        return _shown_bytes(came, expected, answer)
    number, same = came.partition(b" ")[0], came.endswith(expected.partition(b" ")[2])
    if same and number.isdigit() and int(number) > int(expected.partition(b" ")[0]):
        return Wrong(
            "The clients share one count",
            seen=f"{peer.name} got {quoted(came)}",
            expected=quoted(expected),
            why="Each client's lines are counted from 1: what belongs to one client "
            "must be kept for each.",
            look=answer.line_with("number += 1", "number +", ".append("),
        )
    if came.split() == expected.split():
        return Wrong(
            "Blanks of the line are lost",
            seen=quoted(came),
            expected=quoted(expected),
            why="A client means what it sends, spaces and tabs, too.",
            look=answer.line_with("strip(", ".split()", "join("),
        )
    return Wrong(
        "The answer is not the line with its number",
        seen=quoted(came),
        expected=quoted(expected),
        why="What a client gets must be what it sent, and one line each.",
        look=answer.line_with(".send", within="welcome")
        or answer.line_with("sendall(", ".write("),
    )


def _shown_bytes(came: bytes, expected: bytes, answer: Answer) -> Wrong:
    return Wrong(
        "Bytes are sent as Python shows them",
        seen=quoted(came),
        expected=quoted(expected),
        why="An f-string makes text; where it is given bytes it writes b'...', quotes "
        "and all.",
        look=answer.line_with(".write(", "sendall(", 'f"'),
    )


def cut_off(peer: Peer, number: int, server: Served) -> Exception:
    """Explain a connection that ended while its client still was there."""
    failed = until(lambda: server.errors, 5 * BRIEF_S)  # one may be on its way
    if failed and not server.errors[0][0].startswith("OSError"):
        return Closed(peer, "an answer", "was closed")
    closes = closes_too_early(server.answer)
    if number > 1 and not closes and not server.errors:  # else the thread was faster
        return Wrong(
            "One line per client, and out",
            seen=f"{peer.name}'s first line was answered; then the connection was "
            "closed",
            expected="Answers for as long as the client stays",
            why="A chat is more than one line: who is served stays served.",
            look=server.answer.line_with(".readline(", ".close()", "recv("),
        )
    return Wrong(
        "The connection is closed while its thread still needs it",
        seen=f"{peer.name} connected, and the connection was closed"
        + (f"; in the thread: {server.errors[0][0]}" if server.errors else ""),
        expected="A connection that is open until its client has left",
        why="start() returns at once: what comes after it runs while the new thread "
        "works.",
        look=closes or server.answer.line_with("with connection"),
    )


def closes_too_early(answer: Answer) -> str:
    """Return the line of `welcome` that closes the connection, or "".

    What is sent until then comes back: on a busy machine the thread may be faster.
    """
    return answer.line_with("with connection", ".close(", within="welcome")


def unanswered(peer: Peer, line: bytes, server: Served) -> Exception:
    """Explain a line that got no answer, though nobody else is served."""
    threads = server.where()
    if server.errors:
        return Silent(peer, f"the answer to {line!r}", peer.limit_s)
    if begun := bytes(peer.received).rpartition(b"\n")[2]:
        if b"b'" in begun:
            wanted = b"%s %s\n" % (begun.partition(b" ")[0], line)
            return _shown_bytes(begun, wanted, server.answer)
        return Wrong(
            "The answer has no end of line",
            seen=f"{quoted(begun)}, and nothing more",
            expected=f"{quoted(begun)} and a line feed",
            why="Who reads lines waits for the end of this one.",
            look=server.answer.line_with("strip(", "sendall(", ".write("),
        )
    if len(threads) == 1:
        return Wrong(
            "No thread serves the client",
            seen=f"{peer.name} sent {line!r}; the main thread is the only one",
            expected="A thread of its own for each client, which is running",
            why="A thread that has been made does nothing until it is started, with "
            "start() and its brackets.",
            look=server.answer.line_with(".start", within="welcome")
            or server.answer.line_with("Thread("),
        )
    lines = [s.line for s in threads if s.thread != "MainThread" and s.line]
    return Wrong(
        "Nothing comes back while the client may still send",
        seen=f"{peer.name} sent {line!r}; nothing came back",
        expected="An answer to each line, at once",
        why="Who waits for an answer before the next line waits for ever, and the "
        "server waits for the client.",
        look=server.answer.line(lines[0]) if lines else "",
    )


def waits_for_others(peer: Peer, clients: int, server: Served) -> Exception:
    """Explain a silence that has to do with the other clients."""
    line = main_stands(server)
    parts = {
        "seen": f"{clients} clients are connected; {peer.name} spoke and got no "
        f"answer. The main thread stands in {line}",
        "expected": "An answer, whatever the others do",
        "look": line,
    }
    if server.errors:
        return Silent(peer, "an answer", peer.limit_s)
    if ".join(" in line:
        return Wrong(
            "`join` right after `start`",
            why="join() waits until the thread has ended: one client at a time, as in "
            "step 4.",
            **parts,
        )
    if _is_own_line_of_welcome(line, server.answer):
        return Wrong(
            "`welcome` does not return at once",
            why="The main thread is to accept the next client: while welcome waits, "
            "for its thread or for time to pass, nobody can come in.",
            **parts,
        )
    if line and not waits_for_clients(server):
        return _runs_in_main(parts, server.answer)
    many = server.answer.line_with("Executor(", "Semaphore(", "Thread(", "TCPServer")
    return Wrong(
        "Only some of the clients are served at once",
        why="Whoever comes when all threads are taken waits until somebody leaves.",
        **parts | {"look": many},
    )


def _is_own_line_of_welcome(line: str, answer: Answer) -> bool:
    """Return whether it is a line of `welcome` that calls nobody else to serve."""
    code = line.partition(": ")[2]
    calls = ("talk", ".run(", "Thread(")
    within = bool(code) and answer.line_with(code, within="welcome") == line
    return within and not any(call in code for call in calls)


def _runs_in_main(parts: dict[str, str], answer: Answer) -> Wrong:
    if look := answer.line_with(".run("):
        return Wrong(
            "`run` in place of `start`",
            why="run() calls the target where you are; only start() makes it run in "
            "a new thread.",
            **parts | {"look": look},
        )
    if look := answer.line_with("Thread("):
        return Wrong(
            "The target is called in place of being handed over",
            why="Brackets behind a function call it, here and now. A thread needs the "
            "function itself, and calls it later.",
            **parts | {"look": answer.line_with("target=") or look},
        )
    return Wrong(
        "The main thread serves the clients itself",
        why="Who talks to one client cannot accept the next.",
        **parts,
    )


def astray(peer: Peer, other: Peer, came: bytes, server: Served) -> Wrong:
    """Explain an answer that somebody else got."""
    return Wrong(
        "An answer goes to another client",
        seen=f"{peer.name} spoke; {other.name} got {quoted(came)}",
        expected=f"An answer to {peer.name}",
        why="A variable that all threads share holds one socket only: that of the last "
        "who came.",
        look=server.answer.line_with("global ", "self.server."),
    )


# ---- a client leaves


def broken_off(server: Served) -> Wrong:
    """Explain an exception that a client's breaking off has raised."""
    error, look = server.errors[0]
    return Wrong(
        "A client who breaks off is an error of the server's",
        seen=error,
        expected="The end of that client's thread, and no exception",
        why="Connections break every day: to the server it is one more way to leave.",
        look=look,
    )


def took_the_server_along(who: str, server: Served) -> Exception:
    """Explain that nobody is served when somebody has left."""
    if server.has_failed():
        return server.explained(OSError(server.errors[0][0]))
    return Wrong(
        "One who leaves ends the server for all",
        seen=f"One client left and another broke off; after that {who} was not served",
        expected="Answers for those who stay, and for those who come",
        why="A room does not close because somebody goes home.",
        look=server.answer.line_with(".shutdown()", "_exit(", "interrupt_main("),
    )


def lingers(server: Served, seen: str) -> Wrong:
    """Explain a thread that outlives its client."""
    lines = [s.line for s in server.where() if s.thread != "MainThread" and s.line]
    return Wrong(
        "A thread does not end with its client",
        seen=seen,
        expected="An end of file for the client, and the end of its thread",
        why="Threads that stay take memory, and perhaps all of the processor: after a "
        "day there are thousands.",
        look=server.answer.line(lines[0]) if lines else "",
    )


# ---- where it stands


def line_in(answer: Answer, function: str, call: str) -> str:
    """Return the line of a function of the answer's that calls `.call`, or ""."""
    for node in ast.walk(answer.tree):
        if isinstance(node, ast.FunctionDef) and node.name == function:
            for inner in ast.walk(node):
                if isinstance(inner, ast.Attribute) and inner.attr == call:
                    return answer.line(inner.lineno)
    return ""


def main_stands(server: Served) -> str:
    """Return the line of the learner's file in which the main thread stands, or ""."""
    lines = [s.line for s in server.where() if s.thread == "MainThread"]
    return server.answer.line(lines[0]) if lines and lines[0] else ""


def waits_for_clients(server: Served) -> bool:
    """Return whether the main thread is where it waits for the next client."""
    line = main_stands(server)
    return any(call in line for call in WAITING_FOR_CLIENTS)
