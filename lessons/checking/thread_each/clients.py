"""What the clients in these checks do, and what is wrong if they are not served.

The thread of the check enters; `talk_on` runs in a separate one.
"""

import contextlib
import sys
import time
from collections.abc import Iterator

from lessons.checking import (
    BRIEF_S,
    Answer,
    Closed,
    Peer,
    Served,
    Silent,
    Wrong,
)
from lessons.checking.diagnosis import quoted
from lessons.checking.farewell import ends_at
from lessons.checking.thread_each import diagnoses, replies
from lessons.checking.watched import KNOWS_WHO_RESTS

MANY = 2000  # lines at once
FULL = 200  # times this would be more than any system keeps
FLOOD = (b"x" * 127 + b"\n") * 800
WINDOW = 0  # bytes that the kernel keeps for its client; 0: as many as it likes
if sys.platform == "win32":
    # Very short lines: their answers go out whole or not at all.  If one went out by
    # half, then under Wine only the other end wakes the thread that sends it.
    FLOOD, WINDOW = (b"x" * 15 + b"\n") * 6400, 4096
TALK = b"and on"  # what a client says who talks on
LATE_S = 0.4  # of rest, while it has something to do
_MOMENT_S = 0.02  # at most between two looks, or nobody knows what was between them
_LOOKS, _LOOK_S = 3, 0.01  # at a server that may wait for a client


@contextlib.contextmanager
def connected(count: int, server: Served) -> Iterator[list[Peer]]:
    """Yield clients who are connected and have said nothing."""
    with contextlib.ExitStack() as stack:
        names = (f"client {number}" for number in range(1, count + 1))
        yield [stack.enter_context(server.connect(name)) for name in names]


def newcomer(server: Served) -> Peer:
    """Return a client who connects after others have left."""
    try:
        return server.connect("Dora")
    except OSError:
        raise diagnoses.took_the_server_along("Dora", server) from None


def _say(peer: Peer, line: bytes, number: int, server: Served) -> None:
    """Send a line, which must come back with its number; raise Silent or Closed."""
    peer.send(line + b"\n")
    expect(peer, b"%d %s\n" % (number, line), server.answer)


def expect(peer: Peer, expected: bytes, answer: Answer) -> None:
    """Wait for a line; raise Wrong if it is another one."""
    if (came := peer.line()) != expected:
        raise replies.another_answer(peer, came, expected, answer)


def hear(peer: Peer, line: bytes, number: int, server: Served) -> None:
    """Let a client send a line; its answer must not wait for another client."""
    with explained(peer, line, number, server):
        _say(peer, line, number, server)


def hear_beside(peer: Peer, line: bytes, number: int, server: Served) -> None:
    """Let a client say a line while another one takes no answers."""
    try:
        _say(peer, line, number, server)
    except Silent:
        raise diagnoses.waits_for_the_slow(peer, line, server) from None


def hear_soon(peer: Peer, line: bytes, number: int, server: Served) -> None:
    """Let a client say a line; raise Wrong if the server rests before it answers."""
    peer.send(line + b"\n")
    is_late = KNOWS_WHO_RESTS and _rests_first(peer, line, server)
    with explained(peer, line, number, server):
        expect(peer, b"%d %s\n" % (number, line), server.answer)
    if is_late:
        raise Wrong(
            "The server waits before it answers",
            seen=f"{peer.name} sent {quoted(line)}; for {LATE_S:g} s the server did "
            "nothing at all, and then it answered",
            expected="An answer at once",
            why="The server already has all that it needs for the answer.",
            look=server.answer.line_with("sleep(", "Timer(", own=True),
        )


