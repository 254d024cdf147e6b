"""Says why something is not shown, pressed or sent, for the check of step 13.

The thread of the check enters.
"""

from lessons.checking import Answer, Peer, Wrong
from lessons.checking.diagnosis import quoted
from lessons.step13_two_inputs.acted import AGAIN_S, SHORT_BYTES, Chat, in_time

LONG_CHARS = 50  # are not shown whole


def unseen(answer: Answer, chat: Chat) -> Wrong:
    """Return why a line of the server is not on the screen."""
    chat.raise_error()
    if chat.printed.getvalue():
        return printed(answer, chat)
    if changed := chat.shown_with("ann: one"):
        return altered(answer, "ann: one", changed[0])
    if not chat.thread.is_alive():
        return over_too_soon(answer, chat)
    if not chat.terminal.is_ready:
        if look := chat.joins_at():
            return joins(look, "The server sent 'ann: one'")
        return Wrong(
            "run() does not get to its loop",
            seen="The server sent 'ann: one'; `with screen.session():` was not reached",
            expected="Two threads started, and then the loop",
            why="A call that blocks must be in a thread. `target=f()` calls f here and "
            "now, and gives the thread what f returns; `run()` starts no thread.",
            look=chat.stands_at(answer),
        )
    if "ann: one" in chat.terminal.row:
        return _typed_in(answer)
    if chat.terminal.row:
        return Wrong(
            "Something that is not a key is given to press()",
            seen="The server sent 'ann: one', and nobody typed; in the row now is "
            f"{chat.terminal.row!r}",
            expected="Taken out in the order in which it was put in: first the name, "
            "then the item",
            why="`a, b = news.get()` assigns by position, not by name.",
            look=answer.line_with(".get(", "press("),
        )
    if not chat.threads():
        if found := _by_processes(
            answer,
            "The server sent 'ann: one'; it was not shown, and none of the program's "
            "own threads is alive",
        ):
            return found
        return Wrong(
            "No thread is running",
            seen="run waits in its loop, and none of its threads is alive",
            expected="Two threads: one for the lines, one for the keys",
            why="`Thread(...)` only makes a thread. It runs when you call start().",
            look=answer.line_with("Thread("),
        )
    chat.terminal.type("x")
    if chat.sees("ann: one", AGAIN_S):
        return Wrong(
            "A message is shown only when a key is pressed",
            seen="The server sent 'ann: one'; it was shown only after a key was "
            "pressed",
            expected="'ann: one' at once",
            why="A user may listen without typing. With two queues, or two calls "
            "one after the other, the loop waits for one while the other has "
            "news.",
            look=answer.line_with(".get(", "keys()"),
        )
    return Wrong(
        "Messages that arrive are not shown",
        seen=f"The server sent 'ann: one'; on the screen was {chat.terminal.shown}",
        expected="['ann: one']",
        why="In a chat, people must see what others write.",
        look=answer.line_with("show(", "def run("),
    )


def _by_processes(answer: Answer, seen: str) -> Wrong | None:
    """Return the diagnosis when the answer starts processes; they share little."""
    look = answer.line_with("Process(", "fork(")
    if not look:
        return None
    return Wrong(
        "The sources are read by processes, not by threads",
        seen=seen,
        expected="Two threads: one for the lines, one for the keys",
        why="A process has its own copy of all objects, such as the screen and its "
        "keys. Only threads share them.",
        look=look,
    )


def brief(line: str) -> str:
    """Return a line as Python writes it; of a long one the start, and its length."""
    if len(line) <= LONG_CHARS:
        return repr(line)
    return f"{line[:LONG_CHARS]!r} ... ({len(line)} characters)"


def altered(answer: Answer, line: str, shown: str) -> Wrong:
    """Return the diagnosis when a line of the server is shown in another form."""
    return Wrong(
        "A message is changed before it is shown",
        seen=f"The server sent {brief(line)}; on the screen was {brief(shown)}",
        expected="The line as it came",
        why="The line that the server sends is ready to be shown.",
        look=answer.line_with("show("),
    )


def printed(answer: Answer, chat: Chat) -> Wrong:
    """Return the diagnosis when standard output gets what the screen should get."""
    return Wrong(
        "A thread prints without using the screen",
        seen=f"{chat.printed.getvalue()[:80]!r} was written to standard output, not "
        "shown with the screen",
        expected="screen.show('ann: one'), and no print()",
        why="Printed text appears wherever the cursor is, in the middle of the line "
        "that is being typed.",
        look=answer.line_with("print(", "stdout", own=True),
    )


def over_too_soon(answer: Answer, chat: Chat) -> Wrong:
    """Return the diagnosis when `run` has returned before anything has ended."""
    return Wrong(
        "run() returns too soon",
        seen=f"nobody has left, and the server was there; run returned "
        f"{chat.outcome!r}",
        expected="A loop that goes on until either side ends it",
        why="When run has returned, it shows nothing any more.",
        look=answer.line_with("return", "break", within="run")
        or answer.line_with("def run("),
    )


