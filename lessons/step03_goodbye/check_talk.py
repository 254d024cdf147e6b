"""Judges what `talk` of step 3 says of each end, with an actor for a connection."""

from collections.abc import Iterable
from typing import Any

from lessons.checking import Answer, Wrong


class _Acted:
    """Stands in for a connection, and does what its part says."""

    def __init__(self, part: Iterable[bytes | Exception], breaks: bool = False) -> None:
        self._part = iter(part)
        self._breaks = breaks
        self.sent = bytearray()

    def recv(self, most: int, flags: int = 0) -> bytes:
        what = next(self._part, b"")
        if isinstance(what, Exception):
            raise what
        return what

    def recv_into(self, buffer: Any, nbytes: int = 0, flags: int = 0) -> int:
        data = self.recv(nbytes or len(buffer))
        memoryview(buffer)[: len(data)] = data
        return len(data)

    def getpeername(self) -> tuple[str, int]:
        return "127.0.0.1", 12345

    def sendall(self, data: bytes) -> None:
        if self._breaks:
            raise BrokenPipeError(32, "Broken pipe")
        self.sent += data

    def send(self, data: bytes) -> int:
        taken = data[:3]  # a kernel may take as little as that
        self.sendall(taken)
        return len(taken)

    def __enter__(self) -> "_Acted":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def __getattr__(self, name: str) -> Any:
        return lambda *_: None


class _Bug(Exception):
    """Stands for a mistake somewhere in the learner's code."""


def says_how(answer: Answer) -> None:
    """It tells apart who left, who was lost, and a bug of its own"""
    reset = ConnectionResetError(104, "Connection reset by peer")
    left, lost = _talked(answer, _Acted([])), _talked(answer, _Acted([reset]))
    if (left, lost) != ("left", "lost"):
        raise Wrong(
            "A reset is reported as an ordinary goodbye"
            if left == lost == "left"
            else "talk() does not say how the client went",
            seen=f"at the end of file talk() returned {left!r}, at a reset {lost!r}",
            expected="'left' and 'lost'",
            why="A function that comes to its end without `return` returns None; what "
            "it prints its caller does not get."
            if None in (left, lost)
            else "Who looks for the reason of a failure wants to know which it was.",
            look=_says(answer, left, lost),
        )
    broken = _talked(answer, _Acted([b"hello\n"], breaks=True))
    if broken != "lost":
        raise Wrong(
            "A connection that breaks in sendall is not expected",
            seen=f"sendall() raised BrokenPipeError, and talk() {_did(broken)}",
            expected="talk() returns 'lost'",
            why="Whether the server reads or writes when the client breaks off, "
            "nobody can choose.",
            look=answer.line_with("sendall("),
        )
    for bug in (
        _Bug("a bug"),
        TypeError("a bug"),
        ValueError("a bug"),
        OSError(5, "a bug"),
    ):
        _lets_through(answer, bug)
    _sends_all(answer)
    _goes_on_behind_a_long_line(answer)
    _begins_afresh(answer)


def _says(answer: Answer, left: object, lost: object) -> str:
    """Return the line that is to say how a client went, as far as that is known."""
    if left == lost and (look := answer.line_with("except ")):
        return look
    if None in (left, lost):
        return answer.line_with("def talk")
    return answer.line_with("return", within="talk")


def _lets_through(answer: Answer, bug: Exception) -> None:
    came = _talked(answer, _Acted([bug]))
    if came is not bug:
        raise Wrong(
            "A bug is hidden as a lost connection",
            seen=f"an exception that has nothing to do with the connection was raised, "
            f"{type(bug).__name__.strip('_')}; talk() {_did(came)}",
            expected="The exception goes through",
            why="A mistake in your code would look like a client that went, every "
            "time, and you would never find it.",
            look=answer.line_with("except "),
        )


def _sends_all(answer: Answer) -> None:
    """Raise Wrong if an answer is not finished where `send` takes little at once."""
    acted = _Acted([b"hello\n"])
    _talked(answer, acted)
    if (sent := bytes(acted.sent)) and sent != b"hello\n":
        raise Wrong(
            "Part of a line can be lost",
            seen=f"send() was given the answer to b'hello\\n' and took {len(sent)} "
            f"bytes; what went out in all is {sent!r}",
            expected="b'hello\\n'",
            why="The kernel may take fewer bytes than it is given, as in step 1: "
            "sendall() goes on until it has all.",
            look=answer.line_with(".send("),
        )


def _goes_on_behind_a_long_line(answer: Answer) -> None:
    told = answer.module.TOO_LONG
    acted = _Acted([b"x" * (answer.module.LIMIT + 1) + b"\nhi\n"])
    _talked(answer, acted)
    if acted.sent == told:
        raise Wrong(
            "What comes behind a long line is forgotten",
            seen=f"a line that is too long and b'hi\\n' came in one recv(); {told!r} "
            "went out, and no more",
            expected="The same, and then b'hi\\n'",
            why="One recv() may complete many lines, and feed() gives all of them: the "
            "loop over them must go to its end.",
            look=answer.line_with("break", "return", within="talk"),
        )


def _begins_afresh(answer: Answer) -> None:
    ann, bob = _Acted([b"I am "]), _Acted([b"Bob\n"])
    _talked(answer, ann)
    _talked(answer, bob)
    if bob.sent.startswith(b"I am "):
        raise Wrong(
            "The next client continues the last one's line",
            seen="Ann sent b'I am ' and left, then Bob sent b'Bob\\n'; what he got is "
            f"{bytes(bob.sent)!r}",
            expected="b'Bob\\n'",
            why="What one has half typed would go out under another's name: each call "
            "of talk() needs a buffer of its own.",
            look=answer.line_with("LineBuffer()"),
        )


def _talked(answer: Answer, connection: _Acted) -> object:
    """Return what talk() returns or raises."""
    try:
        return answer.module.talk(connection)
    except Exception as error:
        return error


def _did(outcome: object) -> str:
    if isinstance(outcome, Exception):
        return f"let {type(outcome).__name__} through"
    return f"returned {outcome!r}"
