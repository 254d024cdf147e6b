"""Judges step 4: three predictions, then who waits for whom at the learner's server."""

from lessons.checking import (
    SCALE,
    SOON_S,
    Answer,
    Closed,
    Peer,
    Served,
    Silent,
    Wrong,
    serve,
)
from lessons.checking.crowd import see_many
from lessons.checking.diagnosis import quoted
from lessons.checking.farewell import ends_at_an_empty_line
from lessons.checking.patience import (
    limited,
    see_idle,
    see_no_nap,
    see_patience,
    see_prompt,
)
from lessons.checking.watched import SPENT_S
from lessons.step04_one_at_a_time.timelines import predictions

LINES = (b"hello", b"still here", b"", b"  a  b \t")
CONNECT_S = 1.0 * SCALE  # for what the kernel does alone


def first_come(answer: Answer) -> None:
    """The first client is served, line by line"""
    with serve(answer) as server:
        see_no_nap(server, "nobody had connected yet")
        _talk_alone(server)


def _talk_alone(server: Served) -> None:
    with server.connect("Ann") as ann:
        see_no_nap(server, "Ann had said nothing yet")
        for number, line in enumerate(LINES, 1):
            _await_reply(ann, line, number, server)
        ann.send(b"two\nat once\n")
        for expected in (b"5 two\n", b"6 at once\n"):
            if (came := ann.line()) != expected:
                raise _misnumbered(came, expected, server.answer)


def one_at_a_time(answer: Answer) -> None:
    """A client that comes later is served when all before it have gone"""
    with serve(answer, short_waits=True) as server:
        if impatient := limited(answer):
            see_idle(server, impatient)
        _serve_in_turn(server)


def _serve_in_turn(server: Served) -> None:
    with server.connect("Ann") as ann:
        _await_reply(ann, b"hello", 1, server)
        with _wait_in_line("Bob", server) as bob, _wait_in_line("Cleo", server) as cleo:
            cleo.send(b"ho\n")
            bob.send(b"hi\n")
            _see_only_ann(ann, [bob, cleo], server)
            _await_reply(ann, b"still here", 2, server)
            _see_off(ann, server)
            _next_is(bob, b"1 hi\n", server, cleo)
            if came := cleo.quiet():
                raise _together(cleo, came, bob, server.answer)
            _see_off(bob, server)
            _next_is(cleo, b"1 ho\n", server)


def gone_before_served(answer: Answer) -> None:
    """A client may leave while it waits; the last one's connection is closed, too"""
    with serve(answer) as server, server.connect("Ann") as ann:
        _await_reply(ann, b"hello", 1, server)
        with _wait_in_line("Bob", server) as bob:
            bob.send(b"hi\n")
        _see_off(ann, server)
        with server.connect("Cleo") as cleo:
            _await_reply(cleo, b"ho", 1, server)
            _see_off(cleo, server)  # nobody waits, who would take her variable
        see_many(server, lambda peer: _hear_hi(peer, server), before=3)


def _hear_hi(peer: Peer, server: Served) -> None:
    """Let one more client speak and leave."""
    peer.send(b"hi\n")
    if (came := peer.line()) != b"1 hi\n":
        raise _misnumbered(came, b"1 hi\n", server.answer)
    _see_off(peer, server)


def _await_reply(peer: Peer, line: bytes, number: int, server: Served) -> None:
    """Send a line, which must come back with its number."""
    expected = b"%d %s\n" % (number, line)
    try:
        peer.send(line + b"\n")
        see_prompt(peer, server)
        came = peer.line()
    except Closed:
        if server.has_failed():
            raise
        if number == 1 and not server.answer.line_with("talk(", within="serve"):
            raise Wrong(
                "serve() does not call talk()",
                seen=f"{peer.name} sent {line!r}, and the connection was closed",
                expected=quoted(expected),
                why="A function runs when it is called, with parentheses after its "
                "name.",
                look=server.answer.line_with("talk", within="serve")
                or server.answer.line_with("def serve"),
            ) from None
        if number == 1:
            raise
        if not line:
            raise ends_at_an_empty_line(server.answer) from None
        first = number == 2
        raise Wrong(
            "The connection is closed after one line"
            if first
            else "A line ends the connection",
            seen=f"{peer.name}'s first line was answered; at the next one the "
            "connection was closed"
            if first
            else f"{number - 1} lines of {peer.name} were answered; at "
            f"{quoted(peer.sent)} the connection was closed",
            expected=f"{quoted(expected)}, and so on until {peer.name} leaves",
            why="A chat is more than one line: the client stays connected.",
            look=server.answer.line_with(".close()", "with connection"),
        ) from None
    except Silent:
        raise _unanswered(peer, line, number, server) from None
    if came != expected:
        raise _misnumbered(came, expected, server.answer)


def _unanswered(peer: Peer, line: bytes, number: int, server: Served) -> Exception:
    look = server.waits_at()
    if "accept(" not in look:
        return Silent(peer, f"the answer to {line!r}", peer.waited_s)
    if number == 1:
        return Wrong(
            "A client is not answered until another one has come",
            seen=f"{peer.name} is alone and sent {line!r}; the server waits in "
            "accept() for the next client",
            expected="An answer for the client that is there",
            why="Perhaps nobody else comes today.",
            look=look,
        )
    return Wrong(
        "After one line the server waits for another client",
        seen=f"{peer.name}'s first line was answered, but the next one, {line!r}, was "
        "not: the server waits in accept() for somebody else",
        expected="Every line of one client, before the next client is accepted",
        why="While your one thread waits for a new client, it does not wait for "
        "those who are already connected.",
        look=look,
    )


