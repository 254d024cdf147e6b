"""Judges step 13: types, and sends lines, while the learner's client runs."""

import queue
import time
from typing import Any
from unittest import mock

from chat.terminal.keys import Key
from lessons.checking import Answer, Closed, Peer, Silent, Wrong, spend, until
from lessons.step13_two_inputs import check_pump
from lessons.step13_two_inputs.acted import Chat, chatting
from lessons.step13_two_inputs.check_terminal import (
    exit_is_sent,
    leaves_the_terminal,
    terminal_left,
)
from lessons.step13_two_inputs.reasons import unpressed, unseen, unsent

SPENT_S = 0.1
REST_S = 0.03  # of the processor: more than a client uses that waits


def shows(answer: Answer) -> None:
    """Each line that arrives is shown at once"""
    with chatting(answer) as (chat, server):
        server.send(b"ann: one\n")
        if not chat.sees("ann: one"):
            raise unseen(answer, chat)
        server.send(b"ann: two\nann: three\n")
        for line in ("ann: two", "ann: three"):
            if not chat.sees(line):
                chat.raise_error()
                raise Wrong(
                    "Only the first message is shown",
                    seen=f"after 'ann: one' came 'ann: two' and 'ann: three'; on the "
                    f"screen was {chat.terminal.shown}",
                    expected="All three",
                    why="People go on talking.",
                    look=answer.line_with("lines(", ".recv("),
                )


def sends(answer: Answer) -> None:
    """What is typed is sent, and no message that comes meanwhile disturbs it"""
    with chatting(answer) as (chat, server):
        chat.terminal.type("he")
        if not until(lambda: chat.terminal.row == "he"):
            raise unpressed(answer, chat, server)
        if came := server.quiet(0.05):
            raise Wrong(
                "Keys are sent before Enter is pressed",
                seen=f"'he' was typed, and no Enter; {came!r} was sent",
                expected="Nothing, until the line is finished",
                why="The editor lets people change their mind; what is sent cannot be "
                "taken back.",
                look=answer.line_with("sendall(", ".send("),
            )
        server.send(b"ann: one\n")
        chat.sees("ann: one")
        chat.terminal.type("ll", "o", Key.ENTER)
        came = _line(server)
        if came != b"hello\n":
            chat.raise_error()
            typed = "'he' was typed, then a message came, then 'llo' and Enter"
            raise unsent(answer, came, typed)
        chat.terminal.type(Key.ENTER, "café", Key.ENTER)
        if (came := _line(server)) == b"\n":
            came = _line(server)
        if came != "café\n".encode():
            chat.raise_error()
            raise unsent(answer, came, "After 'hello' came Enter, 'café' and Enter")


def _line(server: Peer) -> bytes:
    """Return the next line that is sent, or what there is of it."""
    try:
        return server.line()
    except (Silent, Closed):
        return bytes(server.received)


def owned(answer: Answer) -> None:
    """One thread alone writes to the screen, and only in its session"""
    with chatting(answer) as (chat, server):
        for line in ("one", "two"):
            server.send(f"ann: {line}\n".encode())
            chat.sees(f"ann: {line}")
            chat.terminal.type(line, Key.ENTER)
            chat.sees(f"> {line}")
        chat.raise_error()
        if chat.terminal.writers != {chat.thread.ident}:
            raise Wrong(
                "Two threads write to the screen",
                seen=f"{len(chat.terminal.writers)} threads called screen.show or "
                "screen.press; the one that called run is to be the only one",
                expected="One owner; the others put their news into the queue",
                why="Two threads that write at the same time tear each other's rows.",
                look=answer.line_with("show(", "press("),
            )
        if chat.terminal.was_written_outside:
            raise Wrong(
                "The screen is used outside its session",
                seen="screen.show or screen.press was called before `with "
                "screen.session():` had begun, or after it had ended",
                expected="All of it inside the block",
                why="Outside it the terminal shows each key itself, and hands over "
                "whole lines only.",
                look=answer.line_with("session(", "show("),
            )
        if chat.terminal.sessions > 1:
            raise Wrong(
                "The session is begun again and again",
                seen=f"screen.session() was begun {chat.terminal.sessions} times",
                expected="One session, and the loop inside it",
                why="Each time the terminal changes its mode and back; keys that are "
                "pressed in between are shown where they do not belong.",
                look=answer.line_with("session("),
            )


