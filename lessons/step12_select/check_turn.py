"""Judges step 12: one turn of the loop alone, in which nothing happens.

The learner's `turn` runs in a separate thread, which dies with the check.
"""

import contextlib
import errno
import math
import os
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any
from unittest import mock

from chat.config import Limits
from chat.server.room import WELCOME
from lessons.checking import SOON_S, Answer, Wrong, soon
from lessons.checking.answer import described
from lessons.checking.diagnosis import quoted
from lessons.checking.waits import OFTEN_S, Waits
from lessons.given.select_clients import Clients

PATIENCE_S = 0.05
IDLE = (
    f"There was nothing to do, patience_s() said {PATIENCE_S} s; then a client "
    "connected"
)
NOTHING_S = 0.15  # in which nothing happens
TOO_LONG_S = 0.3
LOOKS = 3
CROWD = ("ann", "bob", "carol")
TAKEN = 3  # bytes at once, of a socket that is nearly full
TURNS = 20  # of the loop: more than it needs for all of them
MUCH = 4_000_000  # bytes: more than the kernel holds for one client


class _Loop:
    """A learner's server, whose turns are done one by one.

    Its clients say `patience_s` from the moment when they are made: the learner may
    keep their method.
    """

    def __init__(
        self,
        answer: Answer,
        stack: contextlib.ExitStack,
        listener: socket.socket | None = None,
    ) -> None:
        self.answer = answer
        self.patience_s: float | None = PATIENCE_S
        self._stack = stack
        listener = listener or socket.create_server(("127.0.0.1", 0))
        self._address = stack.enter_context(listener).getsockname()

        def patience_s(_: Clients) -> float | None:
            return self.patience_s

        stack.enter_context(mock.patch.object(Clients, "patience_s", patience_s))
        self.server = answer.module.SelectServer(listener, Limits())

    def connect(self) -> socket.socket:
        """Return the other end of a new connection."""
        return self._stack.enter_context(socket.create_connection(self._address))

    def begin_turn(self) -> "_Turn":
        """Return a turn that has begun."""
        return _Turn(self.server)

    def turn(self, when: str = "Clients sent lines", limit_s: float = SOON_S) -> None:
        """Do a turn; raise what it raises, or Wrong if it does not return."""
        turn = self.begin_turn()
        if not soon(lambda: turn.ended, limit_s):
            raise _goes_on(self.answer, when)
        if turn.error:
            raise turn.error


def ends_its_turn(answer: Answer) -> None:
    """A turn waits until there is something to do, or time is up; then it returns"""
    with contextlib.ExitStack() as stack:
        loop = _Loop(answer, stack)
        turn = loop.begin_turn()
        if not soon(lambda: turn.ended, SOON_S / 3):
            loop.connect()
            ended = soon(lambda: turn.ended, SOON_S / 3)
            raise _waits_too_long(answer) if ended else _goes_on(answer, IDLE)
        if turn.error:
            raise turn.error
        if min(_took_s(loop, turn)) > TOO_LONG_S:
            raise _waits_too_long(answer)
    _waits(answer)


def takes_in(answer: Answer) -> None:
    """Raise Wrong if a turn in which somebody connects does not return."""
    with contextlib.ExitStack() as stack:
        loop = _Loop(answer, stack)
        loop.connect()
        loop.turn("A client connected", SOON_S / 3)


def serves_everyone(answer: Answer) -> None:
    """A client that always sends, or that reads slowly, does not harm anyone"""
    with contextlib.ExitStack() as stack:
        loop = _Loop(answer, stack)
        peers = {name: loop.connect() for name in CROWD}
        for _ in range(TURNS):
            loop.connect()  # each time there is somebody to be accepted, too
            for name, peer in peers.items():
                peer.sendall(f"{name}\n".encode())
            loop.turn()
        members = [client for client in loop.server.clients if client.member]
        if len(members) < len(CROWD):
            raise _starves(len(members), answer)
        _read_all(sorted(client.member.name for client in members), answer)
        if any(client.backlog.startswith(WELCOME) for client in members):
            raise _says_nothing(answer)
        slow = members[0]
        _hears_what_was_taken(loop, slow)
        _wakes_up_for_room(loop, slow, peers[slow.member.name])
        _reads_who_is_sent_away(loop, members[2], peers[members[2].member.name])


