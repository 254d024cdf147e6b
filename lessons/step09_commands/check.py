"""Judges step 9: the parser, then the broadcast, then both in a running server."""

from lessons.checking import SCALE, Answer, Peer, Served, Wrong, serve
from lessons.step09_commands import check_orders, check_parse, check_room


def is_a_room(answer: Answer) -> None:
    """Three people talk to each other through it"""
    with serve(answer) as server:
        ann, bob, carol = (_join(server, name) for name in ("ann", "bob", "carol"))
        _ = ann.line(), ann.line(), bob.line()  # bob joined, carol joined
        for said, hearers, heard in (
            (b"@all hello\n", (bob, carol), b"ann: hello\n"),
            (b"@bob psst\n", (bob,), b"ann (private): psst\n"),
            (b"@people\n", (ann,), b"Online: bob, carol\n"),
        ):
            ann.send(said)
            _hear(hearers, heard, f"ann sent {said!r}")
        carol.close()
        _hear((ann, bob), b"[INFO] carol left\n", "carol closed her connection")


def _hear(hearers: tuple[Peer, ...], heard: bytes, what: str) -> None:
    for peer in hearers:
        if (line := peer.line()) != heard:
            raise Wrong(
                "A client of the room gets the wrong line",
                seen=f"{what}, {peer.name} got {line!r}",
                expected=f"{heard!r}",
                why="Everyone's client program relies on these lines.",
            )


def _join(server: Served, name: str) -> Peer:
    peer = server.connect(name)
    peer.send(f"{name}\n".encode())
    _ = peer.line(), peer.line()  # asks for a name, welcomes
    return peer


CHECK_LIMIT_S = 45.0 * SCALE  # its own waits are shorter, and longer if it is busy
CHECKS = (
    check_parse.parses,
    check_parse.takes_any_text,
    check_room.reaches_the_others,
    check_room.survives_the_dead,
    check_orders.sends_without_the_lock,
    check_orders.survives_a_leave,
    check_orders.copies_under_the_lock,
    check_orders.keeps_the_order,
    check_orders.looks_anew,
    is_a_room,
)
