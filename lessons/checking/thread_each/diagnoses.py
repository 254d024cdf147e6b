"""What can be wrong with how a server with a thread for each client serves and lets go.

The thread of the check enters.  Each function looks at what a server does at the
moment, and returns what is to be raised.
"""

from lessons.checking import BRIEF_S, Answer, Closed, Peer, Served, Silent, Wrong, until
from lessons.checking.diagnosis import quoted
from lessons.checking.farewell import ends_at_an_empty_line
from lessons.checking.thread_each.places import main_stands, waits_for_clients


def of_processes(wrong: Wrong, answer: Answer) -> Wrong | None:
    """Return the diagnosis of a server that has processes, not threads, or None."""
    look = answer.line_with("Process(", "fork(", "Forking", "ProcessPool")
    if not look or answer.line_with("Thread("):
        return None
    found = wrong.diagnosis
    return Wrong(
        "The clients are served by processes, not by threads",
        seen=found.seen,
        expected="One thread for each client, made with threading.Thread",
        why="A process shares no variables with the others, and must be ended in "
        "another way. This step is about threads.",
        look=look,
    )


def cut_off(peer: Peer, number: int, server: Served) -> Exception:
    """Explain a connection that ended while its client still was there."""
    failed = until(lambda: server.errors, 5 * BRIEF_S)  # one may be on its way
    if failed and not server.errors[0][0].startswith("OSError"):
        return Closed(peer, "an answer", "was closed")
    closes = closes_too_early(server.answer)
    if number > 1 and not closes and not server.errors:  # else the thread was faster
        return _let_go(peer, number, server.answer)
    return Wrong(
        "The connection is closed while its thread still needs it",
        seen=f"{peer.name} connected, and the connection was closed"
        + (f"; in the thread: {server.errors[0][0]}" if server.errors else ""),
        expected="A connection that is open until its client has left",
        why="start() returns at once: what comes after it runs while the new thread "
        "works.",
        look=closes or server.answer.line_with("with connection"),
    )


def _let_go(peer: Peer, number: int, answer: Answer) -> Wrong:
    """Explain a connection that ended at a line after the first one."""
    if peer.sent == b"\n":
        return ends_at_an_empty_line(answer)
    first = number == 2
    return Wrong(
        "The connection is closed after one line"
        if first
        else "A line ends the connection",
        seen=f"{peer.name}'s first line was answered; then the connection was closed"
        if first
        else f"{number - 1} lines of {peer.name} were answered; then "
        f"{quoted(peer.sent)} was sent, and the connection was closed",
        expected="Answers for as long as the client stays",
        why="A chat is more than one line: the client stays connected.",
        look=answer.line_with(".readline(", ".close()", "recv("),
    )


def closes_too_early(answer: Answer) -> str:
    """Return the line of `welcome` that closes the connection, or "".

    What is sent until then comes back: on a busy machine the thread may be faster.
    """
    return answer.line_with("with connection", ".close(", within="welcome")


def waits_for_others(peer: Peer, clients: int, server: Served) -> Exception:
    """Explain a silence that has to do with the other clients."""
    line = main_stands(server)
    parts = {
        "seen": (
            f"{clients} client{'s are' if clients > 1 else ' is'} connected; "
            f"{peer.name} spoke and got no answer. The main thread waits in {line}"
        ),
        "expected": "An answer, whatever the others do",
        "look": line,
    }
    if server.errors:
        return Silent(peer, "an answer", peer.waited_s)
    if ".join(" in line:
        return Wrong(
            "`join` is called right after `start`",
            why="join() waits until the thread has ended: one client at a time, as in "
            "step 4.",
            **parts,
        )
    if name := _makes_the_main_thread_wait(line, server.answer):
        return Wrong(
            f"`{name}` does not return at once",
            why=f"The main thread should accept the next client. While {name} "
            "waits, for its thread or for time to pass, nobody can come in.",
            **parts,
        )
    if line and not waits_for_clients(server):
        return _runs_in_main(parts, server.answer)
    many = server.answer.line_with("Executor(", "Semaphore(", "Thread(", "TCPServer")
    return Wrong(
        "Only some of the clients are served at the same time",
        why="A client that comes when all threads are taken waits until "
        "somebody leaves.",
        **parts | {"look": many},
    )