def _typed_in(answer: Answer) -> Wrong:
    return Wrong(
        "A message is given to press() instead of show()",
        seen="The server sent 'ann: one'; now it is in the row that is being typed",
        expected="screen.show for a line, screen.press for a key",
        why="It would be sent with the next Enter, as if you had said it.",
        look=answer.line_with("press("),
    )


def unpressed(answer: Answer, chat: Chat, server: Peer) -> Wrong:
    """Return why 'he', which was typed, is not in the row."""
    chat.raise_error()
    if found := _by_processes(answer, "'he' was typed, and it did not appear"):
        return found
    server.send(b"ann: one\n")
    if in_time(lambda: chat.terminal.row == "he", AGAIN_S):
        return Wrong(
            "A key is seen only when a message comes",
            seen="'he' was typed; it appeared after the server had sent a line",
            expected="'he' at once",
            why="Users could not see what they type until somebody sends a message.",
            look=answer.line_with(".get(", "lines("),
        )
    if chat.terminal.row:
        return Wrong(
            "The row shows something other than what was typed",
            seen=f"'he' was typed; in the row was {chat.terminal.row!r}",
            expected="'he': one press for each key",
            why="People want to see what they type.",
            look=answer.line_with("press("),
        )
    if len(chat.threads()) == 1:
        return Wrong(
            "Only one thread is running",
            seen="'he' was typed, and nothing appeared; one of the threads that run "
            "has made is alive",
            expected="Two threads: one for the lines, one for the keys",
            why="A thread that waits for a line cannot wait for a key at the same "
            "time.",
            look=answer.line_with("Thread(", "keys("),
        )
    return Wrong(
        "Keys have no effect",
        seen=f"'he' was typed; in the row was {chat.terminal.row!r}",
        expected="'he'",
        why="People need to see what they type.",
        look=answer.line_with("press(", "keys()", "def run("),
    )


def unsent(answer: Answer, came: bytes, seen: str, typed: str) -> Wrong:
    """Return the diagnosis when `came` is not the line that was `typed`."""
    if b"ann: one" in came:
        return _typed_in(answer)
    if found := _by_processes(answer, f"{seen}; {quoted(came)} was sent"):
        return found
    whole = f"{typed}\n".encode()
    if came == whole[:SHORT_BYTES] and answer.line_with(".send("):
        return Wrong(
            "send() takes only a part of the line",
            seen=f"{seen}; send() took {SHORT_BYTES} bytes of it, and nothing else "
            "was sent",
            expected="The whole line: sendall()",
            why="`send` takes only as many bytes as there is room for, and returns "
            "that number.",
            look=answer.line_with(".send("),
        )
    stripped = {typed.strip(), typed.lstrip(), typed.rstrip()} - {typed}
    if came in {f"{text}\n".encode() for text in stripped}:
        return Wrong(
            "Spaces around a typed line are lost",
            seen=f"{seen}; {came!r} was sent",
            expected=f"{whole!r}",
            why="The server decides what spaces mean. A line that begins with one is "
            "a mistake there, and the user would not be told.",
            look=answer.line_with("strip("),
        )
    titles = {
        b"": "What is typed is not sent",
        whole[:-1]: "The line is sent without its LF",
    }
    return Wrong(
        titles.get(came, "What is sent is not what was typed"),
        seen=f"{seen}; {quoted(came)} was sent",
        expected="Each line that is typed, in UTF-8, with an LF",
        why="Others must read what the user typed, no less and no more."
        if came.endswith(b"\n")
        else "The server reads lines: it waits for the LF.",
        look=answer.line_with("sendall(", ".send("),
    )


def exit_is_sent(answer: Answer) -> Wrong:
    """Return the diagnosis when the server gets @exit."""
    return Wrong(
        "@exit is sent to the server",
        seen="'@exit' was typed; the server got b'@exit\\n'",
        expected="Nothing is sent, and the client ends",
        why="@exit is only for the client. The server notices that the "
        "connection has ended.",
        look=answer.line_with("@exit") or answer.line_with("sendall("),
    )


def terminal_left(answer: Answer, seen: str) -> Wrong:
    """Return the diagnosis when the terminal stays as the client had set it."""
    return Wrong(
        "The terminal is not set back",
        seen=seen,
        expected="The terminal as it was, however run ends",
        why="The shell in which you type next would not show what you type.",
        look=answer.line_with("_exit(", "session("),
    )


def repeated(answer: Answer, line: str) -> Wrong:
    """Return the diagnosis when a message is on the screen twice."""
    return Wrong(
        "A message is shown twice",
        seen=f"The server sent {line!r} once; it was shown more than once",
        expected="Each line once",
        why="Readers would believe that there were two messages.",
        look=answer.line_with("show(", within="run"),
    )


def joins(look: str, what: str) -> Wrong:
    """Return the diagnosis when `run` waits for the end of a thread."""
    return Wrong(
        "run() waits for its threads",
        seen=f"{what}; run waits in join(), and one of its threads waits in "
        "screen.keys() or lines()",
        expected="Threads that are started, and never joined",
        why="Such a thread ends only when its source ends: when the terminal or the "
        "server has gone.",
        look=look,
    )
