"""Judges step 13: how it ends, and what it then leaves behind.

The thread of the check enters.
"""

import ast

from chat.terminal.keys import Key
from lessons.checking import Answer, Peer, Wrong
from lessons.step13_two_inputs import check_pump
from lessons.step13_two_inputs.acted import AGAIN_S, Chat, chatting, in_time
from lessons.step13_two_inputs.reasons import exit_is_sent, joins, terminal_left

LAST = [f"bob: word {n}" for n in range(20)]  # that come right before the end


def leaves(answer: Answer) -> None:
    """@exit, ctrl-d and the loss of the terminal end the client"""
    with chatting(answer) as (chat, server):
        chat.terminal.type("@exit", Key.ENTER)
        chat.runs_on = not in_time(
            lambda: not chat.thread.is_alive() or server.quiet(0.01)
        )
        if b"@exit" in server.received:
            raise exit_is_sent(answer)
        _ended(answer, chat, "left", "@exit was typed")
        _has_sent_nothing(answer, server, "@exit was typed")
    with chatting(answer) as (chat, server):
        chat.terminal.type(Key.DELETE_OR_LEAVE)
        if chat.ends() and isinstance(chat.outcome, EOFError):
            raise Wrong(
                "Ctrl-d ends the client with an exception",
                seen="screen.press raised EOFError, and run let it through",
                expected="run returns 'left'",
                why="Ctrl-d is a normal way to leave.",
                look=answer.where(chat.outcome),
            )
        _ended(answer, chat, "left", "ctrl-d was pressed", "EOFError")
        _has_sent_nothing(answer, server, "ctrl-d was pressed")
    with chatting(answer) as (chat, server):
        chat.terminal.hang_up()
        if not chat.ends():
            raise _goes_on(
                answer,
                chat,
                "The client runs on after its terminal has gone",
                seen="screen.keys() came to its end",
                how="left",
                why="The window is closed, so nobody can end the program.",
            )
        _ended(answer, chat, "left", "there were no more keys")


def _has_sent_nothing(answer: Answer, server: Peer, what: str) -> None:
    server.quiet(0.01)
    if came := bytes(server.received):
        raise Wrong(
            "Something is sent to the server that nobody typed",
            seen=f"{what}; the server got {came!r}",
            expected="Nothing is sent, and the client ends",
            why="The server notices that the connection has ended. What it gets as a "
            "line, it takes for something that you have said.",
            look=answer.line_with("sendall(", ".send("),
        )


def loses(answer: Answer) -> None:
    """The client ends when the server goes"""
    for what, go in (("closed", _speaks_and_closes), ("reset", _resets)):
        with chatting(answer) as (chat, server):
            server.send(b"ann: one\n")
            chat.sees("ann: one")
            go(chat, server)
            if not chat.ends():
                raise _goes_on(
                    answer,
                    chat,
                    "The receiving thread ends with an exception that nobody notices",
                    seen=f"the server {what} the connection",
                    how="lost",
                    why="The queue stays empty forever. That looks just like a room "
                    "in which nobody speaks.",
                )
            _ended(answer, chat, "lost", f"the server {what} the connection")
            if go is _speaks_and_closes:
                _has_shown(answer, chat)
    with chatting(answer, broken=True) as (chat, server):
        chat.terminal.type("hi", Key.ENTER)
        chat.ends()
        if isinstance(chat.outcome, OSError):
            raise Wrong(
                "A line that cannot be sent ends the client with an exception",
                seen="sendall() raised OSError, and run let it through",
                expected="run returns 'lost'",
                why="The server may go just before Enter is pressed.",
                look=answer.where(chat.outcome),
            )
        _ended(answer, chat, "lost", "a line could not be sent", "OSError")


def _speaks_and_closes(chat: Chat, server: Peer) -> None:
    """Send the last lines and close; only then let the client show any of them.

    Its reading thread has ended by then, unless a full queue makes it wait.
    """
    threads = len(chat.threads())
    with chat.terminal.held():
        server.send("".join(f"{line}\n" for line in LAST).encode())
        server.close()
        in_time(lambda: len(chat.threads()) < threads, AGAIN_S)


def _resets(_: Chat, server: Peer) -> None:
    server.reset()  # what was not received is lost


