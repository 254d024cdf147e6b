"""Judges how a handler of step 6 reports the end of its client.

One thread, that of the check: it runs single handlers itself.  Whether anything is
told at all, `stops` finds out, which steps 5 and 6 share.
"""

import contextlib
import io
import re
import socket
from collections.abc import Iterator
from typing import Any

from lessons.checking import SCALE, SOON_S, Answer, Wrong

CHECK_LIMIT_S = 4.0 * SCALE  # for code that hangs
GONE = re.compile(r"A client has gone after -?\d+ line")
WHOLE = re.compile(rf"{GONE.pattern}.*\n")


class _Failure(Exception):
    """What the check lets a handler's reading raise."""


class _Broken(io.BytesIO):
    """A stream that cannot be read."""

    def read(self, *_: Any) -> Any:
        """Fail, as a network may."""
        raise _Failure

    __next__ = readline = readlines = read1 = readinto = read


class _Writes(io.StringIO):
    """What is printed, piece by piece."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[str] = []

    def write(self, text: str) -> int:
        """Keep a piece."""
        self.pieces.append(text)
        return len(text)


def tells_the_end_once(answer: Answer) -> None:
    """The end of a client is printed once, in one piece, whatever `handle` did"""
    handler = answer.module.Handler
    pieces = _told_by(answer, handler)
    told = GONE.findall("".join(pieces))
    look = answer.line_with("has gone after") or answer.line_with("def finish")
    if len(told) > 1:
        raise Wrong(
            "The line about a client's end is printed more than once",
            seen=f"One client left, and `{told[0]}s` was printed {len(told)} times",
            expected="One line for each client, from finish()",
            why="Somebody may count these lines to find out how many clients have "
            "gone.",
            look=look,
        )
    # Where a lock may hold the pieces together, `stops` finds out whether it does.
    is_whole = any(map(WHOLE.search, pieces))
    if told and not is_whole and not answer.line_with("lock", "Lock", own=True):
        raise Wrong(
            "The line about a client's end is printed in pieces",
            seen=f"It is printed as {[piece for piece in pieces if piece]}",
            expected="One text, with its \\n in it",
            why="Between two pieces another thread can write, and then the lines of "
            "two clients are mixed. print() writes its text, and then the end of the "
            "line.",
            look=look,
        )

    def handle(failing: Any) -> None:
        failing.rfile = _Broken()
        handler.handle(failing)

    failing = type("Failing", (handler,), {"handle": handle})
    if told and not GONE.search("".join(_told_by(answer, failing))):
        if not GONE.search("".join(_told_by(answer, handler, sent=b""))):
            raise Wrong(
                "No line is printed about a client that has sent no line",
                seen="One client connected and left, and no line was printed; about a "
                "client that had sent a line there was one",
                expected="A client has gone after 0 lines",
                why="A client that says nothing comes and goes, too. Somebody may "
                "count these lines to find out how many clients have gone.",
                look=answer.line_with("if ", within="finish") or look,
            )
        raise Wrong(
            "The line about a client's end is printed only if all went well",
            seen="handle() raised an exception, and no line was printed",
            expected="The line in every case, from finish()",
            why="finish() is called even if handle() has raised an exception. The "
            "last lines of handle() do not run then.",
            look=look,
        )


def _told_by(answer: Answer, handler: Any, sent: bytes = b"hello\n") -> list[str]:
    """Run a handler for a client that sends this and leaves; return its output."""
    with (
        _connection(answer, sent) as (server, request, address),
        contextlib.redirect_stdout(_Writes()) as out,
        contextlib.suppress(_Failure),
    ):
        handler(request, address, server)
    return out.pieces


@contextlib.contextmanager
def _connection(
    answer: Answer, sent: bytes
) -> Iterator[tuple[Any, socket.socket, Any]]:
    """Yield a server that does not run, and the connection of one who has left."""
    server = answer.module.Server(0)
    try:
        with socket.create_connection(server.server_address, SOON_S) as client:
            request, address = server.get_request()
            client.sendall(sent)
            client.shutdown(socket.SHUT_WR)
            with request:
                yield server, request, address
    finally:
        server.server_close()
