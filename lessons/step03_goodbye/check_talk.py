"""Judges what `talk` of step 3 says of each end, over real connections."""

import ast
import builtins
import errno
import os
import select
import socket
import threading

from lessons.checking import SCALE, Answer, Wrong
from lessons.checking.diagnosis import quoted
from lessons.checking.farewell import ends_at, words
from lessons.checking.timing import until
from lessons.step03_goodbye.visits import (
    MOST,
    TAKEN,
    after_a_reset,
    connected,
    did,
    talked,
    visited,
    with_another_feed,
)

CHECK_LIMIT_S = 6.0 * SCALE  # a loop without an end is told soon
LINES = (b"  caf\xc3\xa9 \x0b\t", b"   ", b"", b"a\rb\x00c", b"\xff")
_SHORT = b"sixteen bytes..\n"


class _Bug(Exception):
    """Stands for a mistake somewhere in the learner's code."""


def sends_back(answer: Answer) -> None:
    """What comes back is what was sent, with all its spaces and empty lines"""
    some_words = words(answer)
    lines = [*LINES, *(line for word in some_words for line in (b"hi", word)), b"hi"]
    given = b"".join(line + b"\n" for line in lines)
    wanted = given.decode(errors="replace").encode()
    outcome, sent = visited(answer, given)
    if isinstance(outcome, Exception):
        raise outcome
    if sent == wanted:
        return
    for word in some_words:
        before = wanted[: wanted.index(b"\n" + word + b"\n") + 1]
        if sent in (before, before + word + b"\n"):
            raise ends_at(word, answer)
    send = answer.line_with(".send", ".write(", within="talk")
    if sent in (_without(wanted, b"\n"), _without(wanted, b"\n", b"   \n")):
        raise Wrong(
            "An empty line, or one with only spaces, is not answered",
            seen=f"{quoted(given)} was sent, and {quoted(sent)} came back",
            expected="Each line, even if it is empty or has only spaces",
            why="talk() does not decide what such a line means; other code does.",
            look=answer.line_with("if line", "not line", "continue", within="talk")
            or send,
        )
    if sent.count(b"\n") >= len(lines) and answer.module.TOO_LONG not in sent:
        blanks = sent.split() == wanted.split()
        pairs = zip(wanted.split(b"\n"), sent.split(b"\n"), strict=False)
        different = (pair for pair in pairs if pair[0] != pair[1])
        line, came = next(different, (wanted, sent))
        raise Wrong(
            "Spaces or tabs in a line are lost"
            if blanks
            else "The text of a line is changed",
            seen=f"the line {line!r} was to come back, and {came!r} came",
            expected="Each line as it was sent",
            why="talk() must not change what a client sent: not its spaces, not its "
            "tabs, not its é.",
            look=answer.line_with(
                "strip(", "split", ".replace(", "encode(", within="talk"
            )
            or send,
        )


def never_waits_for_more(answer: Answer) -> None:
    """Lines come back, even if recv() returns as much as it can"""
    with connected(b"hello\n") as (connection, client):
        client.half_close()
        talked(answer, connection)
    size = connection.asked
    if not 0 < size <= MOST:
        return
    lines = (_SHORT * size)[-size:]
    with connected(lines) as (connection, client):
        until(lambda: len(connection.recv(size, socket.MSG_PEEK)) == size)
        waits, came = threading.Event(), b""

        def see_wait() -> None:
            connection.on_recv = see_wait
            if not select.select([connection], [], [], 0.0)[0]:
                waits.set()

        def stay() -> None:
            nonlocal came
            until(lambda: waits.is_set() or client.has_news())
            came = client.quiet()
            client.half_close()

        connection.on_recv = see_wait
        player = threading.Thread(target=stay, daemon=True)
        player.start()
        talked(answer, connection)
        waits.set()
        player.join()
    if not came:
        raise Wrong(
            "Lines wait until recv() returns less than it could",
            seen=f"{size:,} bytes of short lines came, as many as one recv() takes "
            "here; nothing was sent back while the client stayed",
            expected="All lines at once",
            why="How much recv() returns says nothing about whether more will come. "
            "If nothing more does, the next recv() waits, and the lines wait too.",
            look=answer.line_with("len(", within="talk") or answer.line_with("recv("),
        )


