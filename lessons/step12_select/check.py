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
    TURNS,
    await_line,
    blame_a_closed_socket,
    greeted,
    hears,
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
TALKS = 20
SOON_ENOUGH_S = 0.02
YARDSTICK_S = 0.05  # of processor time, to hold a server at rest against
LOOKS = 5  # at a server that works
MANY = 3000  # questions, whose answers are more than the kernel holds
PAGE, PAGES = b"x" * 2000, 200  # more than the kernel holds
ROUNDS = 6  # of one client that comes and goes
CROWD = 20


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
            try:
                early = settle(bob, server)  # by now the piece has been read
            except Silent:
                raise _waits_for_the_rest(answer) from None
            if early:
                raise torn(early[0], answer.line_with("recv("))
        ann.send(b"\xa9\n")
        _expect_whole(bob, server)
        ann.send(b"".join(b"@all line %d\n" % n for n in range(BURST)))
        _expect_burst(bob, server)
        ann.send(b"@all \xff\n")
        if not [line for line in settle(ann, server) if line.startswith(b"[ERROR]")]:
            raise Wrong(
                "A bad line gets no answer",
                seen="ann sent a line that is not UTF-8; no [ERROR] line came",
                expected="All that `feed` returns given to `receive`, also a Fault",
                why="Whoever is not told of a mistake believes that the line arrived.",
                look=answer.line_with("receive("),
            )


def answers_soon(answer: Answer) -> None:
    """It wakes up as soon as something comes"""
    with room(answer) as server, pair(server) as (ann, bob):
        took_s = []
        used_s = server.cpu_s()
        for _ in range(TALKS):
            begun_s = time.monotonic()
            pass_on(ann, bob)
            took_s.append(time.monotonic() - begun_s)
        # On a busy machine all may be late if it spins, and only then: told later.
        spins = server.cpu_s() - used_s > sum(took_s) / 10
        if min(took_s) > SOON_ENOUGH_S and not spins:
            raise Wrong(
                "It sleeps between two looks",
                seen=f"Of {TALKS} lines from ann to bob the fastest took "
                f"{1000 * min(took_s):.0f} ms",
                expected="Less than one",
                why="`select` returns in the moment in which something can be done; "
                "who sleeps instead lets everyone wait.",
                look=answer.line_with("sleep("),
            )


def lets_come_and_go(answer: Answer) -> None:
    """Many are served at once, and others after them"""
    with room(answer) as server, joined(server, "ann") as ann:
        for n in range(ROUNDS):
            with _join(server, f"eve{n}"):
                await_line(ann, b"[INFO] eve%d joined\n" % n, server)
            if not hears(ann, b"[INFO] eve%d left\n" % n, server):
                raise _end_not_noticed(answer, f"eve{n} closed her connection")
        with contextlib.ExitStack() as stack:
            try:
                crowd = [
                    stack.enter_context(_join(server, f"cat{n}")) for n in range(CROWD)
                ]
            except Silent as silent:
                raise _not_served(answer, f"one more came, and got {silent}") from None
            for cat in crowd:
                await_line(ann, f"[INFO] {cat.name} joined\n".encode(), server)
            ann.send(b"@all hi\n")
            settle(ann, server)
            for cat in crowd:
                lines = settle(cat, server)
                if lines[-1:] != [b"ann: hi\n"]:
                    raise _not_served(
                        answer, f"one said `@all hi`, and {cat.name} got {lines[-1:]}"
                    )


def _not_served(answer: Answer, what: str) -> Wrong:
    return Wrong(
        "Of many clients some are not served",
        seen=f"up to {CROWD + 1} clients were there; {what}",
        expected="What is due, for every client",
        why="select returns all that are ready; each of them waits.",
        look=answer.line_with("for ", within="turn"),
    )


def _join(server: Served, name: str) -> Peer:
    try:
        return joined(server, name)
    except (Silent, Closed, ConnectionError):
        blame_a_closed_socket(server)
        raise


def sees_off(answer: Answer) -> None:
    """Who has sent its last line gets its answers, and leaves"""
    with room(answer) as server, pair(server) as (ann, bob):
        ann.send(b"@bob %s\n" % PAGE * PAGES)  # he does not read them yet
        settle(ann, server)
        due = b"ann (private): %s\n" % PAGE * PAGES
        bob.send(b"@ann done\n")
        if not hears(ann, b"bob (private): done\n", server):
            raise _is_not_listened_to(server, ann, bob, due)
        bob.half_close()
        if not hears(ann, b"[INFO] bob left\n", server):
            raise _is_not_seen_off(server, ann, bob, due)
        try:
            rest = bob.end()
        except Closed:
            rest = bytes(bob.received)
        except Silent:
            raise _gets_nothing_more(bob, due, server) from None
        if not rest.endswith(due):
            raise _lost_answers(rest, due, answer)
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
    failure = suite.first_failure(answer.path)
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


