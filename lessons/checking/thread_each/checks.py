"""Checks of a server with a thread for each client; steps 5 and 6 use them."""

import contextlib
import re
import sys
import threading
import time
from collections.abc import Iterator

from lessons.checking import (
    BRIEF_S,
    SCALE,
    Answer,
    Closed,
    Peer,
    Served,
    Silent,
    Wrong,
    serve,
    until,
)
from lessons.checking.diagnosis import quoted
from lessons.checking.farewell import WORDS, ends_at
from lessons.checking.patience import limited, see_no_nap, see_patience, see_prompt
from lessons.checking.served import KNOWS_WHO_RESTS
from lessons.checking.thread_each import diagnoses, places, replies, stopping
from lessons.checking.thread_each.exceptions import known_error

CLIENTS = 12
MANY = 2000  # lines at once
FULL = 200  # times this would be more than any system keeps
FLOOD = (b"x" * 127 + b"\n") * 800
WINDOW = 0  # bytes that the kernel keeps for its client; 0: as many as it likes
if sys.platform == "win32":
    # Very short lines: their answers go out whole or not at all.  If one went out by
    # half, then under Wine only the other end wakes the thread that sends it.
    FLOOD, WINDOW = (b"x" * 15 + b"\n") * 6400, 4096
STOP_S = (1.6 if KNOWS_WHO_RESTS else 2.0) * SCALE  # idle; a second is asked for
SERVING_S = 1.2 * SCALE  # after ctrl-c
LONGEST_STOP_S = 10.0 * SCALE  # with work: so does a stop that spins
LOOKS, LOOK_S = 3, 0.1
SHUTDOWN_S = 0.8 * SCALE  # socketserver looks twice a second whether it is to end
LATE_LOOKS, LATE_S = 10, 0.4 * SCALE  # at a server that rests, and for how long
GONE = "A client has gone after"  # what the server prints of each, at the end


def numbers_lines(answer: Answer) -> None:
    """A client's lines come back, each with its number"""
    impatient = limited(answer)
    serving = _serving(answer, short_sends=True, short_waits=bool(impatient))
    with serving as server:
        others = {standing.thread for standing in server.where()}
        with server.connect("Ann") as ann:
            see_no_nap(server, "Ann had said nothing yet", others)
            _hear_soon(ann, b"hello", 1, server)
            if impatient:
                see_patience(ann, server, impatient)
            with _explained(ann, b"still here", 2, server):
                ann.send(b"still here\n")
                see_prompt(ann, server, others)
                _expect(ann, b"2 still here\n", answer)
            _hear_all_kinds(ann, server)


def _hear_all_kinds(ann: Peer, server: Served) -> None:
    """Let a client send a line in pieces, odd ones, words, and many at once."""
    with _explained(ann, b"two", 3, server):
        ann.send(b"two\nin one")
        _expect(ann, b"3 two\n", server.answer)
        ann.send(b" piece\n")
        _expect(ann, b"4 in one piece\n", server.answer)
    for number, line in enumerate((b"", b"  a  b \t", b"\xff\xfe"), 5):
        _hear(ann, line, number, server)
    for number, word in enumerate(WORDS, 8):
        _hear_word(ann, word, number, server)
    _see_it_goes_on(server)
    _hear_many(ann, 8 + len(WORDS), server)


def _hear_word(peer: Peer, word: bytes, number: int, server: Served) -> None:
    """Let a client say a word that may be taken for the end."""
    try:
        _hear(peer, word, number, server)
    except Wrong as wrong:
        if peer.ended and not server.errors:
            raise ends_at(word, server.answer) from None
        raise wrong from None


def _see_it_goes_on(server: Served) -> None:
    """Raise Wrong if the server is at its end, since a client has said those words."""
    look = server.answer.line_with("shutdown()", "interrupt_main(", own=True)
    if look and server.soon(lambda: server.returned, SHUTDOWN_S):
        raise Wrong(
            "A word in a line ends the whole server",
            seen=f"Ann sent lines with {', '.join(map(quoted, WORDS))}; then main "
            "returned",
            expected="A server that runs on until ctrl-c is pressed",
            why="A client that sends such a word may want to leave, but the others "
            "stay.",
            look=look,
        )


def _hear_many(peer: Peer, first: int, server: Served) -> None:
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


def all_at_once(answer: Answer) -> None:
    """All clients are served at the same time, each by its own thread"""
    with _serving(answer) as server, _connected(CLIENTS, server) as peers:
        for number in (1, 2):
            for peer in reversed(peers):  # none speaks before all are connected
                _hear_among(peer, peers, number, server)