def _without(stream: bytes, *lines: bytes) -> bytes:
    kept = (line for line in stream.splitlines(keepends=True) if line not in lines)
    return b"".join(kept)


def says_how(answer: Answer) -> None:
    """talk() tells apart a client that left, a lost connection, and a bug"""
    left, _ = visited(answer, b"hello\n")
    lost = after_a_reset(answer)
    if left == "left" and isinstance(lost, ConnectionError):
        raise Wrong(
            "talk() does not handle a reset",
            seen=f"A client reset its connection; talk() {did(lost)}",
            expected="talk() returns 'lost'",
            why="It is talk() that says how a client went. Whoever calls it would "
            "have to know which exceptions a connection raises.",
            look=answer.where(lost),
        )
    if (left, lost) != ("left", "lost"):
        raise Wrong(
            "A reset is reported as an ordinary goodbye"
            if left == lost == "left"
            else "talk() does not say how the client went",
            seen=f"at the end of file talk() {did(left)}; at a reset it {did(lost)}",
            expected="'left' and 'lost'",
            why="A function that ends without `return` returns None. The code that "
            "calls it does not get what it prints."
            if None in (left, lost)
            else (
                "If you look for the cause of a failure, you want to know which of "
                "the two it was."
            ),
            look=_says(answer, left, lost),
        )
    for is_told in (True, False):
        _expects_it_of_send(answer, is_told)
    for call in ("recv", "send"):
        _expects_it_aborted(answer, call)
    bugs = (_Bug("a bug"), TypeError("a bug"), ValueError("a bug"), OSError(5, ""))
    for bug in (*bugs, *_named(answer)):
        for call in ("recv", "send", "feed"):
            _lets_through(answer, bug, call, goes_on=bug not in bugs)
    _sends_all(answer)
    _goes_on_behind_a_long_line(answer)
    _starts_from_nothing(answer)


def _says(answer: Answer, left: object, lost: object) -> str:
    """Return the line that is to say how a client went, as far as that is known."""
    if left == lost and (look := answer.line_with("except ", "suppress(")):
        return look
    if None in (left, lost):
        return answer.line_with("def talk")
    return answer.line_with("return", within="talk")


def _expects_it_of_send(answer: Answer, is_told: bool) -> None:
    """Raise Wrong if talk() does not return "lost" when sending meets a reset.

    If the system has reported the reset before, the error is a broken pipe.
    """
    broken = after_a_reset(answer, in_send=True, is_told=is_told)
    if broken != "lost":
        raise Wrong(
            "A reset while talk() sends is reported as an ordinary goodbye"
            if broken == "left"
            else "A connection that breaks while talk() sends is not handled",
            seen="The client reset its connection before its line was answered; "
            f"talk() {did(broken)}",
            expected="talk() returns 'lost'",
            why="The client may break off while the server reads or while it "
            "writes. The exception may be a ConnectionResetError or a "
            "BrokenPipeError.",
            look=answer.line_with("sendall(", ".send", ".write("),
        )


def _expects_it_aborted(answer: Answer, call: str) -> None:
    """Raise Wrong if talk() does not return "lost" at a third kind of ConnectionError.

    Windows raises it where other systems say that the connection was reset.
    """

    raised = []

    def abort(*_: object) -> None:
        raised.append(call)
        raise ConnectionAbortedError(
            errno.ECONNABORTED, os.strerror(errno.ECONNABORTED)
        )

    with connected(b"hello\n") as (connection, client):
        client.half_close()
        setattr(connection, f"on_{call}", abort)
        came = talked(answer, connection)
    if raised and came != "lost":
        raise Wrong(
            "Not every ConnectionError is taken for a lost connection",
            seen=f"a ConnectionAbortedError was raised in {call}(); talk() {did(came)}",
            expected="talk() returns 'lost'",
            why="ConnectionError has several kinds. Windows raises "
            "ConnectionAbortedError where Linux raises ConnectionResetError.",
            look=answer.line_with("except ", "suppress(", within="talk"),
        )


