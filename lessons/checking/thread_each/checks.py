"""Checks of a server with a thread for each client; steps 5 and 6 use them."""

import contextlib
import re
import threading
import time
from collections.abc import Iterator

from lessons.checking import (
    SCALE,
    Answer,
    Closed,
    Peer,
    Served,
    Silent,
    Wrong,
    serve,
)
from lessons.checking.diagnosis import quoted
from lessons.checking.farewell import words
from lessons.checking.patience import limited, see_no_nap, see_patience, see_prompt
from lessons.checking.thread_each import diagnoses, ending, stopping
from lessons.checking.thread_each.clients import (
    TALK,
    WINDOW,
    connected,
    expect,
    explained,
    fill,
    hear,
    hear_after,
    hear_among,
    hear_beside,
    hear_many,
    hear_soon,
    hear_word,
    newcomer,
    see_off,
    talk_on,
)
from lessons.checking.thread_each.exceptions import known_error

CLIENTS = 24
SHUTDOWN_S = 0.8 * SCALE  # socketserver looks twice a second whether it is to end
GONE = "A client has gone after"  # what the server prints of each, at the end


def numbers_lines(answer: Answer) -> None:
    """A client's lines come back, each with its number"""
    impatient = limited(answer)
    serving = _serving(answer, short_sends=True, short_waits=bool(impatient))
    with serving as server:
        others = {place.thread for place in server.where()}
        with server.connect("Ann") as ann:
            see_no_nap(server, "Ann had said nothing yet", others)
            hear_soon(ann, b"hello", 1, server)
            if impatient:
                see_patience(ann, server, impatient)
            with explained(ann, b"still here", 2, server):
                ann.send(b"still here\n")
                see_prompt(ann, server, others)
                expect(ann, b"2 still here\n", answer)
            _hear_all_kinds(ann, server)


def _hear_all_kinds(ann: Peer, server: Served) -> None:
    """Let a client send a line in pieces, odd ones, words, and many at once."""
    with explained(ann, b"two", 3, server):
        ann.send(b"two\nin one")
        expect(ann, b"3 two\n", server.answer)
        ann.send(b" piece\n")
        expect(ann, b"4 in one piece\n", server.answer)
    for number, line in enumerate((b"", b"  a  b \t", b"\xff\xfe"), 5):
        hear(ann, line, number, server)
    said = words(server.answer)
    for number, word in enumerate(said, 8):
        hear_word(ann, word, number, server)
        _see_it_goes_on(server, f"Ann sent {quoted(word)} as a line", word)
    hear_many(ann, 8 + len(said), server)


def _see_it_goes_on(server: Served, sent: str, word: bytes = b"") -> None:
    """Raise Wrong if the server has ended, though no ctrl-c was pressed.

    Nothing that a client sends may end it: neither a word that may be taken for the
    end nor any other.  A server that has no way to do that need not be waited for.
    """
    look = server.answer.line_with("shutdown()", "interrupt_main(", own=True)
    if look and _is_ending(server):
        texts = [quote + word.decode() for quote in "\"'"] if word else []
        has_word = server.answer.line_with(*texts, own=True)
        raise Wrong(
            "A word in a line ends the whole server"
            if has_word
            else "Something that a client sends ends the whole server",
            seen=f"{sent}; then "
            + ("shutdown() was called" if server.was_shut_down else "main returned"),
            expected="A server that runs on until ctrl-c is pressed",
            why="A client that sends such a word may want to leave, but the others "
            "stay."
            if has_word
            else "One client decides for all the others, who stay.",
            look=look,
        )


def _is_ending(server: Served) -> bool:
    """Tell whether it comes to its end; one that sleeps does not."""

    def ends() -> bool:
        return server.was_shut_down or server.returned

    server.soon(lambda: ends() or server.sleeps(), SHUTDOWN_S)
    return ends()


def all_at_once(answer: Answer) -> None:
    """All clients are served at the same time, each by its own thread"""
    with _serving(answer) as server, connected(CLIENTS, server) as peers:
        for number in (1, 2):
            for peer in reversed(peers):  # none speaks before all are connected
                hear_among(peer, peers, number, server)
        _see_it_goes_on(server, f"{CLIENTS} clients sent two lines each")


