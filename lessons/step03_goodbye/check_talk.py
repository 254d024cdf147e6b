"""Judges what `talk` of step 3 says of each end, with an actor for a connection."""

from collections.abc import Iterable
from typing import Any

from lessons.checking import Answer, Wrong


class _Acted:
    """Stands in for a connection, and does what its part says."""

    def __init__(self, part: Iterable[bytes | Exception], breaks: bool = False) -> None:
        self._part = iter(part)
        self._breaks = breaks

    def recv(self, most: int) -> bytes:
        what = next(self._part, b"")
        if isinstance(what, Exception):
            raise what
        return what

    def sendall(self, data: bytes) -> None:
        if self._breaks:
            raise BrokenPipeError(32, "Broken pipe")

    def send(self, data: bytes) -> int:
        self.sendall(data)
        return len(data)

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
            why="Who looks for the reason of a failure wants to know which it was.",
            look=answer.line_with("except ") or answer.line_with("    return"),
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
    bug = _talked(answer, _Acted([_Bug("a bug")]))
    if not isinstance(bug, _Bug):
        raise Wrong(
            "A bug is hidden as a lost connection",
            seen="an exception that has nothing to do with the connection was raised; "
            f"talk() {_did(bug)}",
            expected="The exception goes through",
            why="A mistake in your code would look like a client that went, every "
            "time, and you would never find it.",
            look=answer.line_with("except "),
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
