"""Sees whether a server disconnects a client that is silent for long.

The thread of the check enters.  A minute need not be awaited: where a server is run
with `short_waits`, each of its timeouts is over in a moment.
"""

from collections.abc import Collection

from lessons.checking import host
from lessons.checking.answer import Answer
from lessons.checking.diagnosis import Wrong, quoted
from lessons.checking.peer import Peer
from lessons.checking.served import Served

_LIMITED = ("timeout", "select(", "poll(")  # what may have a limit
_LOOKS, _LOOK_S = 5, 0.04  # together as long as a few of the shortened waits


def limited(answer: Answer) -> str:
    """Return the learner's line with the first wait that may have a limit, or ""."""
    return answer.line_with(*_LIMITED, own=True)


def see_patience(
    peer: Peer,
    server: Served,
    look: str,
    title: str = "A silent client is treated as if it had left",
    why: str = "People think before they type; a silent client has not left.",
) -> None:
    """Be silent for longer than any timeout; raise Wrong if the connection ends."""
    came = _silence(peer, server)
    if peer.ended or came:
        raise Wrong(
            title if peer.ended else "The server sends something to a silent client",
            seen=f"{peer.name} said nothing until every timeout of the server was "
            "over, which the check makes short; then "
            + (f"{quoted(came)} came" if came else f"the connection {peer.ended}"),
            expected="A connection that stays open, and nothing sent until the "
            "client sends",
            why=why,
            look=look,
        )


def see_no_nap(server: Served, when: str, but: Collection[str] = ()) -> None:
    """Raise Wrong if a server that has nothing to do sleeps between two checks.

    The threads whose names are in `but` may do that: they serve no client.
    """
    if server.answer.line_with("sleep(", own=True):
        naps = [look for _ in range(_LOOKS) if (look := _nap(server, but))]
        if len(naps) > _LOOKS / 2:
            raise Wrong(
                "The server sleeps between two checks",
                seen=f"While {when}, the server was in sleep() at {len(naps)} of "
                f"{_LOOKS} moments",
                expected="A call that blocks until something comes",
                why="A call that blocks returns at once when something comes. What "
                "comes while the server sleeps has to wait.",
                look=naps[0],
            )


def _nap(server: Served, but: Collection[str]) -> str:
    """Let a moment pass; return where the server sleeps then, or ""."""
    server.soon(lambda: server.returned or server.errors, _LOOK_S)
    return server.naps_at(but)


def see_prompt(peer: Peer, server: Served, but: Collection[str] = ()) -> None:
    """Raise Wrong if the server sleeps while a client waits for its answer."""
    if not server.answer.line_with("sleep(", own=True):
        return
    naps = ""

    def has_come() -> bool:
        nonlocal naps
        naps = server.naps_at(but)
        return peer.has_news() or bool(naps)

    if server.soon(has_come) and not peer.has_news():
        raise Wrong(
            "The server sleeps before it answers",
            seen=f"{quoted(peer.sent)} was sent; nothing had come back, and the server "
            "was in sleep()",
            expected="An answer at once",
            why="The server already has all that it needs for the answer.",
            look=naps,
        )


def see_idle(server: Served, look: str) -> None:
    """Let no client come for a while; raise Wrong if that ends the server."""
    for _ in range(_LOOKS):
        server.where()
        if server.soon(lambda: server.returned or server.errors, _LOOK_S):
            raise Wrong(
                "The server ends if no client comes for a while",
                seen="Nobody was there until every timeout of the server was over, "
                "which the check makes short; then the program came to its end"
                + "".join(f": {error}" for error, _ in server.errors[:1]),
                expected="A server that waits for the next client, however long",
                why="Perhaps the next client comes tomorrow.",
                look=look,
            )


def see_no_poll(server: Served, when: str, look: str) -> None:
    """Raise Wrong if a server that has nothing to do looks again and again.

    It must have been run with `short_waits`.
    """
    if server.looks and server.soon(lambda: len(server.looks) >= host.LOOKS):
        raise Wrong(
            "The server checks again and again, and does not wait",
            seen=f"While {when}, its wait with a limit of {min(server.looks):g} s was "
            f"over at least {host.LOOKS} times, and it began to wait again",
            expected="A call that blocks until something comes",
            why="A call that blocks needs no limit to return at once when something "
            "comes. Waking up many times a second for nothing uses the processor, "
            "and a laptop's battery.",
            look=look,
        )


def _silence(peer: Peer, server: Served) -> bytes:
    """Return what comes while a client is silent; its connection may end in that time.

    A server that has answered questions in that time has had its turns, also on a
    busy machine.
    """
    came = b""
    for _ in range(_LOOKS):
        server.where()
        came += peer.quiet(_LOOK_S)
        if came or peer.ended:
            break
    return came