def _read_all(names: list[str], answer: Answer) -> None:
    """Raise Wrong if the crowd has other names than those that it has sent."""
    if names != sorted(CROWD):
        raise Wrong(
            "Some of a client's first bytes are lost",
            seen=f"{', '.join(CROWD)} sent their names right after they had "
            f"connected; the room knows {', '.join(names)}",
            expected="Every byte that recv() returns, given to client.lines",
            why="A client need not wait for the greeting. recv() returns each byte "
            "only once, whoever calls it.",
            look=answer.line_with("recv(", within="accept")
            or answer.line_with("recv("),
        )


def drops_the_broken(answer: Answer) -> None:
    """Raise Wrong if a connection that breaks ends a turn, or its client stays.

    A reset Linux tells once, and then returns b"" as if the client had left.  Windows
    tells it each time.  Other errors need a network to happen.
    """
    for call, code in (
        ("recv", errno.ECONNRESET),
        ("recv", errno.EHOSTUNREACH),
        ("send", errno.EHOSTUNREACH),
    ):
        with contextlib.ExitStack() as stack:
            _drops(answer, stack, call, OSError(code, os.strerror(code)))


def _drops(
    answer: Answer, stack: contextlib.ExitStack, call: str, error: OSError
) -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    loop = _Loop(answer, stack, _Listener(fileno=listener.detach()))
    peer = loop.connect()
    for _ in range(len(WELCOME)):
        loop.turn()
        if greeted := [c for c in loop.server.clients if not c.backlog]:
            break
    else:
        return  # what is wrong then, other checks find
    (client,) = greeted
    sock = client.sock
    _gave_it_all(sock.sent, answer)
    sock.broken[call] = error
    client.backlog += WELCOME
    peer.sendall(b"ann\n")  # wakes the loop up
    function = "read" if call == "recv" else "write"
    look = answer.line_with("except", "suppress(", within=function)
    for _ in range(TURNS):
        try:
            loop.turn()
        except OSError as raised:
            if raised is not error:
                raise
            raise _ends_the_server(call, error, look) from None
        if client not in loop.server.clients or client.ended or client.closing:
            return
    if sock.failed > 1:
        raise Wrong(
            "A client whose connection is broken stays in the room",
            seen=f"{call}() raised {described(error)} for one client, {sock.failed} "
            f"times in {TURNS} turns; the client is still there",
            expected="self.clients.drop(client) at the first of them",
            why="On Linux recv() returns b'' after this error, as if the client "
            "had left. On Windows it raises the error again, at once, in every "
            "turn."
            if call == "recv"
            else "The backlog stays, and a broken socket counts as writable. So "
            "`select` returns at once, again and again, for nothing.",
            look=look,
        )


def _ends_the_server(call: str, error: OSError, look: str) -> Wrong:
    return Wrong(
        "Some errors of a connection end the server for everyone",
        seen=f"{call}() raised {described(error)} for one client; turn passed it on",
        expected="self.clients.drop(client), whichever OSError it is",
        why="A reset is only one of the ways in which a connection can break. Another "
        "is a cable that is pulled out. Python has classes of their own for some of "
        "these errors, but all of them are OSErrors.",
        look=look,
    )


def _gave_it_all(sent: bytes, answer: Answer) -> None:
    """Raise Wrong if a socket did not take all of the greeting, which waits no more."""
    if sent and sent != WELCOME:  # nothing: it was not sent with `send`
        raise Wrong(
            "What a socket does not take at once is lost",
            seen=f"send() took at most {TAKEN} bytes at a time; of the greeting "
            f"{quoted(WELCOME)} a client got {quoted(sent)}, and no more waits for it",
            expected="client.took(count), with what `send` has returned",
            why="send() may take fewer bytes than you give it, as in step 1. The rest "
            "must stay in the backlog.",
            look=answer.line_with(".took(", "backlog", within="write"),
        )


class _Listener(socket.socket):
    """A listening socket whose connections can break."""

    def accept(self) -> tuple[socket.socket, Any]:
        """Accept a connection that can break."""
        sock, address = super().accept()
        return _Breakable(fileno=sock.detach()), address