def _misnumbered(came: bytes, expected: bytes, answer: Answer) -> Wrong:
    return Wrong(
        "The answer is not the line with its number",
        seen=quoted(came),
        expected=quoted(expected),
        why="Each client's lines are counted from 1.",
        look=answer.line_with("send", own=True) or answer.line_with("sendall("),
    )


def _wait_in_line(name: str, server: Served) -> Peer:
    """Connect while Ann is served."""
    try:
        peer = server.connect(name, limit_s=CONNECT_S)
        peer.limit_s = SOON_S
        return peer
    except TimeoutError:
        raise Wrong(
            "A second client cannot connect while the first is served",
            seen=f"{name}'s connect() while Ann is served has not returned",
            expected="A connection that waits in the backlog of the listening socket",
            why="The number in listen() says how many clients may wait there.",
            look=server.answer.line_with("listen("),
        ) from None
    except OSError as error:
        raise Wrong(
            "A client that comes while another is served is refused",
            seen=f"{name}'s connect() while Ann is served: {type(error).__name__}",
            expected="A connection that waits in the backlog of the listening socket",
            why="While that socket is closed, no client can wait in its backlog.",
            look=server.answer.line_with("listener.close", "with listener"),
        ) from None


def _see_only_ann(ann: Peer, others: list[Peer], server: Served) -> None:
    """Wait a little: nobody else is answered, and Ann, who is silent, is not sent off.

    The limit of each wait, of a timeout for one, is over soon.
    """
    answer = server.answer
    see_patience(
        ann,
        server,
        limited(answer) or answer.line_with("close("),
        "A time-out disconnects a silent client",
        "A time-out does not serve two clients at once. It only treats the one who is "
        "here as gone.",
    )
    for other in others:
        if came := other.quiet(0.01):
            raise _together(other, came, ann, answer)


def _together(who: Peer, came: bytes, before: Peer, answer: Answer) -> Wrong:
    return Wrong(
        "Two clients are served at once",
        seen=f"{who.name} got {quoted(came)} while {before.name} was still there",
        expected=f"Nothing for {who.name} until {before.name} has gone",
        why="This step is about one thread and one client at a time; the cure comes "
        "in the next step.",
        look=answer.line_with("Thread(", "Executor(", "select", "setblocking")
        or answer.line_with("accept("),
    )


def _see_off(peer: Peer, server: Served) -> None:
    """Let a client leave; its connection must be closed."""
    peer.half_close()
    try:
        peer.end()
    except Silent:
        seen = f"{peer.name} had no more to send; "
        if spent_s := server.spun_s():
            raise Wrong(
                "talk() is called again and again for a client that has gone",
                seen=f"{seen}after that the server used {spent_s:.2f} s of the "
                f"processor, where another program got {SPENT_S:.2f} s, and did not "
                "go on to the next",
                expected="One call of talk() for each client",
                why="talk() returns when its client has gone. Then there is nothing "
                "more to do for this client.",
                look=server.answer.line_with("talk(", within="serve"),
            ) from None
        close = server.answer.line_with(".close", within="serve")
        if close and not close.endswith(")"):
            raise _uncalled(seen, close) from None
        raise Wrong(
            "The connection is not closed when its client has gone",
            seen=seen + "the connection stayed open",
            expected="An end of file from the server, at once",
            why="A connection that you do not close stays open. Its client waits "
            "for the end, and the kernel has room for only so many connections.",
            look=server.answer.line_with("talk(", within="serve"),
        ) from None


def _uncalled(seen: str, close: str) -> Wrong:
    return Wrong(
        "`close` is named but not called",
        seen=seen + "the connection stayed open",
        expected="A call: close()",
        why="Without parentheses after its name a function does not run, and Python "
        "does not complain.",
        look=close,
    )


def _out_of_order(
    peer: Peer, expected: bytes, later: Peer, early: bytes, answer: Answer
) -> Wrong:
    return Wrong(
        "The clients are not served in the order in which they came",
        seen=f"{peer.name} came first and got nothing; {later.name}, who came after "
        f"that, got {quoted(early)}",
        expected=f"{quoted(expected)} for {peer.name}",
        why="The client that has waited longest comes next: a queue, not a stack.",
        look=answer.line_with("accept(", within="serve") or answer.line_with("accept("),
    )


def _next_is(
    peer: Peer, expected: bytes, server: Served, later: Peer | None = None
) -> None:
    """Await the answer to what was sent while the others were served."""
    both = [peer, later] if later else [peer]
    has_news = server.soon(lambda: any(one.has_news() for one in both))
    if later and not peer.has_news() and (early := later.quiet(0.01)):
        raise _out_of_order(peer, expected, later, early, server.answer)
    try:
        if not has_news:  # to wait once more would bring nothing
            raise Silent(peer, "a line", 0.0)
        came = peer.line()
    except (Silent, Closed):
        if server.has_failed() and not server.errors[0][0].startswith("OSError"):
            raise
        if "sleep(" in (line := server.waits_at()):
            raise Wrong(
                "The server sleeps between two clients",
                seen=f"Ann has gone; {peer.name} waits. The server waits in {line}",
                expected=f"{quoted(expected)}, at once",
                why="accept() waits by itself, and returns as soon as somebody is "
                "there; a fixed time is always too long.",
                look=line,
            ) from None
        raise Wrong(
            "Only the first client is served",
            seen=f"Ann has gone; {peer.name}, who waited, got no answer"
            + (f". In the server: {server.errors[0][0]}" if server.errors else ""),
            expected=quoted(expected),
            why="A server must also serve the next client.",
            look=server.errors[0][1]
            if server.errors
            else server.answer.line_with("return", "break", "exit(", within="serve")
            or server.answer.line_with("accept("),
        ) from None
    if came != expected:
        raise _misnumbered(came, expected, server.answer)


CHECKS = (predictions, first_come, one_at_a_time, gone_before_served)
