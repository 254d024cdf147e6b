"""What can be wrong with step 1's server before its first client is served.

The thread of the check enters.
"""

import contextlib
from collections.abc import Iterator

from lessons.checking import Answer, Served, Wrong, serve
from lessons.checking.served import HOST


@contextlib.contextmanager
def started(answer: Answer, short_waits: bool) -> Iterator[Served]:
    """Run the answer; if it has no usable listening socket, explain why."""
    with serve(answer, wait=False, short_waits=short_waits) as server:
        try:
            server.await_listening()
        except Wrong as wrong:
            raise (_explained(server) or wrong) from None
        see_address(server)
        _knock(server)
        yield server


def see_address(server: Served) -> None:
    """Raise Wrong if it listens at another address than 127.0.0.1."""
    if server.host != HOST:
        is_here = server.host.startswith("127.") or server.host == "::1"
        raise Wrong(
            "The server listens on every network interface"
            if server.host in ("0.0.0.0", "::")
            else "The server listens at an address other than 127.0.0.1"
            if is_here
            else "The server listens at an address that other machines can reach",
            seen=f"Listening on {server.host}",
            expected="Listening on 127.0.0.1",
            why="The clients of this course look for it at 127.0.0.1."
            if is_here
            else "Everyone in the network could connect to a program that you are "
            "still trying out.",
            look=server.answer.line_with("bind(", "create_server("),
        )


def _explained(server: Served) -> Wrong | None:
    """Explain why there is no line `Listening on ...`."""
    if not server.errors:
        return _waits_too_soon(server)
    error, look = server.errors[0]
    return (
        _no_stream(error, server.answer)
        or _bad_bind(error, look)
        or _returns_nothing(error, server.answer)
        or _closed_too_soon(error, server.answer)
    )


def _waits_too_soon(server: Served) -> Wrong | None:
    look = server.waits_at()
    if "accept(" not in look:
        return None
    return Wrong(
        "The server waits for a client before it prints where it listens",
        seen="No line `Listening on ...` came: the server waits in accept()",
        expected="open_listener returns the listening socket, and serve calls accept()",
        why="main() prints the port between the two calls. No client can come "
        "before it knows the port.",
        look=look,
    )


def _bad_bind(error: str, look: str) -> Wrong | None:
    """Explain an exception that `bind` has raised."""
    if "bind() takes exactly one argument" in error or "must be tuple" in error:
        return Wrong(
            "bind() is not given its address as one pair",
            seen=error,
            expected="One argument, a tuple of two: (HOST, PORT)",
            why="The inner parentheses make one tuple of the two. bind() takes one "
            "argument, the address.",
            look=look,
        )
    if "bind(" in look and ("Errno 22]" in error or "10022]" in error):
        return Wrong(
            "The socket already has an address when bind() is called",
            seen=error,
            expected="setsockopt(), then bind(), then listen()",
            why="listen() on a socket without an address gives it one, with a port "
            "that nobody has chosen. After that it cannot be changed.",
            look=look,
        )
    if "listen(" in look and "10022]" in error:
        return Wrong(
            "listen() is called before bind()",
            seen=error,
            expected="setsockopt(), then bind(), then listen()",
            why="On Windows a socket without an address cannot listen. On other "
            "systems it gets one, with a port that nobody has chosen.",
            look=look,
        )
    return None


def _returns_nothing(error: str, answer: Answer) -> Wrong | None:
    if "'NoneType' object has no attribute 'getsockname'" not in error:
        return None
    returned = answer.line_with("return", within="open_listener")
    return Wrong(
        "`open_listener` returns nothing",
        seen=f"{error}, when its address was asked for",
        expected="The listening socket, returned",
        why="bind() and listen() change the socket and return None. Return the "
        "socket itself."
        if returned
        else (
            "A function that ends without `return` returns None, and the socket "
            "that it made is lost."
        ),
        look=returned or answer.line_with("def open_listener"),
    )


def _closed_too_soon(error: str, answer: Answer) -> Wrong | None:
    closing = answer.line_with("with ", ".close()", within="open_listener")
    if not closing or not ("Errno 9]" in error or "10038]" in error):
        return None
    return Wrong(
        "The listening socket is closed before it is used",
        seen=f"{error}, when its address was asked for",
        expected="A listening socket that stays open",
        why="A `with` block closes its socket however the block ends, even with "
        "`return`.",
        look=closing,
    )


def _knock(server: Served) -> None:
    """Explain a server to which nobody can connect, as it receives datagrams."""
    if server.answer.line_with("SOCK_DGRAM"):
        try:
            server.connect().close()
        except OSError as error:
            seen = f"A client called connect(): {error}"
            raise _no_stream(seen, server.answer) or error from None


def _no_stream(seen: str, answer: Answer) -> Wrong | None:
    if not (look := answer.line_with("SOCK_DGRAM")):
        return None
    return Wrong(
        "The socket is for UDP packets, not for a TCP connection",
        seen=seen,
        expected="A socket for TCP: SOCK_STREAM",
        why="SOCK_DGRAM makes one for UDP: single packets, without a connection. "
        "Nothing makes sure that they arrive.",
        look=look,
    )