def _expect_burst(bob: Peer, server: Served) -> None:
    due = [b"ann: line %d\n" % n for n in range(BURST)]
    came: list[bytes] = []
    in_vain = 0  # a loop may read little at a time
    while len(came) < BURST and in_vain < TURNS:
        news = settle(bob, server)
        in_vain = 0 if news else in_vain + 1
        came += news
    for line in came:
        if line not in due:
            same(line, due[0])
    if len(came) < BURST:
        raise Wrong(
            "Only one line is done at each wake-up"
            if len(came) == 1
            else "Of many lines that come at once some are not done",
            seen=f"{BURST} lines came in one piece; {len(came)} of them were done, and "
            "no more although other lines came",
            expected="All of them",
            why="The bytes have been read: the socket will not wake the loop up for "
            "them again.",
            look=server.answer.line_with("feed(", "recv("),
        )
    for line, wanted in zip(came, due, strict=False):
        same(line, wanted)


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


def _is_not_listened_to(server: Served, ann: Peer, bob: Peer, due: bytes) -> Wrong:
    """Say why ann has not heard bob, for whom much waits."""
    bob.take(len(due))
    if not hears(ann, b"bob (private): done\n", server):
        return Wrong(
            "What a client sends is never read",
            seen="bob sent a line while much waited to be sent to him; nobody heard it",
            expected="`bob (private): done` for ann",
            why="The system wakes the loop up for a client only if it is asked to.",
            look=server.answer.line_with("select.select(", ".select("),
        )
    return Wrong(
        "Who has a backlog is not listened to",
        seen="bob sent a line while much waited to be sent to him; nobody heard it "
        "until he had read that",
        expected="Every client that has not ended in the list to be read from",
        why="The two directions do not depend on each other: who reads slowly may have "
        "something to say, or may leave.",
        look=server.answer.line_with("select.select(", ".select("),
    )


def _is_not_seen_off(server: Served, ann: Peer, bob: Peer, due: bytes) -> Wrong:
    """Say why ann has not heard that bob has left, for whom much waits."""
    bob.take(len(due))
    if not hears(ann, b"[INFO] bob left\n", server):
        return _end_not_noticed(server.answer, "bob has sent his end of file")
    return Wrong(
        "At the end of file nobody hears that the client has left",
        seen="bob sent his end of file while much waited to be sent to him; the others "
        "heard that he had left only when he had read that",
        expected="self.clients.end(client), at the end of file",
        why="It lets him leave at once, and his answers go on. To set `ended` alone "
        "tells the room nothing.",
        look=server.answer.line_with(".ended = ", "ended=")
        or server.answer.line_with("recv("),
    )


def _end_not_noticed(answer: Answer, what: str) -> Wrong:
    return Wrong(
        "The end of file is not noticed",
        seen=f"{what}; nobody hears of it",
        expected="`[INFO] ... left` for the others",
        why="`recv` returns b'' once a client sends no more, at every turn, until the "
        "loop does something about it.",
        look=answer.line_with("recv("),
    )


def _gets_nothing_more(bob: Peer, due: bytes, server: Served) -> Wrong:
    if len(bob.received) >= len(due):
        return Wrong(
            "A client that has got everything is not closed",
            seen="bob sent his end of file, and got all that waited; then no end came",
            expected="The end of the connection",
            why="He waits for it, and his socket is kept for nothing.",
            look=server.waits_at(),
        )
    return Wrong(
        "A client that has ended gets nothing any more",
        seen=f"{len(due):,} bytes waited for bob; he sent his end of file, and then he "
        f"read. {len(bob.received):,} bytes came, and then nothing",
        expected="All that waited, and then the end",
        why="The end of file says that he sends no more; he still reads.",
        look=server.answer.line_with("ended", within="turn") or server.waits_at(),
    )


def _waits_for_the_rest(answer: Answer) -> Wrong:
    return Wrong(
        "While one client's line is unfinished nobody else is served",
        seen="ann sent the half of a line; then bob sent `@people`, and got no answer",
        expected="An answer for bob, whatever ann does",
        why="Each client has a buffer of its own, client.lines; and the loop waits for "
        "nobody.",
        look=answer.line_with("feed(", "recv("),
    )


def _lost_answers(came: bytes, due: bytes, answer: Answer) -> Wrong:
    return Wrong(
        "The answers are lost when a client has no more to send",
        seen=f"{len(due):,} bytes waited for bob; he sent his end of file, and then he "
        f"read. What came ends with {quoted(came[-40:])}",
        expected="All that waited, and then the end",
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
    lets_come_and_go,
    bears_resets,
    rests,
    passes_the_suite,
)
