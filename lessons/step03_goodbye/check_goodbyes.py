"""Judges how clients of step 3 go, in every way there is, and are let go."""

import contextlib

from lessons.checking import (
    BRIEF_S,
    SOON_S,
    Answer,
    Closed,
    Peer,
    Served,
    Silent,
    Wrong,
    serve,
    served,
)
from lessons.checking.patience import limited, see_patience
from lessons.checking.watched import REST_S, SPENT_S
from lessons.step03_goodbye.patience import unstoppable

LONG = b"a long message in lines of 32..\n" * 512  # four times what recv(4096) takes


def lets_go(answer: Answer) -> None:
    """When a client leaves, its connection is closed; half a line gets no answer"""
    with serve(answer) as server, server.connect() as ann:
        ann.send(b"hello\nhal")
        _await_whole_line(ann, server)
        ann.half_close()
        if rest := _rest(ann, server):
            raise Wrong(
                "Half a line is answered",
                seen=f"b'hello\\nhal' was sent, then the end; after b'hello\\n' came "
                f"{rest!r}",
                expected="The end, and nothing before it",
                why="Perhaps the client crashed in the middle of a word. Nobody "
                "knows what it wanted to say.",
                look=answer.line_with("feed(b", ".tail", within="talk")
                or answer.line_with(".send"),
            )


def _await_whole_line(ann: Peer, server: Served) -> None:
    try:
        ann.take(6)
    except Silent:
        if not server.sleeps():
            raise
        look = server.waits_at()
        raise Wrong(
            "A line is not answered while half of the next one is there",
            seen="b'hello\\nhal' was sent, and nothing came back",
            expected="b'hello\\n' at once",
            why="The LF says that the first line is complete. The second one may take "
            "long: somebody is still typing it.",
            look=server.answer.line_with("endswith(", own=True) or look,
        ) from None


def _rest(ann: Peer, server: Served) -> bytes:
    """Return what comes before the end; raise Wrong if that does not come."""
    before_s = server.cpu_s()
    for ann.limit_s in (BRIEF_S, SOON_S):  # what spins is soon seen
        try:
            return ann.end()
        except Silent:
            if server.cpu_s() - before_s > REST_S:
                raise _never_ends(server) from None
    raise Wrong(
        "The connection is never closed",
        seen="The client had no more to send; its connection stayed open",
        expected="An end of file for the client, at once",
        why="The next client waits until this one is done.",
        look=server.waits_at(),
    )


def _never_ends(server: Served) -> Wrong:
    if _ends_at_exit(server.answer):
        return Wrong(
            "The connection is closed only after @exit",
            seen="The client left without @exit. The server went on calling recv(), "
            "and used all of the processor. After @exit the connection was "
            "closed",
            expected="An end as soon as recv() returns b''",
            why="Most clients leave without a word: somebody closes a window, or a "
            "laptop.",
            look=server.answer.line_with("@exit", "recv("),
        )
    return Wrong(
        "The loop spins after the client has left",
        seen="The client had no more to send; the server used all of the processor, "
        "and its connection stayed open",
        expected="An end as soon as recv() returns b''",
        why="After the end of file recv() no longer waits. A loop around it repeats "
        "as fast as it can.",
        look=server.answer.line_with('== ""', "== ''", '!= ""')
        or server.answer.line_with("recv("),
    )


def _ends_at_exit(answer: Answer) -> bool:
    with serve(answer) as server, server.connect(limit_s=BRIEF_S) as ann:
        ann.send(b"@exit\n")
        try:
            ann.end()
        except (Silent, Closed):
            return False
        return True


