"""Clients that come and go, end or break their connection, and what they still get."""

import contextlib

from lessons.checking import Answer, Closed, Peer, Served, Silent, Wrong
from lessons.checking.diagnosis import quoted
from lessons.step12_select import check_turn
from lessons.step12_select.talking import (
    MANY,
    ask_much,
    await_line,
    hears,
    joined,
    pair,
    room,
    same,
    settle,
)

ROUNDS = 6  # of one client that comes and goes
CROWD = 20
HALF_A_LINE = b"half a line"


def lets_come_and_go(answer: Answer) -> None:
    """Many clients are served at once, and others after them"""
    with room(answer) as server, joined(server, "ann") as ann:
        for n in range(ROUNDS):
            with _joined_after_another(server, f"eve{n}") as eve:
                await_line(ann, b"[INFO] eve%d joined\n" % n, server)
                eve.send(HALF_A_LINE)  # and goes; the next may get the socket's number
            if not hears(ann, b"[INFO] eve%d left\n" % n, server):
                raise _end_not_noticed(answer, f"eve{n} closed her connection")
        with contextlib.ExitStack() as stack:
            try:
                crowd = [
                    stack.enter_context(joined(server, f"cat{n}")) for n in range(CROWD)
                ]
            except Silent as silent:
                raise _not_served(answer, f"one more came, and got {silent}") from None
            for cat in crowd:
                await_line(ann, f"[INFO] {cat.name} joined\n".encode(), server)
            ann.send(b"@all hi\n")
            settle(ann, server)
            for cat in crowd:
                lines = settle(cat, server)
                if lines[-1:] != [b"ann: hi\n"]:
                    raise _not_served(
                        answer, f"one said `@all hi`, and {cat.name} got {lines[-1:]}"
                    )


def _joined_after_another(server: Served, name: str) -> Peer:
    """Return a client that has a name; the one before it has left half a line."""
    try:
        return joined(server, name)
    except Silent as silent:
        if b"[ERROR] " not in silent.peer.received:
            raise
        raise Wrong(
            "A client gets what another one has left unfinished",
            seen=f"One client sent {quoted(HALF_A_LINE)} and left; the next one sent "
            f"its name, {name}, and got "
            f"{quoted(bytes(silent.peer.received).splitlines()[-1])}",
            expected="A new buffer for each client, as client.lines is",
            why="The next client may get the number of a socket that was closed. What "
            "you keep under that number is still there.",
            look=server.answer.line_with("fileno(", "feed(", within="read")
            or server.answer.line_with("feed("),
        ) from None


def _not_served(answer: Answer, what: str) -> Wrong:
    return Wrong(
        "Some of many clients are not served",
        seen=f"up to {CROWD + 1} clients were there; {what}",
        expected="Every line for every client",
        why="select returns all clients that are ready, and each of them is waiting.",
        look=answer.line_with("for ", within="turn"),
    )


def sees_off(answer: Answer) -> None:
    """A client that has sent its last line gets its answers, and leaves"""
    with room(answer) as server, pair(server) as (ann, bob):
        due = ask_much(bob, ann, server)  # he does not read it yet
        bob.send(b"@ann done\n")
        try:
            await_line(ann, b"bob (private): done\n", server)
        except Silent:
            raise _is_not_listened_to(server, ann, bob, due) from None
        bob.half_close()
        if not hears(ann, b"[INFO] bob left\n", server):
            raise _is_not_seen_off(server, ann, bob, due)
        try:
            rest = bob.end()
        except Closed:
            rest = bytes(bob.received)
        except Silent:
            raise _gets_nothing_more(bob, due, server) from None
        if not rest.endswith(due):
            raise _lost_answers(rest, due, answer)
        settle(ann, server)


def bears_resets(answer: Answer) -> None:
    """A connection that breaks does not end any other"""
    with room(answer) as server, pair(server) as (ann, bob):
        bob.reset()
        _await_loss(ann, "A reset", server)
    with room(answer) as server, pair(server) as (ann, bob):
        bob.send(b"@help\n" * MANY + b"@ann done\n")
        await_line(ann, b"bob (private): done\n", server)
        settle(ann, server)  # his answers wait, and his socket is full
        bob.reset()
        _await_loss(ann, "Writing to a client that has gone", server)
    check_turn.drops_the_broken(answer)


