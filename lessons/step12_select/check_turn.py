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

from chat.config import Limits
from chat.server.room import WELCOME
from lessons.checking import SOON_S, Answer, Wrong, soon
from lessons.checking.diagnosis import quoted
from lessons.checking.waits import OFTEN_S, Waits

PATIENCE_S = 0.05
IDLE = (
    f"There was nothing to do, patience_s() said {PATIENCE_S} s; then a client "
    "connected"
)
NOTHING_S = 0.15  # in which nothing happens
TOO_LONG_S = 0.3
LOOKS = 3
CROWD = (b"ann", b"bob", b"carol")
TAKEN = 3  # bytes at once, of a socket that is nearly full
TURNS = 20  # of the loop: more than it needs for all of them
MUCH = 4_000_000  # bytes: more than the kernel holds for one client


def ends_its_turn(answer: Answer) -> None:
    """A turn waits until there is something to do, or time is up; then it returns"""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = answer.module.SelectServer(listener, Limits())
        server.clients.patience_s = lambda: PATIENCE_S
        turn = _Turn(server)
        if not soon(lambda: turn.ended, SOON_S / 3):
            with socket.create_connection(listener.getsockname()):
                ended = soon(lambda: turn.ended, SOON_S / 3)
            raise _waits_too_long(answer) if ended else _goes_on(answer, IDLE)
        if turn.error:
            raise turn.error
        if min(_took_s(server, turn)) > TOO_LONG_S:
            raise _waits_too_long(answer)
        _waits(answer, listener)


def serves_everyone(answer: Answer) -> None:
    """A client that always sends, or that reads slowly, does not harm anyone"""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        server = answer.module.SelectServer(listener, Limits())
        server.clients.patience_s = lambda: PATIENCE_S
        address = listener.getsockname()
        peers = [stack.enter_context(socket.create_connection(address)) for _ in CROWD]
        for _ in range(TURNS):
            for peer, name in zip(peers, CROWD, strict=True):
                peer.sendall(b"%s\n" % name)
            _do_a_turn(server, answer)
        members = [client for client in server.clients if client.member]
        if len(members) < len(CROWD):
            raise _starves(len(members), answer)
        _read_all(sorted(client.member.name for client in members), answer)
        _hears_what_was_taken(server, members[0], answer)


def _read_all(names: list[str], answer: Answer) -> None:
    """Raise Wrong if the crowd has other names than those that it has sent."""
    sent = sorted(name.decode() for name in CROWD)
    if names != sent:
        raise Wrong(
            "Some of a client's first bytes are lost",
            seen=f"{', '.join(sent)} sent their names right after they had "
            f"connected; the room knows {', '.join(names)}",
            expected="Every byte that recv() returns, given to client.lines",
            why="A client need not wait for the greeting. recv() returns each byte "
            "only once, whoever calls it.",
            look=answer.line_with("recv(", within="accept")
            or answer.line_with("recv("),
        )


def drops_the_broken(answer: Answer) -> None:
    """Raise Wrong if a client stays whose connection says again and again: broken.

    Linux says so once, and then returns b"" as if the client had left.  Windows says it
    each time.
    """
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(_Listener())
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        server = answer.module.SelectServer(listener, Limits())
        server.clients.patience_s = lambda: PATIENCE_S
        peer = stack.enter_context(socket.create_connection(listener.getsockname()))
        for _ in range(len(WELCOME)):
            _do_a_turn(server, answer)
            if greeted := [client for client in server.clients if not client.backlog]:
                break
        else:
            return  # what is wrong then, other checks find
        (client,) = greeted
        _gave_it_all(client.sock.sent, answer)
        client.sock.is_broken = True
        peer.sendall(b"ann\n")  # wakes the loop up
        for _ in range(TURNS):
            _do_a_turn(server, answer)
            if client not in server.clients or client.ended or client.closing:
                return
        if client.sock.failed > 1:
            raise Wrong(
                "A client whose connection is broken stays in the room",
                seen="recv() raised ConnectionResetError for one client in "
                f"{client.sock.failed} turns, one after the other; the client is still "
                "there",
                expected="self.clients.drop(client) at the first of them",
                why="On Linux recv() returns b'' after this error, as if the client "
                "had left. On Windows it raises the error again, at once, in every "
                "turn.",
                look=answer.line_with("except", "suppress(", within="read"),
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
    """A connection that takes little, and can break.

    Once it is broken, it says so whenever it is read.
    """

    is_broken = False
    sent = b""
    failed = 0  # calls

    def recv(self, *given: Any) -> bytes:
        """Fail, as each time on Windows after a reset."""
        self._fail_if_broken()
        return super().recv(*given)

    def recv_into(self, *given: Any, **named: Any) -> int:
        """Fail in the same way."""
        self._fail_if_broken()
        return super().recv_into(*given, **named)

    def send(self, data: Any, *flags: int) -> int:
        """Take little at once, as a kernel may."""
        piece = bytes(memoryview(data)[:TAKEN])
        taken = super().send(piece, *flags)
        self.sent += piece[:taken]
        return taken

    def _fail_if_broken(self) -> None:
        if self.is_broken:
            self.failed += 1
            raise ConnectionResetError(errno.ECONNRESET, os.strerror(errno.ECONNRESET))


def _do_a_turn(server: Any, answer: Answer) -> None:
    turn = _Turn(server)
    if not soon(lambda: turn.ended):
        raise _goes_on(answer, "There were clients that sent lines and read nothing")
    if turn.error:
        raise turn.error


def _hears_what_was_taken(server: Any, client: Any, answer: Answer) -> None:
    """Raise Wrong if a client that takes something counts as one that takes nothing."""
    client.backlog += bytes(MUCH)
    client.stuck_since = 1.0  # long ago
    before = len(client.backlog)
    for _ in range(TURNS):
        _do_a_turn(server, answer)
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
            look=answer.line_with(".send(", within="write"),
        )


def _starves(served: int, answer: Answer) -> Wrong:
    return Wrong(
        "Clients that always send keep the others from being served",
        seen=f"{len(CROWD)} clients connected, and sent a line before each of {TURNS} "
        f"turns; after these {served} had been let in",
        expected="In each turn, all sockets that are ready: accept, read, write",
        why="select names the same client first each time. If that one always has "
        "something to say, no other client is ever served.",
        look=answer.line_with("[0]", "[:", "break", "return", within="turn")
        or answer.line_with("select.select(", ".select("),
    )


def _took_s(server: Any, turn: "_Turn") -> Iterator[float]:
    """Yield how long a turn took, and some more if that was long.

    On a busy machine one may be late, and not all.
    """
    for _ in range(LOOKS):
        yield turn.took_s
        if turn.took_s < TOO_LONG_S:
            return
        turn = _Turn(server)
        soon(lambda turn=turn: turn.ended)  # type: ignore[misc]


def _waits(answer: Answer, listener: socket.socket) -> None:
    """Raise Wrong if a turn, or turn after turn, only looks while nothing happens.

    One that waits stays in its turn, and dies with the check.
    """
    waits = Waits(answer)
    took_s: list[float] = []
    with waits.noted():
        vars(answer).pop("module", None)  # anew: what it imports must be noted
        server = answer.module.SelectServer(listener, Limits())
        server.clients.patience_s = lambda: None
        while len(took_s) < LOOKS:
            turn = _Turn(server)
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
