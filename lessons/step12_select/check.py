"""Judges step 12: the room over the wire, then the room's own conformance suite."""

import contextlib
import importlib.util
import time

from lessons.checking import (
    Answer,
    Closed,
    Peer,
    Served,
    Silent,
    Wrong,
    spend,
)
from lessons.checking.diagnosis import quoted
from lessons.step12_select import check_slow, check_turn, suite
from lessons.step12_select.talking import (
    await_line,
    blame_a_closed_socket,
    greeted,
    joined,
    pair,
    pass_on,
    room,
    same,
    say_name,
    settle,
    torn,
)

CHECK_LIMIT_S = suite.LATEST_S + 5.0
BURST = 50
TURNS = 20
SOON_ENOUGH_S = 0.02
YARDSTICK_S = 0.05  # of processor time, to hold a server at rest against
LOOKS = 5  # at a server that works
MANY = 3000  # questions, whose answers are more than the kernel holds


def lets_in(answer: Answer) -> None:
    """Clients are greeted, and what they send is read"""
    with room(answer) as server, greeted(server, "ann", "Nobody is greeted") as ann:
        say_name(ann, server)
        with greeted(server, "bob", "Only the first client is greeted") as bob:
            say_name(bob, server)
            await_line(ann, b"[INFO] bob joined\n", server)
            pass_on(ann, bob)


def finds_lines(answer: Answer) -> None:
    """Every line counts, however the bytes come"""
    with room(answer) as server, pair(server) as (ann, bob):
        for piece in (b"@all hal", b"f a caf\xc3"):
            ann.send(piece)
            settle(bob, server)  # by now the piece has been read
        ann.send(b"\xa9\n")
        _expect_whole(bob, server)
        ann.send(b"".join(b"@all line %d\n" % n for n in range(BURST)))
        for n in range(BURST):
            _expect_next(bob, n, server)


def answers_soon(answer: Answer) -> None:
    """It wakes up as soon as something comes"""
    with room(answer) as server, pair(server) as (ann, bob):
        took_s = []
        used_s = server.cpu_s()
        for _ in range(TURNS):
            begun_s = time.monotonic()
            pass_on(ann, bob)
            took_s.append(time.monotonic() - begun_s)
        # On a busy machine all may be late if it spins, and only then: told later.
        spins = server.cpu_s() - used_s > sum(took_s) / 10
        if min(took_s) > SOON_ENOUGH_S and not spins:
            raise Wrong(
                "It sleeps between two looks",
                seen=f"Of {TURNS} lines from ann to bob the fastest took "
                f"{1000 * min(took_s):.0f} ms",
                expected="Less than one",
                why="`select` returns in the moment in which something can be done; "
                "who sleeps instead lets everyone wait.",
                look=answer.line_with("sleep("),
            )


def sees_off(answer: Answer) -> None:
    """Who has sent its last line gets its answers, and leaves"""
    with room(answer) as server, pair(server) as (ann, bob):
        bob.send(b"@help\n" * MANY + b"@bob last\n")  # he reads no answer yet
        bob.half_close()
        _await_news(ann, bob, server)
        try:
            rest = bob.end()
        except Closed:
            rest = bytes(bob.received)
        if not rest.endswith(b"bob (private): last\n"):
            raise _lost_answers(rest, answer)
        settle(ann, server)


def bears_resets(answer: Answer) -> None:
    """A connection that breaks ends nobody else's"""
    with room(answer) as server, pair(server) as (ann, bob):
        bob.reset()
        _await_loss(ann, "A reset ends the server for everyone", server)
    with room(answer) as server, pair(server) as (ann, bob):
        bob.send(b"@help\n" * MANY + b"@ann done\n")
        await_line(ann, b"bob (private): done\n", server)
        settle(ann, server)  # his answers wait, and his socket is full
        bob.reset()
        _await_loss(ann, "To write to a client that has gone ends the server", server)


def rests(answer: Answer) -> None:
    """It has one thread, which rests while nothing happens"""
    with room(answer) as server:
        if _is_busy(server):
            raise _spins(
                "It never waits",
                "no client was there",
                answer.line_with("select.select(", ".select("),
            )
        with pair(server) as (ann, _):
            _count_threads(server)
            if _is_busy(server):
                raise _spins(
                    "It waits for room that is there",
                    "two clients were there, and nothing waited to be sent to them",
                    answer.line_with("select.select(", ".select("),
                )
            with joined(server, "eve") as eve:
                eve.send(b"@help\n" * MANY)  # she takes none of the answers
                eve.half_close()
                for news in (b"joined", b"left"):
                    await_line(ann, b"[INFO] eve %s\n" % news, server)
                if _is_busy(server):
                    raise _spins(
                        "It waits for bytes after the end of file",
                        "one client had sent its last byte, and its answers waited",
                        answer.line_with("select.select(", ".select("),
                    )
                eve.reset()
                if _is_busy(server):
                    raise _spins(
                        "What waits for a client that has gone is sent again and again",
                        "a client had gone without having read its answers",
                        answer.line_with("except", "end(", within="write"),
                    )


