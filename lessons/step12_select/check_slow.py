"""Judges step 12: what one client that reads slowly does to the others.

The thread of the check enters.
"""

from collections.abc import Callable

from lessons.checking import SOON_S, Answer, Closed, Peer, Served, Silent, Wrong
from lessons.step12_select.talking import TURNS, ask_much, joined, pair, room, same

EXTRA_S = SOON_S / 60  # for what must not come
SILENCE_S = SOON_S / 3


def waits_for_nobody(answer: Answer) -> None:
    """A client that does not read delays nobody, and gets every line in the end"""
    due = b"[INFO] ann joined\n[INFO] bob joined\n"
    with (
        room(answer) as server,
        joined(server, "eve") as eve,
        pair(server) as (ann, bob),
    ):
        try:
            due += ask_much(eve, ann, server)
            _talk_on(ann, bob, server)
            come = _Come(eve, lambda: _talk_on(ann, bob, server))
            came = come.next(len(due) // 4)  # now there is room for some of the rest
            for _ in range(3):
                _talk_on(ann, bob, server)
            came += come.next(len(due) - len(came))
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
        "A client that reads slowly is disconnected",
        seen="eve did not read for a moment; her connection was closed",
        expected="Her lines kept for her, up to a limit",
        why="A full socket is not an error. It only means that there is no room just "
        "now.",
        look=server.answer.line_with("sendall(", ".send("),
    )


class _Come:
    """What comes to eve, while the others talk."""

    def __init__(self, eve: Peer, talk_on: Callable[[], None]) -> None:
        self._eve = eve
        self._talk_on = talk_on

    def next(self, count: int) -> bytes:
        """Return the next bytes, or all that come.

        When none has come for a second, the others talk: so the loop has turned since
        then, and what it had to send would be there.
        """
        came = b""
        while len(came) < count:
            piece = self._eve.quiet(SILENCE_S)
            for _ in range(TURNS if not piece else 0):
                self._talk_on()
            piece = piece or self._eve.quiet(EXTRA_S)
            if not piece:
                if self._eve.ended:
                    raise Closed(self._eve, f"{count:,} bytes", self._eve.ended)
                break
            came += piece
        return came


def _stopped(server: Served, problem: Silent | Closed) -> Wrong:
    """Say what one client that reads slowly has done, to the others or to itself."""
    if server.has_failed():
        error, look = server.errors[0]
        return Wrong(
            "A full socket ends the server",
            seen=f"{error}, when one client read slowly",
            expected="As many bytes sent as the socket takes; the rest kept",
            why="The kernel holds only so much for a client. After the exception you "
            "cannot know how much was sent.",
            look=look,
        )
    if isinstance(problem, Closed):
        return _thrown_out(server)
    return Wrong(
        "A client that reads slowly stops everyone",
        seen="More than the kernel holds waited for one client, who read a part of it; "
        "then nobody else got anything any more",
        expected="The others go on talking",
        why="There is only one thread. If it waits, everyone waits.",
        look=server.waits_at(),
    )


def _compare(came: bytes, due: bytes, answer: Answer) -> None:
    if came == due:
        return
    lost = len(came) < len(due)
    raise Wrong(
        "The bytes that the socket does not take are lost"
        if lost
        else "The bytes that the socket has taken are sent again",
        seen=f"{len(due):,} bytes waited for eve; she got {len(came):,}",
        expected="Each byte, once",
        why="`send` takes what there is room for and returns how much that was. "
        "The loop must keep the rest.",
        look=answer.line_with(".send("),
    )
