"""Judges step 12: the room over the wire, then the room's own conformance suite."""

import importlib.util
import re
import time

from lessons.checking import (
    Answer,
    Peer,
    Served,
    Silent,
    Wrong,
)
from lessons.checking.timing import is_busy
from lessons.step12_select import (
    check_leaving,
    check_rest,
    check_slow,
    check_turn,
    suite,
)
from lessons.step12_select.talking import (
    TURNS,
    await_line,
    greeted,
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
TALKS, A_FEW = 20, 5
SOON_ENOUGH_S = 0.02


def lets_in(answer: Answer) -> None:
    """Clients are greeted, and what they send is read"""
    with room(answer) as server, greeted(server, "ann", "No client is greeted") as ann:
        say_name(ann, server)
        with greeted(server, "bob", "Only the first client is greeted") as bob:
            say_name(bob, server)
            await_line(ann, b"[INFO] bob joined\n", server)
            pass_on(ann, bob)


def finds_lines(answer: Answer) -> None:
    """Every line is handled, however the bytes come"""
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
                "A line that is not UTF-8 gets no answer",
                seen="ann sent a line that is not UTF-8; no [ERROR] line came",
                expected="Everything that `feed` returns passed to `receive`, even a "
                "Fault",
                why="A user who is not told about a mistake believes that the line "
                "arrived.",
                look=answer.line_with("receive("),
            )


def answers_soon(answer: Answer) -> None:
    """The loop wakes up as soon as something comes"""
    with room(answer) as server, pair(server) as (ann, bob):
        took_s: list[float] = []
        used_s = server.cpu_s()
        for _ in range(TALKS):
            if len(took_s) == A_FEW and min(took_s) > SOON_ENOUGH_S and not is_busy():
                break  # where each takes long, they will do
            begun_at = time.monotonic()
            pass_on(ann, bob)
            took_s.append(time.monotonic() - begun_at)
        # On a busy machine all may be late if it spins, and only then: told later.
        spins = server.cpu_s() - used_s > sum(took_s) / 10
        if min(took_s) > SOON_ENOUGH_S and not spins:
            raise Wrong(
                "The loop sleeps instead of waiting in select",
                seen=f"ann sent {len(took_s)} lines to bob; the fastest took "
                f"{1000 * min(took_s):.0f} ms",
                expected="Less than one millisecond",
                why="`select` returns at the moment when something can be done. A "
                "loop that sleeps instead makes everyone wait.",
                look=answer.line_with("sleep("),
            )


def passes_the_suite(answer: Answer) -> None:
    """The answer passes the conformance suite that the threaded room passes"""
    if importlib.util.find_spec("pytest") is None:
        return  # all that it tests first has been tested above
    failure = suite.first_failure(answer.path)
    if failure:
        test, message = failure
        says = re.sub(r"^test_\d*_?", "", test).replace("_", " ")
        raise Wrong(
            f"A test in the room's suite fails: {says}",
            seen=f"{test}: {message}",
            expected="The same as `python -m chat.server`, which passes this test",
            why="Nobody who uses a room should notice how it was built.",
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
            "Only one line is handled at each wake-up"
            if len(came) == 1
            else "Some of many lines that come at once are not handled",
            seen=f"{BURST} lines came in one piece. {len(came)} of them were "
            "handled, and no more, although other lines came later",
            expected="All of them handled",
            why="These bytes have been read already, so the socket will not wake the "
            "loop up for them again.",
            look=server.answer.line_with("feed(", "recv("),
        )
    for line, wanted in zip(came, due, strict=False):
        same(line, wanted)


def _waits_for_the_rest(answer: Answer) -> Wrong:
    return Wrong(
        "While one client's line is unfinished, no other client is served",
        seen="ann sent half a line; then bob sent `@people`, and got no answer",
        expected="An answer for bob, whatever ann does",
        why="Each client has its own buffer, client.lines, and the loop waits "
        "for nobody.",
        look=answer.line_with("feed(", "recv("),
    )


CHECKS = (
    lets_in,
    finds_lines,
    answers_soon,
    check_turn.ends_its_turn,
    check_slow.waits_for_nobody,
    check_leaving.sees_off,
    check_leaving.lets_come_and_go,
    check_turn.serves_everyone,
    check_leaving.bears_resets,
    check_rest.rests,
    passes_the_suite,
)