def _lets_through(answer: Answer, bug: Exception, call: str, goes_on: bool) -> None:
    """Raise Wrong if talk() does not let an exception of that call through.

    If it `goes_on`, that may be on purpose, as after a BlockingIOError.
    """
    raised = []

    def fail(*_: object) -> None:
        raised.append(bug)
        raise bug

    with connected(b"hello\n") as (connection, client):
        client.half_close()
        if call == "feed":
            came = with_another_feed(answer, connection, fail)
        else:
            setattr(connection, f"on_{call}", fail)
            came = talked(answer, connection)
    if raised and (came == "lost" if goes_on else came is not bug):
        look = _catching(answer, bug) or answer.line_with("except ", "suppress(")
        if type(bug) is OSError:
            raise Wrong(
                "Any OSError is taken for a lost connection",
                seen="an OSError that is not a ConnectionError was raised in "
                f"{call}(); talk() {did(came)}",
                expected="Not caught: catch only ConnectionError, and no other "
                "exception",
                why="ConnectionError is one kind of OSError. A bad descriptor, for "
                "example, is another kind, and a mistake in your code.",
                look=look,
            )
        raise Wrong(
            "A bug is hidden as a lost connection",
            seen=f"{type(bug).__name__.strip('_')}, which is no ConnectionError, was "
            f"raised in {call}(); talk() {did(came)}",
            expected="talk() lets the exception through",
            why="A mistake in your code would look like a client that has left, "
            "every time, and you would never find it.",
            look=look,
        )


def _catching(answer: Answer, bug: Exception) -> str:
    """Return the line of an `except` that catches `bug`, as far as that is known."""
    for node in ast.walk(answer.tree):
        if isinstance(node, ast.ExceptHandler):
            kind = node.type or ast.Name("BaseException")
            names = [n.id for n in ast.walk(kind) if isinstance(n, ast.Name)]
            kinds = [getattr(builtins, name, None) for name in names]
            if any(isinstance(k, type) and isinstance(bug, k) for k in kinds):
                return answer.line(node.lineno)
    return ""


def _named(answer: Answer) -> list[Exception]:
    """Return one of each kind of exception that the learner's code names.

    A TimeoutError is none: a system may tell with it that a connection is lost.
    """
    nodes = (node for node in ast.walk(answer.tree) if isinstance(node, ast.Name))
    names = sorted({node.id for node in nodes})
    return [
        kind.__new__(kind)  # without what a UnicodeDecodeError, say, must be given
        for kind in (getattr(builtins, name, None) for name in names)
        if isinstance(kind, type)
        and issubclass(kind, Exception)
        and not issubclass(kind, ConnectionError | TimeoutError | ExceptionGroup)
    ]


def _sends_all(answer: Answer) -> None:
    """Raise Wrong if an answer is not finished where `send` takes little at once."""
    _, sent = visited(answer, b"hello\n", takes_little=True)
    if sent and sent != b"hello\n":
        raise Wrong(
            "Part of a line can be lost",
            seen=f"send() was given the answer to b'hello\\n' and took {TAKEN} "
            f"bytes; what went out in all is {sent!r}",
            expected="b'hello\\n'",
            why="The kernel may take fewer bytes than you give it, as in step 1. "
            "sendall() keeps sending until the kernel has all of them.",
            look=answer.line_with(".send("),
        )


def _goes_on_behind_a_long_line(answer: Answer) -> None:
    told = answer.module.TOO_LONG
    _, sent = visited(answer, b"x" * (answer.module.LIMIT + 1) + b"\nhi\n")
    if sent == told:
        raise Wrong(
            "A line that arrives right after a long one is not answered",
            seen=f"a line that is too long and b'hi\\n' came in one recv(); {told!r} "
            "went out, and no more",
            expected="The same, and then b'hi\\n'",
            why="One recv() may complete many lines, and feed() returns all of "
            "them. The loop over them must handle every one.",
            look=answer.line_with("break", "return", within="talk"),
        )


def _starts_from_nothing(answer: Answer) -> None:
    visited(answer, b"I am ")
    _, sent = visited(answer, b"Bob\n")
    if sent.startswith(b"I am "):
        raise Wrong(
            "A client's unfinished line is joined to the next client's line",
            seen="Ann sent b'I am ' and left, then Bob sent b'Bob\\n'; Bob got "
            f"{sent!r}",
            expected="b'Bob\\n'",
            why="Half of what one client has typed would be sent under the name of "
            "another. Each call of talk() needs its own buffer.",
            look=answer.line_with("LineBuffer()"),
        )
