"""Explains a server that is silent: does it spin, or wait for the end, or never send?

The thread of the check enters.
"""

import contextlib

from lessons.checking.diagnosis import Wrong, quoted
from lessons.checking.peer import Closed, Peer, Silent
from lessons.checking.served import Served
from lessons.checking.watched import SPENT_S


def spins(server: Served, seen: str) -> Wrong | None:
    """Return the diagnosis of a server that uses the processor and sends nothing."""
    if not (used_s := server.spun_s()):
        return None
    return Wrong(
        "A loop spins, and nothing comes back",
        seen=f"{seen}. The server used {used_s:.2f} s of the processor, where another "
        f"program got {SPENT_S:.2f} s",
        expected="A loop that receives and sends in each round",
        why="A loop that waits for nothing runs as fast as it can. What comes after "
        "it is never done.",
        look=server.waits_at(),
    )


def only_at_the_end(peer: Peer, server: Served, seen: str) -> Wrong:
    """Let a client finish that got no answer; return what is wrong with the server."""
    stands = server.waits_at()
    before = len(peer.received)
    peer.half_close()
    with contextlib.suppress(Silent, Closed):
        peer.end()
    if came := bytes(peer.received[before:]):
        return Wrong(
            "Nothing comes back until the client has finished sending",
            seen=f"{seen}. When the client had no more to send, {quoted(came)} came",
            expected="An answer at once",
            why="If a client waits for an answer before it sends more, it waits "
            "forever, and the server waits for the client.",
            look=stands,
        )
    prints = server.answer.line_with("print(", own=True)
    return Wrong(
        "What a client sends is not answered" if before else "Nothing is sent back",
        seen=f"{seen}, not even when the client had no more to send",
        expected="An answer at once",
        why="print() writes to the screen of the server. A client gets only what is "
        "sent into its connection."
        if prints
        else "A client that waits for an answer waits forever.",
        look=prints or stands,
    )