def lets_go_after_much(answer: Answer) -> None:
    """A client that leaves right after a long message gets all of it back"""
    with serve(answer) as server, server.connect() as ann, server.connect() as bob:
        ann.send(b"hello\n")
        ann.take(6)
        bob.send(LONG)  # while Ann is served: all of it waits, and his end, too
        bob.half_close()
        ann.half_close()
        ann.end()
        parts = {
            "seen": f"{len(LONG):,} bytes in 512 lines and then the end were waiting "
            "when the client was accepted; ",
            "expected": "All lines, and then an end of file",
            "why": (
                "Each recv() may be the one that returns b'', and none of them "
                "says how much is still to come."
            ),
        }
        with contextlib.suppress(Silent, Closed):
            bob.end()
        came = bytes(bob.received)
        if came == LONG and bob.ended == "was closed":
            return
        if server.has_failed():
            raise server.explained(OSError(server.errors[0][0]))
        parts["seen"] += f"{len(came):,} bytes came back, and "
        if not bob.ended:
            raise Wrong(
                "The end of file right after a long message is missed",
                look=server.waits_at() or answer.line_with("recv("),
                **parts | {"seen": parts["seen"] + "not the end"},
            )
        if answer.module.TOO_LONG in came:
            raise Wrong(
                "Short lines are taken for one that is too long",
                look=answer.line_with("LIMIT", within="LineBuffer"),
                **parts
                | {
                    "seen": f"{parts['seen']}{answer.module.TOO_LONG!r} came",
                    "why": "Many lines can arrive in one piece. LIMIT is for each "
                    "line, and not for the piece.",
                },
            )
        raise Wrong(
            "Part of a long message is not answered",
            look=answer.line_with("recv(", within="talk"),
            **parts | {"seen": f"{parts['seen']}then the connection {bob.ended}"},
        )


def rests(answer: Answer) -> None:
    """The processor is not used while nothing happens, and ctrl-c ends the server"""
    impatient = limited(answer)
    with (
        serve(answer, short_waits=bool(impatient)) as server,
        server.connect() as ann,
    ):
        ann.send(b"hello\n")
        ann.take(6)
        if impatient:
            see_patience(ann, server, impatient)
        if used_s := server.spun_s():
            raise Wrong(
                "The server uses the processor while nothing happens",
                seen=f"{used_s:.2f} s of processor time while the client said nothing; "
                f"a loop that never waits would have got about {SPENT_S:.2f} s",
                expected="Almost none",
                why="A call that blocks costs nothing. Asking again and again keeps "
                "a processor busy, and a laptop warm.",
                look=answer.line_with("setblocking(", "settimeout(", "recv("),
            )
        server.interrupt()
        if not served.CTRL_C_ENDS_WAITS:
            ann.send(b"bye\n")  # ends the wait
        if server.ends() is None:
            raise unstoppable(answer)


def survives_a_reset(answer: Answer) -> None:
    """A connection that is reset ends, and the next client is served"""
    with serve(answer) as server:
        ann = server.connect()
        ann.send(b"hello\n")
        ann.take(6)
        ann.reset()
        try:
            with server.connect() as bob:
                bob.send(b"hello\n")
                bob.take(6)
        except (Silent, Closed, ConnectionError):
            raise _after_reset(server) from None


def _after_reset(server: Served) -> Wrong:
    if server.has_failed():
        return Wrong(
            "A reset raises an exception that ends the server",
            seen=f"A client reset its connection: {server.errors[0][0]}. It was not "
            "caught, and there was no server for the next client",
            expected="The next client is served",
            why="If one client crashes, all others must stay connected.",
            look=server.errors[0][1],
        )
    if server.ends(BRIEF_S) is not None:
        return Wrong(
            "A reset ends the whole program",
            seen="A client reset its connection, and the server's process ended",
            expected="The next client is served",
            why="exit() ends the whole program, not only the function. talk() "
            "should return.",
            look=server.answer.line_with("exit(", "quit("),
        )
    return Wrong(
        "After a reset the server goes on with the same client",
        seen="A client reset its connection; the server did not take the next one",
        expected="The next client is served",
        why="A connection that is broken stays broken, so do not read from it again.",
        look=server.answer.line_with("except ") or server.waits_at(),
    )
