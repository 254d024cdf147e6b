"""Judges step 1: talks to the learner's server as its clients would."""

import socket

from lessons.checking import (
    Answer,
    Closed,
    Peer,
    Served,
    Silent,
    Wrong,
    serve,
)
from lessons.checking.crowd import see_many
from lessons.checking.deaf import only_at_the_end, spins
from lessons.checking.diagnosis import quoted
from lessons.checking.farewell import words
from lessons.checking.patience import (
    limited,
    see_idle,
    see_no_nap,
    see_no_poll,
    see_patience,
    see_prompt,
)
from lessons.checking.served import HOST
from lessons.checking.watched import SPENT_S
from lessons.step01_one_client.starting import see_address, started

NEXT = b"next\n"
BLANK = b"\n"
END_OF_TRANSMISSION = b"\x04"  # the byte of ctrl-d
LONG = bytes(4096) * 4
MEGABYTE = bytes(range(256)) * 4096


def echoes(answer: Answer) -> None:
    """What a client sends comes back"""
    impatient = limited(answer)
    with started(answer, short_waits=bool(impatient)) as server:
        if impatient:
            see_idle(server, impatient)
            see_no_poll(server, "nobody had connected yet", impatient)
        see_no_nap(server, "nobody had connected yet")
        with server.connect() as ann:
            see_no_nap(server, "the client had said nothing yet")
            _see_echoes(ann, server)
            _see_rest(server, "the client said nothing")
            if impatient:
                see_patience(ann, server, impatient)
                see_no_poll(server, "the client said nothing", impatient)
            for word in words(answer):
                _see_word(ann, word, server)
                _see_word(ann, word + b"\n", server)
            _see_word(ann, BLANK, server)
            _see_word(ann, END_OF_TRANSMISSION, server)


def _see_echoes(ann: Peer, server: Served) -> None:
    # The last letter of "hello café" is two bytes, and TCP may cut between them.
    before = b""
    for piece in (b"hello ", b"caf\xc3", b"\xa9\n", b"a\r\nb\r\n"):
        ann.send(piece)
        see_prompt(ann, server)
        came = _echo_of(ann, piece, server)
        if before and came == before[: len(came)]:
            raise _again(before, server.answer)
        _same(came, piece, server.answer)
        before = piece


def _see_word(ann: Peer, word: bytes, server: Served) -> None:
    """Let a client say a word, or nothing, that may be taken for the end."""
    try:
        ann.send(word)
        _same(ann.take(len(word)), word, server.answer)
    except (Silent, Closed):
        if server.has_failed():
            raise
        what = "An empty line" if word == BLANK else "A word"
        raise Wrong(
            f"{what} ends the connection"
            if ann.ended
            else f"{what} does not come back",
            seen=f"{quoted(word)} was sent; "
            + (f"the connection {ann.ended}" if ann.ended else "nothing came back"),
            expected=quoted(word),
            why="An echo server does not need to know what the bytes mean. Only b'' "
            "says that no more will come.",
            look=server.answer.line_with(word.strip().decode() or "strip(", own=True)
            or server.answer.line_with("if ", within="serve"),
        ) from None


def listens_here_only(answer: Answer) -> None:
    """The server listens on this machine only, on the port that it is given"""
    with socket.create_server((HOST, 0)) as free:
        port = free.getsockname()[1]
    with serve(answer, str(port)) as server:
        if server.port != port:
            raise Wrong(
                "The server ignores the port that it is given",
                seen=f"started with {port}, it prints Listening on "
                f"{server.host}:{server.port}",
                expected=f"Listening on 127.0.0.1:{port}",
                why="The user who starts it chooses the port. Two servers on one "
                "machine need two ports.",
                look=answer.line_with("bind(", "create_server("),
            )
        see_address(server)


def closes(answer: Answer) -> None:
    """After a client has finished, its connection is closed and the next is served"""
    with serve(answer) as server:
        _see_rest(server, "nobody had connected yet")
        with server.connect() as ann:
            ann.send(b"bye")
            ann.take(3)
            ann.half_close()
            _await_end(ann, server)
        _see_rest(server, "nobody was connected")
        _serve_next(server)
        with server.connect() as ann, server.connect() as bob:
            bob.send(LONG)  # while ann is served: all of it waits, and his end, too
            bob.half_close()
            ann.send(b"bye")
            ann.take(3)
            ann.half_close()
            _await_end(ann, server)
            _see_off_long(bob, server)
        see_many(server, lambda peer: _hear_hi(peer, server), before=4)


