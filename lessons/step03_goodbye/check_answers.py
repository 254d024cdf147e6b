"""Judges what the clients of step 3 get back: each line, and a word on a long one."""

from lessons.checking import Answer, Closed, Peer, Served, Silent, Wrong, serve
from lessons.checking.diagnosis import quoted
from lessons.checking.patience import see_no_nap, see_prompt
from lessons.step03_goodbye.check_lines import still_cuts

MUCH = 200_000  # bytes; a server may receive them one by one, and print each


def answers(answer: Answer) -> None:
    """Each line comes back while the client is still there"""
    with serve(answer) as server, server.connect() as ann:
        see_no_nap(server, "the client had said nothing yet")
        ann.send(b"hel")
        _await_receipt(ann, server)
        ann.send(b"lo\nbye\n")
        see_prompt(ann, server)
        try:
            came = ann.take(10)
            ann.send(b"more\n")
            see_prompt(ann, server)
            came += ann.take(5)
        except Silent:
            look = server.waits_at()
            _only_at_the_end(ann, look)
            if not (came := bytes(ann.received)):
                if "recv" not in look and not server.sleeps():  # it computes
                    raise
                still_cuts(answer)  # what it received may have given no line
                raise _sends_nothing(answer, look) from None
        except Closed:
            if server.has_failed():
                raise
            raise Wrong(
                "The connection is closed while the client may still send",
                seen="b'hel' was sent, then b'lo\\nbye\\n', then b'more\\n'; "
                f"{bytes(ann.received)!r} came, then the end",
                expected="Each line, and a connection that stays open",
                why="How much recv() returns says nothing about whether more will "
                "come; only b'' does.",
                look=answer.line_with("len(data)") or answer.line_with("recv("),
            ) from None
        if came.startswith((b"lo\nbye\nlo\n", b"hello\nbye\nhello\n")):
            raise Wrong(
                "The piece from recv() is sent back instead of the lines in it",
                seen=f"b'hel' was sent, then b'lo\\nbye\\n'; {came!r} came back",
                expected="b'hello\\nbye\\n': each line once",
                why="`data` is a piece of the stream, cut wherever the network cut "
                "it. feed() returns the lines.",
                look=answer.line_with(".send", within="talk"),
            )
        if came != b"hello\nbye\nmore\n":
            still_cuts(answer)  # it may be the buffer
        if came.startswith(b"lo\n"):
            raise Wrong(
                "The start of a line is forgotten before its rest comes",
                seen="b'hel' was sent, then b'lo\\nbye\\n'; b'lo\\nbye\\n' came back",
                expected="b'hello\\nbye\\n'",
                why="The buffer keeps the start of a line until its LF comes. A new "
                "buffer knows nothing about it.",
                look=answer.line_with("LineBuffer(", within="talk")
                or answer.line_with("recv("),
            )
        if came != b"hello\nbye\nmore\n":
            raise Wrong(
                "The lines that come back are not those that were sent",
                seen=f"b'hello\\nbye\\n' was sent in two pieces, then b'more\\n'; "
                f"{came!r} came back",
                expected="Each line as it was sent, with its LF",
                why="The client reads lines too: it needs every byte and every LF.",
                look=answer.line_with(".encode(", within="talk")
                or answer.line_with(".send"),
            )


def _sends_nothing(answer: Answer, look: str) -> Wrong:
    return Wrong(
        "Nothing is sent back",
        seen="b'hel' was sent, then b'lo\\nbye\\n', and then the end; nothing came",
        expected="b'hello\\nbye\\n'",
        why="What the server prints is seen only on its own screen. The client gets "
        "what is given to sendall().",
        look=answer.line_with(".send", ".write(", "print(", within="talk") or look,
    )


def _await_receipt(ann: Peer, server: Served) -> None:
    """Let what was sent be received on its own, also on a busy machine.

    A server that has answered questions since then has had its turn.
    """
    for _ in range(3):
        server.where()
        ann.quiet(0.02)


def _only_at_the_end(ann: Peer, look: str) -> None:
    """Raise Wrong if the answer comes when the client has no more to send."""
    ann.half_close()
    if not ann.received and ann.quiet():
        raise Wrong(
            "No line is answered until the client has left",
            seen="b'hello\\n' was sent; it came back when the client had no more to "
            "send, and not before",
            expected="b'hello\\n' at once",
            why="In a chat, people wait for an answer before they leave.",
            look=look,
        )


def _at_once(ann: Peer, answer: Answer) -> bytes:
    """Return the first answer to a line that is too long, and has not ended."""
    try:
        return ann.line()
    except Silent:
        ann.send(b"\n")
        came = ann.line()
        raise Wrong(
            "A long line is collected until its LF comes",
            seen=f"{MUCH:,} bytes without an LF were sent, and nothing came back. "
            f"Then an LF was sent, and {quoted(came)} came",
            expected=f"{answer.module.TOO_LONG!r} before the LF",
            why="The buffer throws a long line away, but it must get the bytes for "
            "that. A client that never sends an LF would fill the memory.",
            look=answer.line_with(
                "recv(", "makefile(", "readline(", within="talk", own=True
            )
            or answer.line_with("recv("),
        ) from None


def tells_the_client(answer: Answer) -> None:
    """A client that sends a very long line gets one error, and stays"""
    told = answer.module.TOO_LONG
    with serve(answer) as server, server.connect() as ann:
        try:
            ann.send(b"x" * MUCH)
            came = _at_once(ann, answer)
            ann.send(b"\nhi\n")
            if came == told:
                came += ann.line()
        except Closed:
            if server.has_failed():
                raise
            raise Wrong(
                "A long line ends the connection",
                seen=f"a line of {MUCH:,} bytes was sent, then b'hi\\n'; "
                f"{bytes(ann.received)!r} came, and then the end",
                expected=f"{told!r}, then b'hi\\n'",
                why="Pasting too much is a mistake, not a goodbye.",
                look=answer.line_with("TOO_LONG)", "TOO_LONG if", "break"),
            ) from None
        if came == told + b"\n":
            raise Wrong(
                "One LF too many is sent after TOO_LONG",
                seen=f"a line of {MUCH:,} bytes was sent; {came!r} came",
                expected=f"{told!r}",
                why="TOO_LONG ends with an LF. The client takes another one for an "
                "empty line.",
                look=answer.line_with("sendall(", ".send("),
            )
        if came != told + b"hi\n":
            raise Wrong(
                "The client is not told that its line is too long",
                seen=f"a line of {MUCH:,} bytes was sent, then b'hi\\n'; "
                f"{quoted(came)} came",
                expected=f"{told!r}, then b'hi\\n'",
                why="A user who is not told believes that the message was sent.",
                look=answer.line_with("sendall(", ".send("),
            )
        ann.send(b"\n")
        try:
            came = ann.line()
        except Closed:
            if server.has_failed():
                raise
            raise Wrong(
                "An empty line ends the connection",
                seen="b'\\n' was sent, and the connection was closed",
                expected="b'\\n'",
                why="An empty line is a line. Only b'' from recv() says that the "
                "client has left.",
                look=answer.line_with('== ""', "== ''", "not line", "if line")
                or answer.line_with("return", "break", within="talk"),
            ) from None
        if came == told:
            raise Wrong(
                "An empty line is treated like one that is too long",
                seen=f"b'\\n' was sent; {told!r} came",
                expected="b'\\n'",
                why='To `if`, "" and None are the same: both count as false. Ask '
                "whether it `is None`.",
                look=answer.line_with("if line", "not line", "line else", "line or")
                or answer.line_with("TOO_LONG", within="talk"),
            )
