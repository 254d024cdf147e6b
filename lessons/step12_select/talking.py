"""The learner's room and its clients, for the check of step 12.

The thread of the check enters.
"""

import ast
import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress

from chat.server.room import WELCOME
from lessons.checking import (
    Answer,
    Closed,
    Peer,
    Served,
    Silent,
    Wrong,
    serve,
)
from lessons.checking.diagnosis import quoted
from lessons.step12_select import check_turn

# What Python says of a socket that was closed, or that a selector knows or does not.
_CLOSED = r"file descriptor|Bad file|WinError 10038|not a socket"
_IN_A_SELECTOR = (
    r"already registered|is not registered|Invalid file object|^FileNotFoundError"
    r"|^FileExistsError"
)
RECEIVE_BYTES = 16 * 1024  # the kernel would else take some MB for a client
MANY = 3000  # questions, whose answers are more than the kernel holds
_QUESTION = b"@help\n"
TURNS = 20  # of the loop: enough to find all that is ready
_kept: list[tuple[Served, ExitStack]] = []  # one at most, and what ends it


@contextmanager
def room(answer: Answer, anew: bool = False) -> Iterator[Served]:
    """Run the answer; it evicts nobody, so that a backlog can be looked at.

    The room of the check before goes on if it is as good as new: to start one takes
    half of the processor time of these checks.
    """
    server, stack = _kept.pop() if _kept else (None, ExitStack())
    if not server or anew or server.answer is not answer or not _is_like_new(server):
        stack.close()
        options = "--port 0 --outbox-bytes 0 --stall-timeout 0"
        server = stack.enter_context(serve(answer, *options.split()))
    with stack:
        try:
            yield server
        except (Closed, ConnectionError):
            if server.has_failed():
                _blame_a_bare_socket(server)
                raise
            if server.has_ended():
                raise
            raise _dropped(server) from None
        _kept.append((server, stack.pop_all()))


def _dropped(server: Served) -> Wrong:
    return Wrong(
        "A client is dropped although its connection is not broken",
        seen="The server closed the connection of a client that had sent no end of "
        "file, and goes on",
        expected="drop() when the connection is broken, end() at the end of file, and "
        "neither at any other time",
        why="The end of file is b'' and nothing else: fewer bytes than asked for are "
        "not, and neither is a bad line. And BlockingIOError, an OSError, says only "
        "that nothing has come: recv() was called once too often.",
        look=_sees_off(server.answer),
    )


def _sees_off(answer: Answer) -> str:
    """Return the line of `read` that may see off a client for no reason.

    What is in an `except` may if there is more than one recv(), or one too many: if
    nothing else is there but the end of file.
    """
    lines: dict[str, list[int]] = {"drop": [], "end": [], "recv": []}
    for node in _suspicious(answer.tree, answer.source):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            lines.get(node.func.attr, []).append(node.lineno)
    several = len(lines["recv"]) > 1 or answer.line_with("while ", within="read")
    suspects = lines["drop"] + lines["end"] * (not several)
    if suspects:
        return answer.line(suspects[0])
    return answer.line_with("drop(", "end(", within="read")


def _suspicious(node: ast.AST, source: str) -> Iterator[ast.AST]:
    """Yield what is in no `except`, and not below `if not data` after a recv()."""
    yield node
    for inner in ast.iter_child_nodes(node):
        if not (isinstance(inner, ast.ExceptHandler) or _is_the_end(inner, source)):
            yield from _suspicious(inner, source)


def _is_the_end(node: ast.AST, source: str) -> bool:
    test = ast.unparse(node.test) if isinstance(node, ast.If) else ""
    if not (end := re.fullmatch(r"not (\w+)", test)):
        return False
    received = rf"\b{end[1]} = [\w.]+\.recv\([\w.]*\)$"
    return bool(re.search(received, source, re.MULTILINE))


def _blame_a_bare_socket(server: Served) -> None:
    """Raise Wrong if the loop has ended because a socket was taken for a Client."""
    error, look = server.errors[0]
    if re.search(r"'socket' object has no attribute '(sock|lines|backlog)'", error):
        raise Wrong(
            "A bare socket is used as if it were a Client",
            seen=error,
            expected="The listener given to `accept`; in the lists of `select` each "
            "Client itself, not its `sock`",
            why="`select` returns the objects that it was given. A socket comes back "
            "as a socket, and has no buffers.",
            look=look,
        )


def _is_like_new(server: Served) -> bool:
    """Tell whether all clients have left, and a newcomer is served and seen off."""
    with (
        suppress(Silent, Closed, ConnectionError, Wrong),
        joined(server, "zoe") as zoe,
    ):
        for _ in range(TURNS):
            settle(zoe, server)
            if zoe.received.endswith(b"\nNo other users connected\n"):
                zoe.half_close()
                return zoe.end() == b"" and not server.errors
    return False


@contextmanager
def pair(server: Served) -> Iterator[tuple[Peer, Peer]]:
    """Yield ann and bob, who have nothing left to read."""
    with joined(server, "ann") as ann, joined(server, "bob") as bob:
        await_line(ann, b"[INFO] bob joined\n", server)
        yield ann, bob


def joined(server: Served, name: str) -> Peer:
    """Return a client that has a name; little fits into it while it does not read."""
    try:
        peer = server.connect(name, receive_bytes=RECEIVE_BYTES)
        peer.line()
        peer.send(name.encode() + b"\n")
        peer.line()
        peer.line()
    except (Silent, Closed, ConnectionError):
        blame_a_closed_socket(server)
        raise
    return peer


