"""Judges step 10: the postman under the race checker, then a room with a sleeper."""

import contextlib

from lessons.checking import (
    SCALE,
    Answer,
    Closed,
    Peer,
    Served,
    Silent,
    Wrong,
    serve,
)
from lessons.step10_postman import (
    check_crowd,
    check_queue,
    check_rest,
    check_writing,
)

CHECK_LIMIT_S = 45.0 * SCALE  # its own waits are shorter, and longer if it is busy
ROUNDS, AT_ONCE = 64, 16  # of lines, 1 MB in all; so few at once fit into any socket
SAID = b"@all " + b"z" * 1000 + b"\n"
HEARD = b"ann: " + b"z" * 1000 + b"\n"


def lives_with_a_sleeper(answer: Answer) -> None:
    """While one client reads nothing, the others talk and new ones come in"""
    with serve(answer) as server:
        ann, bob, sleeper = (_join(server, name) for name in ("ann", "bob", "sleeper"))
        for number in range(ROUNDS):
            ann.send(SAID * AT_ONCE)
            for _ in range(AT_ONCE):
                _hear(bob, ann, number, server)
        _join(server, "eve")
        _is_cut_off(sleeper, answer)
        _stops(server)


def _join(server: Served, name: str) -> Peer:
    peer = server.connect(name)
    peer.send(f"{name}\n".encode())
    peer.line()  # asks for a name, and is the only line that is not posted
    try:
        peer.line()
    except Silent as problem:
        if server.has_failed():
            raise
        raise Wrong(
            "What is posted in the server does not arrive",
            seen=f"{name} joined. The server answers with a post: {problem}",
            expected="The line that welcomes a user",
            why="Nobody gets a post if the thread that calls run is not started, or "
            "if the room posts to another postman.",
            look=server.answer.line_with("Thread(", "def main(", within="main"),
        ) from None
    return peer


def _hear(bob: Peer, ann: Peer, number: int, server: Served) -> None:
    """Let bob read one of ann's lines, and skip the lines about who comes and goes."""
    line = b"[INFO]"
    try:
        while line.startswith(b"[INFO]"):
            line = bob.line()
    except (Silent, Closed) as problem:
        if server.has_failed():
            raise
        while ann.has_news() and not ann.ended:  # she may have lost hers
            ann.quiet()
        if ended := bob.ended or ann.ended:
            name = bob.name if bob.ended else ann.name
            raise _is_thrown_out(name, number * AT_ONCE, ended, server.answer) from None
        raise Wrong(
            "A client that reads nothing stops the others",
            seen=f"One client reads nothing. After {number * AT_ONCE} lines of 1 KB "
            f"from ann, bob gets no more: {problem}",
            expected=f"{ROUNDS * AT_ONCE} lines for bob",
            why="In a room with a thousand people there is always one that does not "
            "read.",
            look=server.waits_at(),
        ) from None
    if line != HEARD:
        raise Wrong(
            "A line arrives torn",
            seen=f"{line[:30]!r}... ({len(line):,} bytes)",
            expected=f"{HEARD[:30]!r}... ({len(HEARD):,} bytes)",
            why="A line must arrive whole, or its reader must be cut off.",
        )


def _is_thrown_out(name: str, lines: int, ended: str, answer: Answer) -> Wrong:
    return Wrong(
        "A client that reads every line is cut off",
        seen=f"ann spoke, and bob read each line as soon as it came. After {lines} "
        f"lines the connection of {name} {ended}",
        expected=f"{ROUNDS * AT_ONCE} lines for bob",
        why="cut_off is for a client that has not taken all. And whatever you set on "
        "a socket, such as a time limit, also affects the thread that reads from "
        "it.",
        look=answer.line_with("setblocking", "settimeout", within="Postman")
        or answer.line_with("cut_off(", within="Postman"),
    )


def _is_cut_off(sleeper: Peer, answer: Answer) -> None:
    try:
        with contextlib.suppress(Closed):  # by a reset: that is an end, too
            sleeper.end()
    except Silent:
        raise Wrong(
            "A client that reads nothing is never cut off",
            seen="The client that read nothing wakes up and reads what there is. It "
            "gets no end of file",
            expected="The end of the connection, after what the kernel has kept",
            why="It has missed lines, and cannot know that.",
            look=answer.line_with("take(", within="Postman"),
        ) from None


def _stops(server: Served) -> None:
    server.interrupt()
    if server.ends() is None:
        raise Wrong(
            "Ctrl-c does not end the server",
            seen="The main thread waits for stop, or for the end of run",
            expected="The end of the program",
            why="If you start a server, you want to be able to end it.",
            look=server.waits_at(),
        )


CHECKS = (
    check_queue.waits_for_mail,
    check_queue.hands_out,
    check_queue.outlives_an_empty_post,
    check_queue.waits_for_space,
    check_writing.writes_alone,
    check_writing.keeps_one_order,
    check_queue.has_a_bound,
    check_crowd.lets_many_wait,
    check_crowd.waits_outside_the_rooms_lock,
    check_writing.takes_without_a_lock,
    check_writing.cuts_off_the_slow,
    check_writing.survives_the_dead,
    check_rest.looks_seldom,
    lives_with_a_sleeper,
)