def waits_for_the_slow(peer: Peer, line: bytes, server: Served) -> Wrong:
    """Explain a silence that lasts while another client does not read."""
    places = [one.line for one in server.where() if one.thread != "MainThread"]
    lines = [server.answer.line(line) for line in places if line]
    return Wrong(
        "A client that does not read makes the others wait",
        seen=f"One client no longer read its answers; then {peer.name} sent "
        f"{quoted(line)}, and nothing came back",
        expected="An answer, whatever the others do",
        why="sendall() waits until there is room for what it sends. What a thread "
        "holds meanwhile, such as a lock, the other threads wait for.",
        look=next((one for one in lines if "send" not in one), lines[0])
        if lines
        else "",
    )


def _makes_the_main_thread_wait(line: str, answer: Answer) -> str:
    """Return which function has this line, if it calls nobody else to serve, or ""."""
    code = line.partition(": ")[2].partition("#")[0].strip()
    if not code or any(call in code for call in ("talk", ".run(", "Thread(")):
        return ""
    for name in ("welcome", "process_request"):
        if answer.line_with(code, within=name) == line:
            return name
    return ""


def _runs_in_main(parts: dict[str, str], answer: Answer) -> Wrong:
    if look := answer.line_with(".run("):
        return Wrong(
            "`run` is called instead of `start`",
            why="run() calls the target in the current thread. Only start() runs it "
            "in a new one.",
            **parts | {"look": look},
        )
    if look := answer.line_with("Thread("):
        return Wrong(
            "The target function is called instead of being passed on",
            why="Parentheses after a function call it, here and now. A thread needs "
            "the function itself, and calls it later.",
            **parts | {"look": answer.line_with("target=") or look},
        )
    return Wrong(
        "The main thread serves the clients itself",
        why="While the main thread talks to one client it cannot accept the next.",
        **parts,
    )


# ---- a client leaves


def broken_off(server: Served) -> Wrong:
    """Explain an exception that a client's breaking off has raised."""
    error, look = server.errors[0]
    return Wrong(
        "A connection that breaks off raises an exception in the server",
        seen=error,
        expected="The end of that client's thread, and no exception",
        why="Connections break every day. For the server, that is just another way "
        "to leave.",
        look=look,
    )


def took_the_server_along(who: str, server: Served) -> Exception:
    """Explain that nobody is served when somebody has left."""
    if server.has_failed():
        return server.explained(OSError(server.errors[0][0]))
    then = "shutdown() was called" if server.was_shut_down else f"{who} was not served"
    return Wrong(
        "When one client leaves, nobody is served any more",
        seen=f"One client left and another broke off; after that {then}",
        expected="Answers for those who stay, and for those who come later",
        why="A room does not close because somebody goes home.",
        look=server.answer.line_with(".shutdown()", "_exit(", "interrupt_main("),
    )


def lingers(server: Served, seen: str) -> Wrong:
    """Explain a thread that outlives its client."""
    lines = [s.line for s in server.where() if s.thread != "MainThread"]
    look = ""
    if 0 in lines:  # a thread that runs nothing of the file
        makes = server.answer.line_with
        look = makes("Timer(", own=True) or makes("Thread(", own=True)
    return Wrong(
        "A thread does not end with its client",
        seen=seen,
        expected="An end of file for the client, and the end of its thread",
        why="Threads that stay take memory, and perhaps a whole processor. "
        "After a day there are thousands of them.",
        look=look or next((server.answer.line(line) for line in lines if line), ""),
    )