def greeted(server: Served, name: str, title: str) -> Peer:
    """Connect, and read the greeting."""
    try:
        peer = server.connect(name)
        peer.line()
    except (Silent, Closed, ConnectionError) as problem:
        if _forgets_the_listener(server.answer) and (
            isinstance(problem, Silent) or _waited_for_nothing(server)
        ):
            title = "The loop does not look at the listener"
        elif not isinstance(problem, Silent):
            raise
        else:
            check_turn.takes_in(server.answer)
        raise Wrong(
            title,
            seen=f"{name} connected, which the kernel does alone. No line came",
            expected=quoted(WELCOME),
            why="A new client makes the listener readable, and its greeting waits in "
            "a backlog. The loop must handle both.",
            look=server.waits_at() or server.answer.line_with("select.select("),
        ) from None
    return peer


def _forgets_the_listener(answer: Answer) -> bool:
    """Tell whether the learner's `turn` never names it: nothing else would show it."""
    for node in ast.walk(answer.tree):
        if isinstance(node, ast.FunctionDef) and node.name == "turn":
            inside = ast.walk(node)
            return "listener" not in {getattr(one, "attr", "") for one in inside}
    return False


def _waited_for_nothing(server: Served) -> bool:
    """Tell whether select had no socket at all: on Windows that is an error."""
    return server.has_failed() and "WinError 10022" in server.errors[0][0]


def say_name(peer: Peer, server: Served) -> None:
    """Join."""
    name = peer.name
    peer.send(name.encode() + b"\n")
    due = f"[INFO] You are {name}\n".encode()
    try:
        line = peer.line()
    except Silent:
        raise Wrong(
            "What a client sends is never read",
            seen=f"{quoted(peer.sent)} was sent; nothing came back",
            expected=quoted(due),
            why="select wakes the loop up for a client only if the client is in its "
            "list.",
            look=server.waits_at(),
        ) from None
    if line == WELCOME:
        raise Wrong(
            "Bytes that were sent are sent again",
            seen=f"{quoted(line)} came twice",
            expected="Every line once",
            why="The socket has already taken these bytes. Bytes that stay in the "
            "backlog are sent again with the next ones.",
            look=server.answer.line_with(".send("),
        )
    same(line, due)
    peer.line()


def settle(peer: Peer, server: Served) -> list[bytes]:
    """Ask something: with the answer, all that was sent before has been done.

    Return the lines that came before the answer.
    """
    peer.send(b"@people\n")
    before = []
    try:
        while not (line := peer.line()).startswith((b"Online: ", b"No other users")):
            before.append(line)
    except (Silent, Closed, ConnectionError):
        blame_a_closed_socket(server)
        raise
    return before


def ask_much(peer: Peer, other: Peer, server: Served) -> bytes:
    """Let a peer ask for more than the kernel holds, and read nothing of it.

    Return what it is to get.  The questions are short, because a loop may read a few
    bytes in each turn; `other` asks once, to learn what the answer is.
    """
    other.send(_QUESTION)
    answer = b"".join(settle(other, server))
    peer.send(_QUESTION * MANY)
    return answer * MANY


def hears(peer: Peer, due: bytes, server: Served) -> bool:
    """Tell whether a line comes while the loop turns.

    The peer asks again and again: so nothing has to be waited for.
    """
    for _ in range(TURNS):
        came = settle(peer, server)
        if due in came:
            return True
        for line in came:
            same(line, due)
    return False


def pass_on(one: Peer, other: Peer) -> None:
    """Let one say something to the other alone."""
    one.send(f"@{other.name} hi\n".encode())
    same(other.line(), f"{one.name} (private): hi\n".encode())


def await_line(peer: Peer, due: bytes, server: Served) -> None:
    """Read the next line, which must be `due`."""
    try:
        same(peer.line(), due)
    except (Silent, Closed, ConnectionError):
        blame_a_closed_socket(server)
        raise


def same(line: bytes, due: bytes) -> None:
    """Raise Wrong unless the line is the one that was due."""
    if line != due:
        raise Wrong(
            "A client got the wrong line",
            seen=quoted(line),
            expected=quoted(due),
            why="Your loop must send every byte that the room puts into a backlog, "
            "and no other.",
        )


def torn(line: bytes, look: str = "") -> Wrong:
    """Say that a line which came in pieces was not put together."""
    return Wrong(
        "A line that comes in pieces is not put together",
        seen=f"'@all half a café' came in three pieces; bob got {quoted(line)}",
        expected="One line, as soon as its end has come",
        why="TCP cuts where it likes. Keep what is not a complete line yet.",
        look=look,
    )


def blame_a_closed_socket(server: Served) -> None:
    """Raise Wrong if the loop has ended because of a socket that it has closed."""
    if not server.has_failed():
        return
    error, look = server.errors[0]
    if re.search(_IN_A_SELECTOR, error) and "elect" in server.answer.source:
        raise Wrong(
            "A selector keeps a socket that has been closed",
            seen=f"{error}, after a client had gone",
            expected="unregister(client), before its socket is closed",
            why="The selector knows a socket by its number, and the next client may "
            "get the number of a socket that was closed.",
            look=look,
        )
    if re.search(_CLOSED, error):
        raise Wrong(
            "The loop still waits for a closed socket",
            seen=f"{error}, after a client had gone",
            expected="Closed clients removed from the lists that select waits for",
            why="A closed socket has no number any more, or another socket already "
            "has its number.",
            look=look,
        )
