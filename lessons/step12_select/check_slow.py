"""Judges step 12: what one client that reads slowly does to the others.

The thread of the check enters.
"""

from lessons.checking import SOON_S, Answer, Closed, Peer, Served, Silent, Wrong
from lessons.step12_select.talking import joined, pair, room, same

MUCH = 300  # lines of 2 KB: more than the kernel holds for one client
EXTRA_S = SOON_S / 60  # for what must not come


def waits_for_nobody(answer: Answer) -> None:
    """Who does not read delays nobody, and finds every line in the end"""
    lines = [b"%d %s\n" % (n, b"x" * 2000) for n in range(MUCH)]
    due = b"[INFO] ann joined\n[INFO] bob joined\n"
    due += b"".join(b"ann (private): %s" % line for line in lines)
    with (
        room(answer) as server,
        joined(server, "eve") as eve,
        pair(server) as (ann, bob),
    ):
        eve.limit_s = SOON_S / 3
        try:
            ann.send(b"".join(b"@eve %s" % line for line in lines))
            _talk_on(ann, bob, server)
            came = _some(eve, len(due) // 4)  # now there is room for some of the rest
            for _ in range(3):
                _talk_on(ann, bob, server)
            came += _some(eve, len(due) - len(came))
        except (Silent, Closed) as problem:
            raise _stopped(server, problem) from None
        _compare(came + eve.quiet(EXTRA_S), due, answer)


def _talk_on(ann: Peer, bob: Peer, server: Served) -> None:
    ann.send(b"@bob hi\n")
    line = bob.line()
    if line == b"[INFO] eve left\n":
        raise _thrown_out(server)
    same(line, b"ann (private): hi\n")


def _thrown_out(server: Served) -> Wrong:
    return Wrong(
        "Who reads slowly is thrown out",
        seen="eve did not read for a moment; her connection was closed",
        expected="Her lines kept for her, up to a limit",
        why="A full socket is no error: it says that there is no room just now.",
        look=server.answer.line_with("sendall(", ".send("),
    )


def _some(eve: Peer, count: int) -> bytes:
    """Return the next `count` bytes, or those that have come if no more do."""
    try:
        return eve.take(count)
    except Silent:
        return eve.quiet(EXTRA_S)


def _stopped(server: Served, problem: Silent | Closed) -> Wrong:
    """Say what one client that reads slowly has done, to the others or to itself."""
    if server.has_failed():
        error, look = server.errors[0]
        return Wrong(
            "A full socket ends the server",
            seen=f"{error}, when one client read slowly",
            expected="As many bytes sent as the socket takes; the rest kept",
            why="The kernel holds only so much for a client, and how much of it went "
            "out before the exception nobody can tell.",
            look=look,
        )
    if isinstance(problem, Closed):
        return _thrown_out(server)
    return Wrong(
        "A client that reads slowly stops everyone",
        seen="600 KB waited for one client, who read a part of it; then nobody else "
        "got anything any more",
        expected="The others talking on",
        why="There is one thread: where it stands still, everyone does.",
        look=server.waits_at(),
    )


def _compare(came: bytes, due: bytes, answer: Answer) -> None:
    if came == due:
        return
    lost = len(came) < len(due)
    raise Wrong(
        "What the socket does not take is lost"
        if lost
        else "What the socket has taken is sent again",
        seen=f"{len(due):,} bytes waited for eve; she got {len(came):,}",
        expected="Each byte, once",
        why="`send` takes what there is room for and says how much that was; the rest "
        "is the loop's to keep.",
        look=answer.line_with(".send("),
    )