class _Breakable(socket.socket):
    """A connection that takes little, and can break: then it says so each time."""

    sent = b""
    failed = 0  # calls

    def __init__(self, fileno: int) -> None:
        super().__init__(fileno=fileno)
        self.broken: dict[str, OSError] = {}  # what a call raises

    def recv(self, *given: Any) -> bytes:
        """Receive, if that is not broken."""
        self._fail_if_broken("recv")
        return super().recv(*given)

    def recv_into(self, *given: Any, **named: Any) -> int:
        """Do the same."""
        self._fail_if_broken("recv")
        return super().recv_into(*given, **named)

    def send(self, data: Any, *flags: int) -> int:
        """Take little at once, as a kernel may."""
        data = bytes(memoryview(data)[:TAKEN])  # a traceback would keep `data`
        self._fail_if_broken("send")
        taken = super().send(data, *flags)
        self.sent += data[:taken]
        return taken

    def _fail_if_broken(self, call: str) -> None:
        if error := self.broken.get(call):
            self.failed += 1
            raise error


def _hears_what_was_taken(loop: _Loop, client: Any) -> None:
    """Raise Wrong if a client that takes something counts as one that takes nothing."""
    client.backlog += bytes(MUCH)
    client.stuck_since = 1.0  # long ago
    before = len(client.backlog)
    for _ in range(TURNS):
        loop.turn()
        if len(client.backlog) < before:
            break
    if 0 < len(client.backlog) < before and client.stuck_since == 1.0:
        raise Wrong(
            "The loop does not record that a slow client has taken something",
            seen=f"{before:,} bytes waited for a client, and it took "
            f"{before - len(client.backlog):,}. `took` was not called",
            expected="client.took(count), with what `send` has returned",
            why="took() removes these bytes, and records that the client still "
            "reads. Without that, a client that reads slowly is disconnected.",
            look=loop.answer.line_with(".send(", within="write"),
        )


def _wakes_up_for_room(loop: _Loop, client: Any, peer: socket.socket) -> None:
    """Raise Wrong if a turn waits on when a client for whom much waits has read."""
    for _ in range(TURNS):
        before = len(client.backlog)
        loop.turn()
        if len(client.backlog) == before:
            break  # now its socket is full
    if not client.backlog:
        return  # a kernel may take all of it
    loop.patience_s = None
    turn = loop.begin_turn()
    peer.setblocking(False)

    def ends() -> bool:
        with contextlib.suppress(BlockingIOError):
            peer.recv(MUCH)
        return turn.ended

    if not soon(ends, SOON_S / 3):
        raise Wrong(
            "The loop does not notice that a client has read",
            seen=f"{len(client.backlog):,} bytes waited for a client whose socket was "
            "full. Then the client read, and turn went on waiting",
            expected="Each client with a backlog in the list of those to be written to",
            why="select wakes the loop up for a socket that has room again only if it "
            "is in that list. Otherwise the rest is sent too late.",
            look=loop.answer.line_with("select.select(", ".select("),
        )
    if turn.error:
        raise turn.error
    loop.patience_s = PATIENCE_S


def _reads_who_is_sent_away(loop: _Loop, client: Any, peer: socket.socket) -> None:
    """Raise Wrong if the bytes of a client that is closing are left in its socket."""
    client.closing = True
    peer.sendall(b"x")
    waits = _unread(client)
    for _ in range(TURNS):
        if _unread(client) < waits or not waits:
            return
        loop.turn()
    raise Wrong(
        "A client that is sent away is not read from",
        seen="A client was told that it had to go, and sent another byte. In "
        f"{TURNS} turns nobody read it",
        expected="Each client in the list to be read from, until it has `ended`",
        why="If a socket is closed while bytes wait in it, the kernel sends a reset. "
        "Then the client may lose the line that says why it was sent away.",
        look=loop.answer.line_with("closing", within="turn")
        or loop.answer.line_with("select.select(", ".select("),
    )


def _unread(client: Any) -> int:
    """Return how many bytes wait in its socket."""
    with contextlib.suppress(BlockingIOError):
        return len(client.sock.recv(MUCH, socket.MSG_PEEK))
    return 0


