"""Judges step 13: types, and sends lines, while the learner's client runs."""

from chat.terminal.keys import Key
from lessons.checking import Answer, Peer, Wrong
from lessons.step13_two_inputs import check_ends, check_pump, check_rest
from lessons.step13_two_inputs.acted import Chat, chatting, in_time
from lessons.step13_two_inputs.check_terminal import leaves_the_terminal
from lessons.step13_two_inputs.reasons import (
    altered,
    brief,
    over_too_soon,
    printed,
    repeated,
    unpressed,
    unseen,
    unsent,
)

MANY = 100  # lines that come at once
# Lines that have @exit in them, and are not it.
NO_EXIT = ("@exiter", "say @exit")
NO_COMMANDS = ("exit", "quit", "@quit", "bye")  # of the client
LONG = "a long line " + "x" * 300
TYPED = ("café", "@bob one   two", "  k ", "k", *NO_EXIT, *NO_COMMANDS, LONG)
# Lines that are none of somebody's words, and are shown like any other.
ODD = ("", "[INFO] bob joined", "  a  b ", LONG)


def shows(answer: Answer) -> None:
    """Each line that arrives is shown at once, once, and in order"""
    with chatting(answer) as (chat, server):
        server.send(b"ann: one\n")
        if not chat.sees("ann: one"):
            raise unseen(answer, chat)
        server.send(b"ann: two\nann: three\n")
        for line in ("ann: two", "ann: three"):
            if not chat.sees(line):
                chat.raise_error()
                if not chat.thread.is_alive():
                    raise over_too_soon(answer, chat)
                raise Wrong(
                    "Only the first message is shown",
                    seen=f"after 'ann: one' came 'ann: two' and 'ann: three'; on the "
                    f"screen was {chat.terminal.shown}",
                    expected="All three",
                    why="People go on talking.",
                    look=answer.line_with("lines(", ".recv("),
                )
        due = ["ann: one", "ann: two", "ann: three", *ODD, "ann: four"]
        for line in due[3:]:
            before = len(chat.terminal.shown)
            server.send(f"{line}\n".encode())
            if not chat.sees(line):
                raise _odd(answer, chat, line, chat.terminal.shown[before:])
        due += [f"ann: line {n}" for n in range(MANY)]
        server.send("".join(f"{line}\n" for line in due[-MANY:]).encode())
        if chat.sees(due[-1]):
            in_time(lambda: set(due) <= set(chat.terminal.shown))
        _compare(answer, chat, due)


def _compare(answer: Answer, chat: Chat, due: list[str]) -> None:
    """Raise Wrong unless each line was shown, once, and in order."""
    chat.raise_error()
    shown = [line for line in chat.terminal.shown if line in due]
    if shown == due and due[0] not in chat.printed.getvalue():
        return
    if missing := [line for line in due if line not in shown]:
        if not chat.thread.is_alive():
            raise over_too_soon(answer, chat)
        raise Wrong(
            "Some of many messages are not shown",
            seen=f"{MANY} lines came at once; {missing[0]!r} was not shown",
            expected="Every line",
            why="When a class talks, several lines arrive at once.",
            look=answer.line_with("show("),
        )
    shown += [line for line in chat.printed.getvalue().splitlines() if line in due]
    if len(shown) > len(due):
        if chat.printed.getvalue():
            raise printed(answer, chat)
        raise repeated(answer, next(line for line in due if shown.count(line) > 1))
    if shown == due:
        raise printed(answer, chat)
    place = next(n for n, line in enumerate(due) if shown[n] != line)
    raise Wrong(
        "Messages are shown in the wrong order",
        seen=f"{due[place]!r} came before {shown[place]!r}, and was shown after it",
        expected="What comes first is shown first",
        why="An answer that is shown above its question is misunderstood.",
        look=answer.line_with("Queue(", "show("),
    )


def _odd(answer: Answer, chat: Chat, line: str, shown: list[str]) -> Wrong:
    """Return why one of the lines is not shown that nobody has said."""
    if shown:
        return altered(answer, line, shown[0])
    chat.raise_error()
    if not chat.thread.is_alive():
        return Wrong(
            f"{'An empty' if not line else 'A'} line is taken for the end",
            seen=f"The server sent {line!r} as a line; run returned {chat.outcome!r}",
            expected="The line shown, and a loop that goes on",
            why="An empty text counts as false in Python. Only None means the end."
            if not line
            else "Only None means the end.",
            look=answer.line_with("if not ", ":= ", '== ""', within="run")
            or answer.line_with("return", within="run"),
        )
    return Wrong(
        "Some lines are not shown",
        seen=f"The server sent {line!r} as a line; on the screen was "
        f"{chat.terminal.shown}",
        expected="Every line, as it came",
        why="Not every line is a message from a user. The server decides what there "
        "is to show.",
        look=answer.line_with("if ", within="pump")
        or answer.line_with("show(", within="run"),
    )