def rests(answer: Answer) -> None:
    """While nothing happens it waits"""
    wait = queue.Queue.get

    def hurry(news: Any, block: bool = True, timeout: float | None = None) -> Any:
        return wait(news, block, timeout and min(timeout, SPENT_S / 5))

    with mock.patch("queue.Queue.get", hurry), chatting(answer) as (chat, server):
        server.send(b"ann: one\n")
        chat.sees("ann: one")
        before_s = time.process_time()
        spend(SPENT_S)
        used_s = time.process_time() - before_s - SPENT_S
        if isinstance(chat.outcome, queue.Empty):
            raise Wrong(
                "It ends when nothing happens for a while",
                seen="get with a timeout raised queue.Empty, and run let it through",
                expected="A wait that lasts until something happens",
                why="People are silent for minutes.",
                look=answer.where(chat.outcome),
            )
        if used_s > REST_S:
            raise Wrong(
                "It needs processor time while nothing happens",
                seen=f"{used_s:.2f} s of processor time while nothing happened; "
                f"a loop that never waits would have got about {SPENT_S:.2f} s",
                expected="Next to none",
                why="To look again and again whether something has come keeps a "
                "processor busy, and empties a battery.",
                look=answer.line_with("get_nowait(", "empty()", "while ", "timeout"),
            )


def leaves(answer: Answer) -> None:
    """@exit, ctrl-d and a terminal that is gone end it"""
    with chatting(answer) as (chat, server):
        chat.terminal.type("@exit", Key.ENTER)
        ended = until(lambda: not chat.thread.is_alive() or server.quiet(0.01))
        if b"@exit" in server.received:
            raise exit_is_sent(answer)
        _ended(answer, chat, ended and "left", "@exit was typed")
    with chatting(answer) as (chat, server):
        chat.terminal.type(Key.DELETE_OR_LEAVE)
        if chat.ends() and isinstance(chat.outcome, EOFError):
            raise Wrong(
                "Ctrl-d ends it with an exception",
                seen="screen.press raised EOFError, and run let it through",
                expected="run returns 'left'",
                why="Ctrl-d is an ordinary way to go.",
                look=answer.where(chat.outcome),
            )
        _ended(answer, chat, "left", "ctrl-d was pressed", "EOFError")
    with chatting(answer) as (chat, server):
        chat.terminal.hang_up()
        if not chat.ends():
            raise Wrong(
                "It runs on after its terminal has gone",
                seen="screen.keys() came to its end; run did not return",
                expected="run returns 'left'",
                why="The window is closed: nobody can end it any more.",
                look=answer.line_with("def pump("),
            )
        _ended(answer, chat, "left", "there were no more keys")


def loses(answer: Answer) -> None:
    """A server that goes ends it"""
    with chatting(answer) as (chat, server):
        server.send(b"ann: one\n")
        chat.sees("ann: one")
        server.close()
        if not chat.ends():
            raise Wrong(
                "The receiving thread dies unseen",
                seen="the server closed the connection; run went on waiting",
                expected="run returns 'lost'",
                why="The queue stays empty for ever, and looks just like a room in "
                "which nobody says anything.",
                look=answer.line_with("def pump("),
            )
        _ended(answer, chat, "lost", "the server closed the connection")
    with chatting(answer, broken=True) as (chat, server):
        chat.terminal.type("hi", Key.ENTER)
        chat.ends()
        if isinstance(chat.outcome, OSError):
            raise Wrong(
                "A line that cannot be sent ends it with an exception",
                seen="sendall() raised OSError, and run let it through",
                expected="run returns 'lost'",
                why="Perhaps the server goes just before Enter is pressed.",
                look=answer.where(chat.outcome),
            )
        _ended(answer, chat, "lost", "a line could not be sent", "OSError")


def _ended(answer: Answer, chat: Chat, how: object, what: str, error: str = "") -> None:
    """Raise Wrong unless `run` returned `how`, and left the terminal in order.

    `error` is the exception that tells of `what`.
    """
    handled = error and (answer.line_with(error) or answer.line_with("except"))
    if not (how and chat.ends()):
        raise Wrong(
            "It does not end",
            seen=f"{what}; run did not return",
            expected="run returns",
            why="Whoever wants to go cannot.",
            look=handled or answer.line_with("@exit", "return"),
        )
    chat.raise_error()
    if chat.terminal.is_ready:
        raise terminal_left(answer, "screen.session() was begun and not ended")
    if chat.outcome != how:
        raise Wrong(
            "It does not say how it ended",
            seen=f"{what}; run returned {chat.outcome!r}",
            expected=repr(how),
            why="Who chose to go and who was thrown out want to be told different "
            "things.",
            look=handled
            or answer.line_with("    return", within="run")
            or answer.line_with("def run("),
        )


def ends_with_the_program(answer: Answer) -> None:
    """No thread of it keeps the program alive"""
    with chatting(answer) as (chat, server):
        server.send(b"ann: one\n")
        chat.sees("ann: one")
        if not all(thread.daemon for thread in chat.threads()):
            raise Wrong(
                "A thread that waits for a key keeps the program alive",
                seen="a thread that waits in screen.keys() or lines() is no daemon; "
                "when run has returned, it still waits, and the program with it",
                expected="Threads that do not keep it alive",
                why="Python waits at the end for every thread that is no daemon.",
                look=answer.line_with("Thread(", "Executor("),
            )


CHECKS = (
    check_pump.puts_news,
    shows,
    sends,
    owned,
    rests,
    ends_with_the_program,
    leaves_the_terminal,
    leaves,
    loses,
    check_pump.tells_of_its_end,
)
