"""What can be wrong with what a client gets back, from a server with a thread for each.

The thread of the check enters.  Each function returns what is to be raised.
"""

import ast

from lessons.checking import Answer, Peer, Served, Silent, Wrong, host
from lessons.checking.deaf import only_at_the_end, spins
from lessons.checking.diagnosis import quoted
from lessons.checking.thread_each.diagnoses import waits_for_others
from lessons.checking.thread_each.places import main_stands, waits_for_clients


def many_lines(came: list[bytes], wanted: list[bytes], answer: Answer) -> Wrong:
    """Explain that many lines, sent at once, do not all come back."""
    pairs = enumerate(zip(came, wanted, strict=False))
    first = next((at for at, (a, b) in pairs if a != b), len(came))
    seen = quoted(came[first]) if first < len(came) else "nothing more"
    send = answer.line_with(".send(", own=True)
    if send and first < len(wanted) and len(wanted[first]) > host.SHORT_BYTES:
        return Wrong(
            "Part of a line can be lost",
            seen=f"The check lets send() take at most {host.SHORT_BYTES} bytes at "
            f"once; {quoted(wanted[first])} was to be sent, {seen} came",
            expected="All of it",
            why="The kernel may take fewer bytes than you give it, as in step 1. "
            "sendall() keeps sending until the kernel has all of them.",
            look=send,
        )
    return Wrong(
        "Some of many lines sent at once are lost or wrong",
        seen=f"{len(wanted)} lines were sent at once; {len(came)} came back. The "
        f"first difference: {quoted(wanted[first])} was expected, {seen}"
        if first < len(wanted)
        else f"{len(wanted)} lines were sent at once; {len(came)} came back",
        expected="Each line once, with its number, however many there are and "
        "however long",
        why="Nobody knows where the network cuts what was sent. One recv() may "
        "return a part of a line, or a hundred lines.",
        look=answer.line_with("recv(", "readline(", "read1(", "rfile", within="handle")
        or answer.line_with("recv("),
    )


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
            why="Each client's lines are counted from 1. What belongs to one client "
            "must be kept separately for each.",
            look=answer.line_with(
                "number += 1", "number +", ".append(", "+= ", own=True
            ),
        )
    if came.split() == expected.split():
        return Wrong(
            "Spaces or tabs in a line are lost",
            seen=quoted(came),
            expected=quoted(expected),
            why="talk() must not change what a client sent: not its spaces, not its "
            "tabs.",
            look=answer.line_with("strip(", ".split()", "join("),
        )
    return Wrong(
        "The answer is not the line with its number",
        seen=quoted(came),
        expected=quoted(expected),
        why="What a client gets must be what it sent, one line for each line.",
        look=answer.line_with(".send", within="welcome")
        or answer.line_with("sendall(", ".write("),
    )


def _shown_bytes(came: bytes, expected: bytes, answer: Answer) -> Wrong:
    return Wrong(
        "The answer is Python's way of showing bytes: b'...'",
        seen=quoted(came),
        expected=quoted(expected),
        why="An f-string makes text. If you put bytes into it, it writes "
        "b'...', with the quotation marks.",
        look=answer.line_with(".write(", "sendall(", 'f"'),
    )


def unanswered(peer: Peer, line: bytes, server: Served) -> Exception:
    """Explain a line that got no answer, though nobody else is served."""
    threads = server.where()
    if server.errors:
        return Silent(peer, f"the answer to {line!r}", peer.waited_s)
    if begun := bytes(peer.received).rpartition(b"\n")[2]:
        if b"b'" in begun:
            wanted = b"%s %s\n" % (begun.partition(b" ")[0], line)
            return _shown_bytes(begun, wanted, server.answer)
        return Wrong(
            "The answer does not end with a line feed",
            seen=f"{quoted(begun)}, and nothing more",
            expected=f"{quoted(begun)} and a line feed",
            why="A client that reads lines waits for the end of this one.",
            look=server.answer.line_with("strip(", "sendall(", ".write("),
        )
    if len(threads) == 1 and main_stands(server) and not waits_for_clients(server):
        return waits_for_others(peer, 1, server)
    if len(threads) == 1 and (kind := _thread_without_run(server.answer)):
        return Wrong(
            "The class of the thread has no method `run`",
            seen=f"{peer.name} sent {line!r}; the main thread is the only one",
            expected="A method of exactly this name, or target=",
            why="The new thread calls run(). The inherited one calls what target= "
            "names, and without a target it does nothing.",
            look=kind,
        )
    if len(threads) == 1:
        return Wrong(
            "No thread serves the client",
            seen=f"{peer.name} sent {line!r}; the main thread is the only one",
            expected="A running thread for each client",
            why="A thread does nothing until you start it, with start() and its "
            "parentheses.",
            look=server.answer.line_with(".start", within="welcome")
            or server.answer.line_with("Thread("),
        )
    lines = [s.line for s in threads if s.thread != "MainThread" and s.line]
    if not line.strip() and peer.received:
        return Wrong(
            "An empty line, or one with only spaces, is not answered",
            seen=f"{peer.name} sent {line!r} as a line; nothing came back",
            expected="Its number, and a line feed",
            why="talk() does not decide what such a line means; other code does.",
            look=server.answer.line_with("if line", "not line", "continue", "filter(")
            or (server.answer.line(lines[0]) if lines else ""),
        )
    seen = f"{peer.name} sent {line!r}; nothing came back"
    return spins(server, seen) or only_at_the_end(peer, server, seen)


def _thread_without_run(answer: Answer) -> str:
    """Return the line of a class of threads that do nothing, or ""."""
    kinds = (n for n in ast.walk(answer.tree) if isinstance(n, ast.ClassDef))
    for kind in kinds:
        bases = [ast.unparse(base).rpartition(".")[2] for base in kind.bases]
        text = ast.unparse(kind)
        if "Thread" in bases and "def run(" not in text and "target=" not in text:
            return answer.line(kind.lineno)
    return ""


def astray(peer: Peer, other: Peer, came: bytes, server: Served) -> Wrong:
    """Explain an answer that somebody else got."""
    return Wrong(
        "An answer goes to the wrong client",
        seen=f"{peer.name} spoke; {other.name} got {quoted(came)}",
        expected=f"An answer to {peer.name}",
        why="A variable that all threads share holds only one socket: that of "
        "the last client that came.",
        look=server.answer.line_with("global ", "self.server."),
    )