def leaving(answer: Answer) -> None:
    """When a client leaves, its thread ends, and all others are served on"""
    with _serving(answer) as server:
        alone = len(server.where())
        with _connected(3, server) as (ann, bob, cleo):
            for peer in (ann, bob, cleo):
                _hear(peer, b"hello", 1, server)
            _see_off(ann, server)
            bob.reset()
            _await_threads(alone + 1, server)
            _hear_after(cleo, b"still here", 2, server)
            with _newcomer(server) as dora:
                _hear_after(dora, b"hello", 1, server)
        if server.errors:
            raise diagnoses.broken_off(server)


def stops(answer: Answer) -> None:
    """Ctrl-c ends the server in under a second, whoever is connected"""
    with _serving(answer) as server:
        alone = len(server.where())
        with _connected(CLIENTS, server) as peers:
            leavers = peers[1::4]
            for peer in peers:
                _hear(peer, b"hello", 1, server)
            for peer in leavers:
                _see_off(peer, server)
            _await_threads(alone + CLIENTS - len(leavers), server)
            server.slow_prints()
            _interrupt(server)
            begun_at = time.monotonic()
            if not _ends(server):
                stayers = [peer for peer in peers if peer not in leavers]
                took_s = time.monotonic() - begun_at
                raise stopping.still_running(server, stayers, took_s)
            _await_last_words(server, alone - 1)


def stops_when_busy(answer: Answer) -> None:
    """Ctrl-c ends the server even while clients are busy"""
    with (
        _serving(answer) as server,
        server.connect("client 1") as ann,
        server.connect("client 2", receive_bytes=WINDOW) as bob,
    ):
        _hear(ann, b"hello", 1, server)
        _hear(bob, b"hello", 1, server)
        _fill(bob, server)
        talker = threading.Thread(target=_talk_on, args=(ann,), daemon=True)
        talker.start()
        _interrupt(server)
        if not _ends(server, ann):
            raise stopping.busy(server)
        talker.join()


def _fill(peer: Peer, server: Served) -> None:
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
    for _ in range(LOOKS):
        if not server.rests():
            return False
        time.sleep(LOOK_S / 10)
    return True


def _talk_on(peer: Peer) -> None:
    """Send one line after the other until the server is gone."""
    with contextlib.suppress(Silent, Closed):
        while True:
            peer.send(b"and on\n")
            peer.line()


def starts_again(answer: Answer) -> None:
    """A server that is stopped and started again gets the same port at once"""
    with _serving(answer) as server, server.connect("Ann") as ann:
        _hear(ann, b"hello", 1, server)
        _interrupt(server)  # its side closes first: the connections are kept
        server.ends()
    with serve(answer, str(server.port), wait=False) as again:
        try:
            again.await_listening()
        except Wrong:
            if again.errors and "in use" in again.errors[0][0]:
                raise stopping.port_reserved(again) from None
            raise


@contextlib.contextmanager
def _serving(answer: Answer, **settings: bool) -> Iterator[Served]:
    """Run the answer; if it raises an exception, that explains all that follows."""
    with serve(answer, **settings) as server:
        try:
            yield server
        except Wrong as wrong:
            if server.has_failed() and (known := known_error(server)):
                raise known from None
            raise diagnoses.of_processes(wrong, answer) or wrong from None
        except (Silent, Closed, OSError):
            if server.has_failed() and (known := known_error(server)):
                raise known from None
            raise


def _interrupt(server: Served) -> None:
    """Press ctrl-c when all who are served are in the list of clients.

    Before that it would find the gap that the lesson leaves open as a question.
    """
    server.soon(lambda: places.waits_for_clients(server))
    server.interrupt()


def _ends(server: Served, talker: Peer | None = None) -> bool:
    """Wait for the end of the process, for as long as it works towards it.

    On a busy machine that takes long.  So only the time counts in which all of its
    threads wait for something, and that in which a client who talks on is answered:
    then her thread has had its turns, and has used them for something else.  A stop
    that works for longer than that spins.
    """
    end_at = time.monotonic() + LONGEST_STOP_S
    idle = _Idle(server)
    serving_s = 0.0
    heard, used_before_s = 0, server.used_s()
    while server.ends(LOOK_S) is None:
        before, heard = heard, len(talker.received) if talker else 0
        idle.look()
        serving_s += LOOK_S * (heard > before > 0)
        spins = server.used_s() - used_before_s > STOP_S
        is_over = idle.seconds > STOP_S or serving_s > SERVING_S or spins
        if is_over or time.monotonic() > end_at:
            return server.ends(0.0) is not None
    return True


class _Idle:
    """Counts the seconds in which a server waits.

    If it waits at a look, and no thread has run since the last one, all the time in
    between counts, however busy the machine has kept us.  If one has run, only as much
    counts as on a machine at rest.
    """

    def __init__(self, server: Served) -> None:
        self.seconds = 0.0
        self._server = server
        self._looked_at, self._turns = time.monotonic(), server.turns()

    def look(self) -> None:
        """Count the time since the last look."""
        waits = self._server.rests()
        now, turns = time.monotonic(), self._server.turns()
        has_run = not turns or turns != self._turns
        if waits:
            self.seconds += LOOK_S if has_run else now - self._looked_at
        self._looked_at, self._turns = now, turns