def _hear_hi(peer: Peer, server: Served) -> None:
    """Let one more client speak and leave."""
    peer.send(b"hi")
    _same(peer.take(2), b"hi", server.answer)
    peer.half_close()
    peer.end()


def gives_all_back(answer: Answer) -> None:
    """A megabyte comes back whole, even if `send` takes only a little at a time"""
    with serve(answer, short_sends=True) as server, server.connect() as ann:
        try:
            came = ann.exchange(MEGABYTE, len(MEGABYTE))
        except (Silent, Closed):
            if server.has_failed():
                raise
            raise Wrong(
                "Part of a long message is lost",
                seen=f"{len(MEGABYTE):,} bytes were sent, {len(ann.received):,} came "
                "back",
                expected="All of them",
                why="The kernel may take fewer bytes than you give it. Send the "
                "rest again.",
                look=answer.line_with(".send("),
            ) from None
        _same(came, MEGABYTE, answer)


def starts_again(answer: Answer) -> None:
    """A server that is stopped and started again gets the same port at once"""
    with serve(answer) as server, server.connect() as ann:
        ann.send(b"x")
        ann.take(1)
        server.process.kill()  # its side closes first: the connection is kept
        server.ends()
        ann.quiet()
        if not ann.ended:  # she is served by another process, which goes with her
            ann.half_close()
            ann.end()
    with serve(answer, str(server.port), wait=False) as again:
        try:
            again.await_listening()
        except Wrong:
            if not again.errors or "in use" not in again.errors[0][0]:
                raise
            raise Wrong(
                "The server cannot use its port again right after it has ended",
                seen=again.errors[0][0],
                expected="A listening socket on the same port, right after the last "
                "one",
                why="The kernel remembers a connection that was closed from this side "
                "(TIME_WAIT). During that time the port stays reserved, unless "
                "SO_REUSEADDR is set before bind().",
                look=again.errors[0][1],
            ) from None


def _see_rest(server: Served, when: str) -> None:
    """Raise Wrong if the server works while it has nothing to do."""
    if used_s := server.spun_s():
        raise Wrong(
            "The server uses the processor while it waits",
            seen=f"{used_s:.2f} s of processor time while {when}; a loop that spins "
            f"would have got about {SPENT_S:.2f} s",
            expected="Almost none: a call that blocks",
            why="Asking again and again keeps a processor busy. A call that blocks "
            "returns as soon as there is something.",
            look=server.answer.line_with("setblocking(", "settimeout(", "DONTWAIT")
            or server.waits_at(),
        )


def _echo_of(peer: Peer, piece: bytes, server: Served) -> bytes:
    try:
        return peer.take(len(piece))
    except Silent:
        if part := peer.quiet(0.01):
            _same(part, piece, server.answer)
        look = server.waits_at()
        if peer.received and "accept(" in look:
            raise Wrong(
                "After the first piece the server waits for another client",
                seen=f"The first piece came back; {piece!r}, sent after it, did not: "
                "the server waits in accept()",
                expected="Every piece of one client, before the next is accepted",
                why="accept() waits for a new client, not for those who are already "
                "connected.",
                look=look,
            ) from None
        raise _not_echoed(peer, piece, server) from None
    except Closed:
        if server.has_failed() or not peer.received:
            raise
        raise Wrong(
            "Only the first piece comes back",
            seen=f"The first piece came back. Then {piece!r} was sent, and the "
            "connection was closed",
            expected="Every piece, until the client has no more to send",
            why="A client may send as often as it likes.",
            look=server.answer.line_with("recv("),
        ) from None


def _not_echoed(peer: Peer, lost: bytes, server: Served) -> Wrong:
    """Find out when a piece comes back that did not: with the next, at the end, never.

    Whether the server spins is seen first: then it does not even receive.
    """
    answer, seen = server.answer, f"{lost!r} was sent, and nothing came back"
    if spun := spins(server, seen):
        return spun
    peer.send(NEXT)
    came = peer.quiet()
    if came == NEXT:
        return Wrong(
            "Every second piece is lost",
            seen=f"{seen}; {NEXT!r} was sent after it, and came back",
            expected="Both of them",
            why="recv() returns each byte only once. Keep what it returns in a "
            "variable, or it is lost.",
            look=answer.line_with("recv(", within="serve") or answer.line_with("recv("),
        )
    if came:
        return Wrong(
            "A piece comes back only together with the next one",
            seen=f"{seen}; {NEXT!r} was sent after it, and {quoted(came)} came back",
            expected=f"{lost!r} at once",
            why="A client may send a piece, with a line feed or without, and wait for "
            "its echo.",
            look=server.waits_at() or answer.line_with("recv("),
        )
    return only_at_the_end(
        peer, server, f"{lost!r} was sent, then {NEXT!r}; nothing came back"
    )