def _is_not_listened_to(server: Served, ann: Peer, bob: Peer, due: bytes) -> Wrong:
    """Say why ann has not got bob's line, while much waits for bob."""
    bob.take(len(due))
    if not hears(ann, b"bob (private): done\n", server):
        return Wrong(
            "What a client sends is never read",
            seen="bob sent a line while a lot was waiting for him; nobody got it",
            expected="`bob (private): done` for ann",
            why="select wakes the loop up for a client only if the client is in its "
            "list.",
            look=server.answer.line_with("select.select(", ".select("),
        )
    return Wrong(
        "A client with a backlog is not read from",
        seen="bob sent a line while a lot was waiting for him; nobody got it "
        "until he had read all of it",
        expected="Every client that has not ended, in the list to be read from",
        why="The two directions do not depend on each other. A client that reads "
        "slowly may still send something, or leave.",
        look=server.answer.line_with("select.select(", ".select("),
    )


def _is_not_seen_off(server: Served, ann: Peer, bob: Peer, due: bytes) -> Wrong:
    """Say why ann has not heard that bob has left, while much waits for bob."""
    bob.take(len(due))
    if not hears(ann, b"[INFO] bob left\n", server):
        return _end_not_noticed(server.answer, "bob has sent his end of file")
    return Wrong(
        "At the end of file the others are not told that the client has left",
        seen="bob sent his end of file while a lot was waiting for him; the others "
        "heard that he had left only when he had read all of it",
        expected="self.clients.end(client), at the end of file",
        why="This lets him leave at once, and he still gets his answers. Setting "
        "only `ended` does not tell the room, so nobody hears that he has left.",
        look=server.answer.line_with(".ended = ", "ended=")
        or server.answer.line_with("recv("),
    )


def _end_not_noticed(answer: Answer, what: str) -> Wrong:
    return Wrong(
        "The end of file is not noticed",
        seen=f"{what}, and the others were not told",
        expected="`[INFO] ... left` for the others",
        why="After the end of file `recv` returns b'' in every turn, until the loop "
        "does something about it.",
        look=answer.line_with("recv("),
    )


def _gets_nothing_more(bob: Peer, due: bytes, server: Served) -> Wrong:
    if len(bob.received) >= len(due):
        return Wrong(
            "A client that has left and got everything is not closed",
            seen="bob sent his end of file, and got all that waited; then no end came",
            expected="The end of the connection",
            why="He waits for the end, and the server keeps his socket for nothing.",
            look=server.waits_at(),
        )
    return Wrong(
        "After its end of file a client gets nothing any more",
        seen=f"{len(due):,} bytes waited for bob; he sent his end of file, and then he "
        f"read. {len(bob.received):,} bytes came, and then nothing",
        expected="Everything that waited, and then the end",
        why="The end of file says only that he sends no more. He still reads.",
        look=server.answer.line_with("ended", within="turn") or server.waits_at(),
    )


def _lost_answers(came: bytes, due: bytes, answer: Answer) -> Wrong:
    return Wrong(
        "A client's last answers are lost when it has no more to send",
        seen=f"{len(due):,} bytes waited for bob; he sent his end of file, and then he "
        f"read. What came ends with {quoted(came[-40:])}",
        expected="Everything that waited, and then the end",
        why="The end of file says only that he sends no more. He still reads.",
        look=answer.line_with("drop(", "remove(", "close(", within="read"),
    )


def _await_loss(ann: Peer, what: str, server: Served) -> None:
    """Let ann hear that bob, whose connection broke, has left; and go on talking."""
    try:
        same(ann.line(), b"[INFO] bob left\n")
        settle(ann, server)
    except (Silent, Closed):
        if not server.has_failed():
            if server.has_ended():
                title = f"{what} ends the whole program"
                raise server.ended("One client's connection broke", title) from None
            raise
        error, look = server.errors[0]
        raise Wrong(
            f"{what} ends the server for everyone",
            seen=f"{error}, when one client's connection broke",
            expected="That client is dropped, and the loop goes on",
            why="One thread serves all clients. An exception that nobody handles "
            "ends it for all of them.",
            look=look,
        ) from None