# ---- clients


@contextlib.contextmanager
def _connected(count: int, server: Served) -> Iterator[list[Peer]]:
    """Yield clients who are connected and have said nothing."""
    with contextlib.ExitStack() as stack:
        names = (f"client {number}" for number in range(1, count + 1))
        yield [stack.enter_context(server.connect(name)) for name in names]


def _newcomer(server: Served) -> Peer:
    try:
        return server.connect("Dora")
    except OSError:
        raise diagnoses.took_the_server_along("Dora", server) from None


def _say(peer: Peer, line: bytes, number: int, server: Served) -> None:
    """Send a line, which must come back with its number; raise Silent or Closed."""
    peer.send(line + b"\n")
    _expect(peer, b"%d %s\n" % (number, line), server.answer)


def _expect(peer: Peer, expected: bytes, answer: Answer) -> None:
    if (came := peer.line()) != expected:
        raise replies.another_answer(peer, came, expected, answer)


def _hear(peer: Peer, line: bytes, number: int, server: Served) -> None:
    """Let a client send a line; its answer must not wait for another client."""
    with _explained(peer, line, number, server):
        _say(peer, line, number, server)


def _hear_soon(peer: Peer, line: bytes, number: int, server: Served) -> None:
    """Let a client say a line; raise Wrong if the server rests before it answers."""
    peer.send(line + b"\n")
    is_late = KNOWS_WHO_RESTS and _rests_first(peer, line, server)
    with _explained(peer, line, number, server):
        _expect(peer, b"%d %s\n" % (number, line), server.answer)
    if is_late:
        raise Wrong(
            "The server waits before it answers",
            seen=f"{peer.name} sent {quoted(line)}; for {LATE_S} s the server did "
            "nothing at all, and then it answered",
            expected="An answer at once",
            why="The server already has all that it needs for the answer.",
            look=server.answer.line_with("sleep(", "Timer(", own=True),
        )


def _rests_first(peer: Peer, line: bytes, server: Served) -> bool:
    """Tell whether the server rests for long before anything comes.

    Raise Wrong if nothing comes, and it spins.
    """
    rested, since = 0, time.monotonic()  # looks, one after the other

    def has_come() -> bool:
        nonlocal rested, since
        rested = rested + 1 if server.rests() else 0
        since = since if rested else time.monotonic()
        is_late = rested >= LATE_LOOKS and time.monotonic() - since > LATE_S
        return peer.has_news() or is_late

    if not server.soon(has_come):
        raise replies.unanswered(peer, line, server)
    return not peer.has_news()


@contextlib.contextmanager
def _explained(peer: Peer, line: bytes, number: int, server: Served) -> Iterator[None]:
    """Explain what comes in place of an answer."""
    try:
        yield
    except Closed:
        raise diagnoses.cut_off(peer, number, server) from None
    except Silent:
        raise replies.unanswered(peer, line, server) from None


def _hear_among(peer: Peer, peers: list[Peer], number: int, server: Served) -> None:
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


def _hear_after(peer: Peer, line: bytes, number: int, server: Served) -> None:
    """Let a client say a line when another one has left."""
    try:
        _say(peer, line, number, server)
    except (Silent, Closed):
        raise diagnoses.took_the_server_along(peer.name, server) from None


def _see_off(peer: Peer, server: Served) -> None:
    """Let a client leave; its connection must be closed."""
    peer.half_close()
    try:
        peer.end()
    except Silent:
        seen = f"{peer.name} has left; its connection stays open"
        raise diagnoses.lingers(server, seen) from None


def _await_threads(most: int, server: Served) -> None:
    """Wait until the server has no more threads than that."""
    if not server.soon(lambda: len(server.where()) <= most):
        seen = (
            f"{len(server.where())} threads are running, but only {most} have "
            "something to do"
        )
        raise diagnoses.lingers(server, seen)


def _await_last_words(server: Served, others: int) -> None:
    """Wait until each thread has said that it came to its end, but for `others`."""
    if server.errors:
        raise server.explained(OSError(server.errors[0][0]))

    def told() -> list[str]:
        return re.findall(rf"{GONE} (-?\d+)", "\n".join(server.printed))

    if not until(lambda: len(told()) >= CLIENTS, BRIEF_S):
        raise stopping.dropped(server, len(told()), CLIENTS, GONE)
    if wrong := set(told()) - {"1"}:
        raise stopping.miscounted(server, GONE, wrong)
    if server.left_behind > others:  # those that serve no client
        raise stopping.left_behind(server)


CHECKS = (numbers_lines, all_at_once, leaving, stops, stops_when_busy, starts_again)