def _await_end(peer: Peer, server: Served) -> None:
    try:
        peer.end()
    except Silent:
        look = server.waits_at()
        if "accept(" not in look:
            raise _goes_on(server.answer) from None
        with server.connect():
            peer.quiet()
        if peer.ended:
            raise Wrong(
                "The connection is closed only when the next client comes",
                seen="The client had no more to send. Its connection stayed open until "
                "another client came",
                expected="An end of file for the client, at once",
                why="Python closes a socket when no variable holds it any more. This "
                "one is held until accept() returns the next.",
                look=look,
            ) from None
        raise Wrong(
            "The connection is never closed",
            seen="The client had no more to send. Its connection stayed open while "
            "the server waited for the next client",
            expected="An end of file for the client, at once",
            why="A client waits for this end of file. And a connection that is not "
            "closed takes up room in the kernel, until there is none left for "
            "new ones.",
            look=look,
        ) from None
    except Closed:
        if server.has_failed() or server.has_ended():
            raise
        raise Wrong(
            "The connection is reset, and not closed",
            seen=f"The client had no more to send. Its connection {peer.ended}",
            expected="An end of file for the client",
            why="A reset throws away what is still on its way. close() does that if "
            "SO_LINGER is set to 0 seconds, or if bytes of the client are unread.",
            look=server.answer.line_with("SO_LINGER", "recv("),
        ) from None


def _see_off_long(bob: Peer, server: Served) -> None:
    """Let a client be served whose end of file came right after a long message."""
    try:
        _same(bob.end(), LONG, server.answer)
    except Silent:
        raise Wrong(
            "The end of file right after a long message is missed",
            seen=f"{len(LONG):,} bytes and then the end were waiting when the client "
            f"was accepted; {len(bob.received):,} bytes came back, and no end "
            "of file",
            expected="All of them, and then an end of file",
            why="Each recv() may be the one that returns b''. A loop that does not "
            "check for it never ends.",
            look=server.waits_at() or server.answer.line_with("recv("),
        ) from None


def _goes_on(answer: Answer) -> Wrong:
    compared = answer.line_with('== ""', "== ''", '!= ""', "!= ''")
    return Wrong(
        "The end of file is compared with text, but recv() returns bytes"
        if compared
        else "The loop goes on after the client has finished",
        seen="The client had no more to send, but the server did not accept the "
        "next one",
        expected="The end of the loop as soon as recv() returns b''",
        why="Bytes are never equal to a str, not even if both are empty."
        if compared
        else (
            "Each further recv() returns b'' at once. A loop that goes on gets "
            "nothing else, forever."
        ),
        look=compared or answer.line_with("recv("),
    )


def _serve_next(server: Served) -> None:
    try:
        with server.connect() as bob:
            bob.send(b"hi")
            _same(bob.take(2), b"hi", server.answer)
    except (Silent, Closed, ConnectionError):
        if server.has_failed():
            error, look = server.errors[0]
            is_closed = "descriptor" in error or "10038]" in error  # Windows says this
            if not is_closed or "accept(" not in look:
                raise
            raise Wrong(
                "The listening socket is closed with the first client",
                seen=f"{error}, when the next client should have been accepted",
                expected="The connection closed, and the listening socket still open",
                why="There are two kinds of socket. One takes new clients, as long as "
                "the server runs. accept() makes another one for each client.",
                look=look,
            ) from None
        raise Wrong(
            "Only the first client is served",
            seen="A second client came after the first had gone, and sent b'hi'; "
            "nothing came back",
            expected="b'hi'",
            why="A server must also serve the next client.",
            look=server.answer.line_with("return", "exit(", within="serve")
            or server.answer.line_with("accept("),
        ) from None


def _again(piece: bytes, answer: Answer) -> Wrong:
    return Wrong(
        "A piece comes back more than once",
        seen=f"{piece!r} was sent once. It came back, and then it came back again",
        expected="Each piece once",
        why="`data` keeps its value until the next recv(). A loop that does not "
        "call recv() again sends the same bytes again.",
        look=answer.line_with("while ", within="serve") or answer.line_with("send"),
    )


def _same(came: bytes, sent: bytes, answer: Answer) -> None:
    if came != sent:
        raise Wrong(
            "What comes back is not what was sent",
            seen=quoted(came),
            expected=quoted(sent),
            why="An echo must not change anything.",
            look=answer.line_with("send"),
        )


CHECKS = (echoes, listens_here_only, closes, gives_all_back, starts_again)