def _has_shown(answer: Answer, chat: Chat) -> None:
    """Raise Wrong unless all is shown that came right before the end."""
    if missing := [line for line in LAST if line not in chat.terminal.shown]:
        raise Wrong(
            "The last lines before the end are not shown",
            seen=f"the server sent {len(LAST)} lines and closed the connection; "
            f"{missing[0]!r} was not shown",
            expected="All lines, and then the end",
            why="When the reading thread has ended, its lines may still be in the "
            "queue.",
            look=answer.line_with("is_set()", "is_alive()", within="run")
            or answer.line_with("return", within="run"),
        )


def _goes_on(
    answer: Answer, chat: Chat, title: str, seen: str, how: str, why: str
) -> Wrong:
    """Return why `run` does not return when one of its sources has ended."""
    chat.raise_error()
    if look := chat.joins_at():
        return joins(look, seen)
    if check_pump.says_its_end(answer):
        return Wrong(
            "run() goes on after a source has ended",
            seen=f"{seen}. Then pump puts (name, None); run did not return",
            expected=f"run returns {how!r}",
            why="When one source has ended, the other one does not end by itself.",
            look=answer.line_with("None", within="run") or chat.stands_at(answer),
        )
    return Wrong(
        title,
        seen=f"{seen}; run went on waiting",
        expected=f"run returns {how!r}",
        why=why,
        look=answer.line_with("def pump("),
    )


def _ended(answer: Answer, chat: Chat, how: str, what: str, error: str = "") -> None:
    """Raise Wrong unless `run` returned `how`, and left the terminal in order.

    `error` is the exception that tells of `what`.
    """
    handled = error and (answer.line_with(error) or answer.line_with("except"))
    if not chat.ends():
        chat.raise_error()
        if look := chat.joins_at():
            raise joins(look, what)
        raise Wrong(
            "The client does not end",
            seen=f"{what}; run did not return",
            expected="run returns",
            why="Users who want to leave cannot.",
            look=handled or _where(answer, chat),
        )
    _is_not_killed(answer, chat, what)
    chat.raise_error()
    if chat.terminal.is_ready:
        raise terminal_left(answer, "screen.session() was begun and not ended")
    if chat.outcome != how:
        raise Wrong(
            "run() does not return how it ended",
            seen=f"{what}; run returned {chat.outcome!r}",
            expected=repr(how),
            why="A user who chose to leave and one whose server has gone need "
            "different messages.",
            look=handled
            or answer.line_with("    return", within="run")
            or answer.line_with("def run("),
        )


def _where(answer: Answer, chat: Chat) -> str:
    """Return where `run` waits; if it is for news, rather where @exit is looked at."""
    stands = chat.stands_at(answer)
    return answer.line_with("@exit") if ".get(" in stands or not stands else stands


def _is_not_killed(answer: Answer, chat: Chat, what: str) -> None:
    """Raise Wrong if the answer ends the program, where it should return."""
    if chat.killed_in_session:
        raise terminal_left(
            answer, f"{what}; os._exit() was called inside screen.session()"
        )
    if chat.killed_in_session is None and not isinstance(chat.outcome, SystemExit):
        return
    raise Wrong(
        "run() ends the whole program instead of returning",
        seen=f"{what}; "
        + (
            "SystemExit was raised"
            if chat.killed_in_session is None
            else "os._exit() was called"
        ),
        expected="run returns how it ended",
        why="main() has more to do then, such as printing that the server has gone.",
        look=answer.line_with("_exit(", "exit()", "quit(", "SystemExit", "exit("),
    )


def ends_with_the_program(answer: Answer) -> None:
    """None of its threads keeps the program alive"""
    with chatting(answer) as (chat, server):
        server.send(b"ann: one\n")
        chat.sees("ann: one")
        if lasting := [thread for thread in chat.threads() if not thread.daemon]:
            is_key = any(map(chat.reads_keys, lasting))
            raise Wrong(
                "A thread that waits for a key keeps the program alive"
                if is_key
                else "A thread that waits for a line keeps the program alive",
                seen=f"a thread that waits in {'screen.keys' if is_key else 'lines'}() "
                "is not a daemon thread; when run has returned, it still waits, and so "
                "does the program",
                expected="Threads that do not keep the program alive",
                why="At the end Python waits for every thread that is not a daemon "
                "thread.",
                look=_without_daemon(answer)
                or answer.line_with("Thread(", "Executor("),
            )


def _without_daemon(answer: Answer) -> str:
    """Return the line of a Thread(...) that does not say whether it is a daemon."""
    for node in ast.walk(answer.tree):
        if not (isinstance(node, ast.Call) and "Thread" in ast.unparse(node.func)):
            continue
        if "daemon" not in [keyword.arg for keyword in node.keywords]:
            return answer.line(node.lineno)
    return ""
