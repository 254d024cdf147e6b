"""What an exception means that ended a thread of a server with one for each client.

The thread of the check enters.
"""

import re

from lessons.checking import Answer, Served, Wrong
from lessons.checking.errors import explained_error


def known_error(server: Served) -> Wrong | None:
    """Return the diagnosis of the first exception, if it is a known one."""
    error, look = server.errors[0]
    making = server.answer.line_with("Thread(")
    if "group argument must be None" in error:
        return Wrong(
            "`target=` is missing",
            seen=error,
            expected="The function and its arguments by name: target=, args=",
            why="The first argument of Thread is not the function.",
            look=making,
        )
    if ".run() missing" in error:
        return Wrong(
            "`run` has an argument that nobody passes",
            seen=error,
            expected="run(self) alone; the connection is kept as self.connection",
            why="The thread calls run() without arguments. What run() needs is passed "
            "when the object is made, to its __init__().",
            look=server.answer.line_with("def run") or making,
        )
    if "thread.__init__() not called" in error:
        return Wrong(
            "`__init__` of a thread replaces the inherited one",
            seen=error,
            expected="super().__init__() at its beginning",
            why="A method of the same name replaces the inherited one. Call the "
            "inherited one in it: it makes the thread ready to start.",
            look=server.answer.line_with("def __init__") or look,
        )
    if "missing 1 required positional argument" in error and not look:
        return Wrong(
            "`args=` is missing",
            seen=error,
            expected="The connection, among the arguments in args=",
            why="The thread calls the function with the arguments in args=, and no "
            "others.",
            look=making,
        )
    if "threads can only be started once" in error:
        return Wrong(
            "A thread is started a second time",
            seen=error,
            expected="A new thread for each client, started once",
            why="A thread runs its target once. After that it cannot be used again.",
            look=look or making,
        )
    if "cannot join current thread" in error:
        return Wrong(
            "A thread waits for its own end",
            seen=error,
            expected="join() only for the threads that serve clients",
            why="threading.enumerate() gives all threads, including the one that "
            "calls it.",
            look=look,
        )
    if "object is not callable" in error and look in ("", making):
        return Wrong(
            "`target=` is not given a function",
            seen=error,
            expected="The function itself, by its name, without quotes or parentheses",
            why="The thread calls its target. A string, for example, cannot be called.",
            look=server.answer.line_with("target=") or making,
        )
    if "after * must be" in error:
        return Wrong(
            "`args` is not a tuple",
            seen=error,
            expected="A tuple of the arguments, even if there is only one",
            why="Parentheses alone do not make a tuple; a comma does.",
            look=server.answer.line_with("args=") or look,
        )
    if "object has no attribute 'is_alive'" in error:
        return _no_thread(error, server.answer)
    if re.search(r"'tuple' object has no attribute '(shutdown|close|join)'", error):
        return Wrong(
            "A pair is used as if it were one of its parts",
            seen=error,
            expected="The part that you mean",
            why="Each item of `clients` holds two things: a connection and its thread.",
            look=look,
        )
    mixed = r"'Thread' object has no attribute '(shutdown|close)'|'socket' .* 'join'"
    if re.search(mixed, error):
        return Wrong(
            "A connection and its thread are mixed up",
            seen=error,
            expected="shutdown() of the connection, join() of the thread",
            why="Each item of `clients` is (connection, thread), in this order.",
            look=look,
        )
    if look:
        return None
    return explained_error(error, making, "server", server.answer.source)


def _no_thread(error: str, answer: Answer) -> Wrong:
    started = answer.line_with(".start()", within="welcome")
    taken = re.search(r": (return |\w+ = ).*\.start\(\)$", started)
    return Wrong(
        "`welcome` does not return the thread",
        seen=error,
        expected="The thread, which goes into the list of clients",
        why="start() returns None: keep the thread in a variable, then start it, then "
        "return it."
        if taken
        else "stop() can wait only for threads that are in its list.",
        look=(started if taken else answer.line_with("return", within="welcome"))
        or answer.line_with("def welcome"),
    )