def leaving(answer: Answer) -> None:
    """When a client leaves, its thread ends, and the others are still served"""
    with _serving(answer) as server:
        alone = len(server.where())
        with connected(3, server) as (ann, bob, cleo):
            for peer in (ann, bob, cleo):
                hear(peer, b"hello", 1, server)
            see_off(ann, server)
            bob.reset()
            _await_threads(alone + 1, server)
            if server.was_shut_down:
                raise diagnoses.took_the_server_along("Dora", server)
            hear_after(cleo, b"still here", 2, server)
            with newcomer(server) as dora:
                hear_after(dora, b"hello", 1, server)
        if server.errors:
            raise diagnoses.broken_off(server)


def stops(answer: Answer) -> None:
    """Ctrl-c ends the server in under a second, whoever is connected"""
    with _serving(answer) as server:
        alone = len(server.where())
        with connected(CLIENTS, server) as peers:
            *leavers, late = peers[1::4]
            for peer in peers:
                hear(peer, b"hello", 1, server)
            for peer in leavers:
                see_off(peer, server)
            _await_threads(alone + CLIENTS - len(leavers), server)
            server.slow_prints()
            late.half_close()
            late.quiet()  # its thread still has its last line to print
            ending.interrupt(server)
            begun_at = time.monotonic()
            if not ending.ends(server):
                stayers = [peer for peer in peers if peer not in (late, *leavers)]
                took_s = time.monotonic() - begun_at
                raise stopping.still_running(server, stayers, took_s)
            _await_last_words(server, alone - 1)


def stops_when_busy(answer: Answer) -> None:
    """Ctrl-c ends the server even while clients are busy"""
    with (
        _serving(answer) as server,
        server.connect("client 1") as ann,
        server.connect("client 2", receive_bytes=WINDOW) as bob,
    ):
        hear(ann, b"hello", 1, server)
        hear(bob, b"hello", 1, server)
        fill(bob, server)
        hear_beside(ann, b"still here", 2, server)
        talker = threading.Thread(target=talk_on, args=(ann,), daemon=True)
        talker.start()
        _see_it_goes_on(server, f"client 1 sent {quoted(TALK)} again and again")
        ending.interrupt(server)
        if not ending.ends(server, ann):
            raise stopping.busy(server)
        talker.join()
        _await_told(2, server)


def starts_again(answer: Answer) -> None:
    """A server that is stopped and started again gets the same port at once"""
    with _serving(answer) as server, server.connect("Ann") as ann:
        hear(ann, b"hello", 1, server)
        ending.interrupt(server)  # its side closes first: the connections are kept
        server.ends()
    with serve(answer, str(server.port), wait=False) as again:
        try:
            again.await_listening()
        except Wrong:
            if again.errors and "in use" in again.errors[0][0]:
                raise stopping.port_reserved(again) from None
            raise


@contextlib.contextmanager
def _serving(answer: Answer, **settings: bool) -> Iterator[Served]:
    """Run the answer; if it raises an exception, that explains all that follows."""
    with serve(answer, **settings) as server:
        try:
            yield server
        except Wrong as wrong:
            if server.has_failed() and (known := known_error(server)):
                raise known from None
            raise diagnoses.of_processes(wrong, answer) or wrong from None
        except (Silent, Closed, OSError):
            if server.has_failed() and (known := known_error(server)):
                raise known from None
            raise


def _await_threads(most: int, server: Served) -> None:
    """Wait until the server has no more threads than that."""
    if not server.soon(lambda: len(server.where()) <= most):
        seen = (
            f"{len(server.where())} threads are running, but only {most} have "
            "something to do"
        )
        raise diagnoses.lingers(server, seen)


def _await_last_words(server: Served, others: int) -> None:
    """Wait until each thread has said that it came to its end, but for `others`."""
    told = _await_told(CLIENTS, server)
    if wrong := set(told) - {"1"}:
        raise stopping.miscounted(server, GONE, wrong)
    if server.left_behind > others:  # those that serve no client
        raise stopping.left_behind(server)


def _await_told(clients: int, server: Served) -> list[str]:
    """Wait until it is printed of so many clients, how many lines each has sent."""

    def told() -> list[str]:
        return re.findall(rf"{GONE} (-?\d+)", "\n".join(server.printed))

    server.soon(lambda: server.errors or server.said_all or len(told()) >= clients)
    if server.errors:
        raise stopping.broken(server)
    if mixed := [line for line in server.printed if line.count(GONE) > 1]:
        raise stopping.in_pieces(server, mixed[0])
    if len(told()) < clients:
        raise stopping.dropped(server, len(told()), clients, GONE)
    return told()


CHECKS = (numbers_lines, all_at_once, leaving, stops, stops_when_busy, starts_again)