def _rests_first(peer: Peer, line: bytes, server: Served) -> bool:
    """Tell whether the server rests, LATE_S in all, before anything comes.

    Raise Wrong if nothing comes, and it spins.
    """
    rested_s, last_at = 0.0, time.monotonic()

    def has_come() -> bool:
        # All of its rests are added up.  A server may wake up often to look whether
        # ctrl-c was pressed, and on a busy machine each of these looks takes a while.
        nonlocal rested_s, last_at
        begun_at, last_at = last_at, time.monotonic()
        if server.rests():
            rested_s += min(last_at - begun_at, _MOMENT_S)
        return peer.has_news() or rested_s > LATE_S

    if not server.soon(has_come):
        raise replies.unanswered(peer, line, server)
    return not peer.has_news()


@contextlib.contextmanager
def explained(peer: Peer, line: bytes, number: int, server: Served) -> Iterator[None]:
    """Explain what comes in place of an answer."""
    try:
        yield
    except Closed:
        raise diagnoses.cut_off(peer, number, server) from None
    except Silent:
        raise replies.unanswered(peer, line, server) from None


def hear_word(peer: Peer, word: bytes, number: int, server: Served) -> None:
    """Let a client say a word that may be taken for the end."""
    try:
        hear(peer, word, number, server)
    except Wrong as wrong:
        if peer.ended and not server.errors:
            raise ends_at(word, server.answer) from None
        raise wrong from None


def hear_many(peer: Peer, first: int, server: Served) -> None:
    """Let a client send many lines at once, some longer than a recv() takes."""
    lines = [b"%d " % number * (1000 if number == 7 else 1) for number in range(MANY)]
    wanted = [b"%d %s\n" % (number, line) for number, line in enumerate(lines, first)]
    try:
        peer.exchange(b"".join(line + b"\n" for line in lines), len(b"".join(wanted)))
    except (Silent, Closed) as problem:
        if server.has_failed():
            raise
        if isinstance(problem, Closed) and diagnoses.closes_too_early(server.answer):
            raise diagnoses.cut_off(peer, first, server) from None
    came = bytes(peer.received).splitlines(keepends=True)[first - 1 :]
    if came != wanted:
        raise replies.many_lines(came, wanted, server.answer)


def hear_among(peer: Peer, peers: list[Peer], number: int, server: Served) -> None:
    """Let a client say a line while the others are connected."""
    try:
        _say(peer, f"I am {peer.name}".encode(), number, server)
    except Closed:
        raise diagnoses.cut_off(peer, number, server) from None
    except Silent:
        for other in peers:
            if other is not peer and (came := other.quiet(0.01)):
                raise replies.astray(peer, other, came, server) from None
        raise diagnoses.waits_for_others(peer, len(peers), server) from None


def hear_after(peer: Peer, line: bytes, number: int, server: Served) -> None:
    """Let a client say a line when another one has left."""
    try:
        _say(peer, line, number, server)
    except (Silent, Closed):
        raise diagnoses.took_the_server_along(peer.name, server) from None


def see_off(peer: Peer, server: Served) -> None:
    """Let a client leave; its connection must be closed."""
    peer.half_close()
    try:
        peer.end()
    except Silent:
        seen = f"{peer.name} has left; its connection stays open"
        raise diagnoses.lingers(server, seen) from None


def fill(peer: Peer, server: Served) -> None:
    """Let a client send and take no answers, until the server waits for it."""
    peer.limit_s = BRIEF_S / 2
    for _ in range(FULL):
        try:
            peer.send(FLOOD)
        except Silent:
            # Or else a busy machine is slow to take it, or has let this check wait.
            if not peer.has_room() and _rests_on(server):
                break
        except Closed:
            break


def _rests_on(server: Served) -> bool:
    """Tell whether it rests at each of some looks."""
    for _ in range(_LOOKS):
        if not server.rests():
            return False
        time.sleep(_LOOK_S)
    return True


def talk_on(peer: Peer) -> None:
    """Send one line after the other until the server is gone."""
    with contextlib.suppress(Silent, Closed):
        while True:
            peer.send(TALK + b"\n")
            peer.line()