def passes_the_suite(answer: Answer) -> None:
    """The conformance suite that the threaded room passes"""
    if importlib.util.find_spec("pytest") is None:
        return  # all that it tests first has been tested above
    failure = suite.first_failure(answer.source)
    if failure:
        test, message = failure
        raise Wrong(
            "The room's own test suite refuses it",
            seen=f"{test}: {message}",
            expected="What `python -m chat.server` does: it passes this test",
            why="Who talks to a room need not know how it was built.",
            look=answer.line_with("receive("),
        )


def _expect_whole(bob: Peer, server: Served) -> None:
    due = "ann: half a café\n".encode()
    try:
        line = bob.line()
    except Silent:
        line = b""
    if line != due:
        raise torn(line, server.answer.line_with("recv("))


def _expect_next(bob: Peer, n: int, server: Served) -> None:
    try:
        line = bob.line()
    except Silent:
        raise Wrong(
            "Only one line is done at each wake-up",
            seen=f"{BURST} lines came in one piece; {n} of them were done",
            expected="All of them",
            why="The bytes have been read: the socket will not wake the loop up for "
            "them again.",
            look=server.answer.line_with("feed(", "recv("),
        ) from None
    same(line, b"ann: line %d\n" % n)


def _is_busy(server: Served) -> bool:
    """Tell whether the server works while it has nothing to do.

    It may have something left to do: who never rests works each time that we look.
    """
    return all(_works(server) for _ in range(LOOKS))


def _works(server: Served) -> bool:
    """Tell whether the server uses a processor.

    We work as long, by our own processor time: so a machine that is busy with other
    things has given as much to a server that wants it.
    """
    before_s = server.cpu_s()
    spend(YARDSTICK_S)
    return server.cpu_s() - before_s > YARDSTICK_S / 5


def _spins(title: str, when: str, look: str) -> Wrong:
    return Wrong(
        title,
        seen=f"While {when}, the server used a processor without a pause",
        expected="A thread that rests in `select` and uses none",
        why="A socket that is asked for and ready makes `select` return at once: the "
        "loop then turns as fast as it can, for nothing.",
        look=look,
    )


def _count_threads(server: Served) -> None:
    threads = server.where()
    if len(threads) > 1:
        raise Wrong(
            "It has more than one thread",
            seen=", ".join(standing.thread for standing in threads),
            expected="MainThread alone",
            why="Two threads at one backlog need a lock; in one thread nothing can "
            "come between two lines of your code.",
            look=server.answer.line_with("Thread("),
        )


def _await_news(ann: Peer, bob: Peer, server: Served) -> None:
    """Let ann hear that bob has left."""
    try:
        same(ann.line(), b"[INFO] bob left\n")
    except (Silent, Closed):
        blame_a_closed_socket(server)
        if _hears_after_reading(ann, bob):
            raise Wrong(
                "Who has a backlog is not listened to",
                seen="bob sent his last line and his end of file while answers to him "
                "waited; nobody heard of it until he had read them",
                expected="Every client that has not ended in the list to be read from",
                why="The two directions do not depend on each other: who reads slowly "
                "may have something to say, or may leave.",
                look=server.answer.line_with("select.select(", ".select("),
            ) from None
        raise Wrong(
            "The end of file is not noticed",
            seen="bob has sent his end of file; nobody hears of it",
            expected="`[INFO] bob left` for the others",
            why="`recv` returns b'' once he sends no more, at every turn, until the "
            "loop does something about it.",
            look=server.answer.line_with("recv("),
        ) from None


def _hears_after_reading(ann: Peer, bob: Peer) -> bool:
    """Let bob read what waits for him; tell whether ann then hears that he left."""
    with contextlib.suppress(Silent, Closed):
        bob.end()
    try:
        return ann.line() == b"[INFO] bob left\n"
    except (Silent, Closed):
        return False


def _lost_answers(came: bytes, answer: Answer) -> Wrong:
    return Wrong(
        "The answers are lost when a client has no more to send",
        seen=f"bob asked {MANY} times for help, sent `@bob last` and his end of file; "
        f"then he read. What came ends with {quoted(came[-40:])}",
        expected="All answers, and then the end",
        why="The end of file says that he sends no more; he still reads.",
        look=answer.line_with("drop(", "remove(", "close(", within="read"),
    )


def _await_loss(ann: Peer, title: str, server: Served) -> None:
    """Let ann hear that bob, whose connection broke, has left; and talk on."""
    try:
        same(ann.line(), b"[INFO] bob left\n")
        settle(ann, server)
    except (Silent, Closed):
        if not server.has_failed():
            raise
        error, look = server.errors[0]
        raise Wrong(
            title,
            seen=f"{error}, when one client's connection broke",
            expected="That client dropped, and the loop going on",
            why="One thread serves all: an exception that nobody handles ends it for "
            "all.",
            look=look,
        ) from None


CHECKS = (
    lets_in,
    finds_lines,
    answers_soon,
    check_turn.ends_its_turn,
    check_slow.waits_for_nobody,
    sees_off,
    bears_resets,
    rests,
    passes_the_suite,
)