def sends(answer: Answer) -> None:
    """What is typed is sent, even if messages come in between"""
    with chatting(answer) as (chat, server):
        chat.terminal.type("he")
        if not in_time(lambda: chat.terminal.row == "he"):
            raise unpressed(answer, chat, server)
        if came := server.quiet(0.05):
            raise Wrong(
                "Keys are sent before Enter is pressed",
                seen=f"'he' was typed, and no Enter; {came!r} was sent",
                expected="Nothing is sent until the line is finished",
                why="People can still change what is in the row. What is sent cannot "
                "be taken back.",
                look=answer.line_with("sendall(", ".send("),
            )
        server.send(b"ann: one\n")
        chat.sees("ann: one")
        chat.terminal.type("ll", "o", Key.ENTER)
        came = _line(chat, server)
        if came != b"hello\n":
            chat.raise_error()
            typed = "'he' was typed, then a message came, then 'llo' and Enter"
            raise unsent(answer, came, typed, "hello")
        chat.terminal.type(Key.ENTER)  # an empty line may be sent, or not
        for text in TYPED:
            chat.terminal.type(text, Key.ENTER)
            if not (came := _line(chat, server).removeprefix(b"\n")):
                came = _line(chat, server)
            if came != f"{text}\n".encode():
                chat.raise_error()
                _takes_for_exit(answer, chat, text)
                if (
                    not chat.thread.is_alive()
                    and f"> {text}" not in chat.terminal.shown
                ):
                    raise _ends_at_enter(answer, chat)
                raise unsent(answer, came, f"{brief(text)} and Enter were typed", text)
        # Only now: what `run` does after it has sent the line is over.
        _show_once(answer, chat, "hello")


def _line(chat: Chat, server: Peer) -> bytes:
    """Return the line that is sent, or what there is of it."""
    came = bytearray()

    def has_come() -> bool:
        goes_on = chat.thread.is_alive()
        came.extend(server.quiet(0.01))
        return came.endswith(b"\n") or not goes_on

    in_time(has_come)
    return bytes(came)


def _show_once(answer: Answer, chat: Chat, typed: str) -> None:
    """Raise Wrong if a typed line is shown by more than `screen.press`."""
    shown = [line for line in chat.terminal.shown if typed in line]
    printed = [line for line in chat.printed.getvalue().splitlines() if typed in line]
    if len(shown + printed) > 1:
        _, _, after_press = answer.source_of("run").partition("press(")
        own = [line for line in after_press.splitlines() if "show(" in line]
        raise Wrong(
            "What is typed is shown twice",
            seen=f"{typed!r} was typed; on the screen were {[*shown, *printed]}",
            expected=f"['> {typed}'], which press() puts there",
            why="screen.press moves a finished line above the row, so do not show "
            "it again.",
            look=answer.line_with("print(")
            if printed
            else answer.line_with(*[line.strip() for line in own][:1], within="run")
            or answer.line_with("show(", within="run"),
        )


def _ends_at_enter(answer: Answer, chat: Chat) -> Wrong:
    return Wrong(
        "Enter in an empty row ends the chat",
        seen=f"Enter was pressed in an empty row; run returned {chat.outcome!r}",
        expected="A chat that goes on",
        why="An empty line is not @exit. Many people press Enter once too often.",
        look=answer.line_with("not line", '== ""', "== ''", "if line", within="run")
        or answer.line_with("return", within="run"),
    )


def _takes_for_exit(answer: Answer, chat: Chat, text: str) -> None:
    """Raise Wrong if a line ends the chat that is not exactly @exit."""
    if text in NO_EXIT and chat.outcome == "left":
        raise Wrong(
            "A line that only has @exit in it ends the chat",
            seen=f"{text!r} and Enter were typed; run returned 'left'",
            expected=f"{text!r} is sent, like any other line",
            why="As a part of another word, or later in a line, @exit is not meant "
            "for the client.",
            look=answer.line_with("@exit"),
        )
    if text in NO_COMMANDS and chat.outcome == "left":
        raise Wrong(
            "A word other than @exit ends the chat",
            seen=f"{text!r} and Enter were typed; run returned 'left'",
            expected=f"{text!r} is sent, like any other line",
            why="Only @exit is meant for the client. Other words are for the room, "
            "which may know them.",
            look=answer.line_with(f'"{text}"', f"'{text}'"),
        )


def owned(answer: Answer) -> None:
    """Only one thread writes to the screen, and only inside its session"""
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
                "screen.press; only the one that called run should do that",
                expected="One thread owns the screen; the others put their news into "
                "the queue",
                why="Two threads that write at the same time tear each other's rows.",
                look=answer.line_with("show(", "press("),
            )
        if chat.terminal.was_written_outside:
            raise Wrong(
                "The screen is used outside its session",
                seen="screen.show or screen.press was called before `with "
                "screen.session():` had begun, or after it had ended",
                expected="All of it inside the block",
                why="Outside the block the terminal shows each key itself, and "
                "passes on only whole lines.",
                look=answer.line_with("session(", "show("),
            )
        if chat.terminal.sessions > 1:
            raise Wrong(
                "screen.session() is begun again and again",
                seen=f"screen.session() was begun {chat.terminal.sessions} times",
                expected="One session, with the loop inside it",
                why="Each time, the terminal changes its mode and then changes it "
                "back. Keys that are pressed in between are shown in the wrong "
                "place.",
                look=answer.line_with("session("),
            )


CHECKS = (
    check_pump.puts_news,
    shows,
    check_rest.rests,
    sends,
    owned,
    check_ends.ends_with_the_program,
    check_ends.leaves,
    check_ends.loses,
    leaves_the_terminal,
    check_pump.tells_of_its_end,
)