def _starves(served: int, answer: Answer) -> Wrong:
    return Wrong(
        "Not everyone whose socket is ready is served",
        seen=f"Before each of {TURNS} turns {len(CROWD)} clients sent a line, and "
        f"another one connected; after these {served} of the {len(CROWD)} had been let "
        "in",
        expected="In each turn, all sockets that are ready: accept, read, write",
        why="If one socket is always ready, a turn that serves only that one keeps all "
        "others waiting.",
        look=answer.line_with("[0]", "[:", "break", "elif", "return", within="turn")
        or answer.line_with("select.select(", ".select("),
    )


def _says_nothing(answer: Answer) -> Wrong:
    return Wrong(
        "While something comes, nothing is sent",
        seen=f"Before each of {TURNS} turns {len(CROWD)} clients sent a line, and "
        "another one connected; in all these turns one of them got nothing at all",
        expected="In each turn, all sockets that are ready: accept, read, write",
        why="In a room where somebody always says something, nobody would ever get an "
        "answer.",
        look=answer.line_with("elif", "else", "continue", "return", within="turn"),
    )


def _took_s(loop: _Loop, turn: "_Turn") -> Iterator[float]:
    """Yield how long a turn took, and some more if that was long.

    On a busy machine one may be late, and not all.
    """
    for _ in range(LOOKS):
        yield turn.took_s
        if turn.took_s < TOO_LONG_S:
            return
        turn = loop.begin_turn()
        soon(lambda turn=turn: turn.ended)  # type: ignore[misc]


def _waits(answer: Answer) -> None:
    """Raise Wrong if a turn, or turn after turn, only looks while nothing happens.

    One that waits stays in its turn, and dies with the check.
    """
    waits = Waits(answer)
    took_s: list[float] = []
    with waits.noted(), contextlib.ExitStack() as stack:
        vars(answer).pop("module", None)  # anew: what it imports must be noted
        loop = _Loop(answer, stack)
        loop.patience_s = None
        while len(took_s) < LOOKS:
            turn = loop.begin_turn()
            soon(lambda turn=turn: turn.ended or waits.is_known, NOTHING_S)  # type: ignore[misc]
            if turn.error:
                raise turn.error
            if not turn.ended:
                break
            took_s.append(turn.took_s)
    # A turn is a little longer than its wait.
    returns = len(took_s) == LOOKS and min(took_s) < 1.2 * OFTEN_S
    if waits.has_slept or waits.looks_often or returns:
        shortest_s = min([waits.shortest_s, *took_s])
        how = (
            f"a wait was over after {1000 * shortest_s:.1f} ms, and the next one began"
        )
        raise Wrong(
            "The loop checks again and again, and does not wait",
            seen="nothing happened, and patience_s() said None; "
            + ("sleep() was called" if waits.has_slept else how),
            expected="select with patience_s() as its limit: None lasts until there is "
            "something to do",
            why="Checking again and again keeps a processor busy. And if the program "
            "sleeps in between, everything is late.",
            look=answer.line_with("sleep(", "select(", ".poll(", within="turn"),
        )


class _Turn(threading.Thread):
    """Runs one turn."""

    def __init__(self, server: Any) -> None:
        super().__init__(daemon=True)
        self.ended = False
        self.took_s = math.inf  # until it has ended
        self.error: Exception | None = None
        self._server = server
        self.start()

    def run(self) -> None:
        """Keep what the turn raises."""
        begun_s = time.monotonic()
        try:
            self._server.turn()
        except Exception as error:
            self.error = error
        self.took_s = time.monotonic() - begun_s
        self.ended = True


def _waits_too_long(answer: Answer) -> Wrong:
    return Wrong(
        "select waits longer than it may",
        seen=f"patience_s() said {PATIENCE_S} s, and nothing came; turn went on "
        "waiting",
        expected="select with patience_s() as its limit",
        why="A client that takes nothing of its backlog is disconnected after some "
        "time. No socket becomes ready then, so the loop must wake up by itself.",
        look=answer.line_with("select.select(", ".select("),
    )


def _goes_on(answer: Answer, what: str) -> Wrong:
    return Wrong(
        "turn does not return",
        seen=f"{what}. turn went on",
        expected="One turn: wait once, serve the clients that are ready, and return",
        why="`run` calls turn again and again, and between two turns it closes the "
        "clients that are finished. If turn does not return, no client is ever "
        "closed.",
        look=answer.line_with("while ", within="turn") or answer.line_with("def turn"),
    )
