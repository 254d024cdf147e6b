"""What an exception of the learner's code means, for somebody who meets it first here.

PURE.
"""

import re
from typing import NamedTuple

from lessons.checking.diagnosis import Wrong
from lessons.checking.slips import slip


class _Known(NamedTuple):
    """An exception that gets a special title: how its text is known, and its line."""

    error: str
    line: str  # a pattern, too; "" fits all
    title: str
    expected: str
    why: str


_KNOWN = (
    _Known(
        r"bytes-like object is required, not 'str'|expected a bytes-like object, str"
        r"|concat str to bytes|concatenate str \(not \"bytes\"\)|not bytes$"
        r"|'bytes' object has no attribute 'encode'"
        r"|'str' object has no attribute 'decode'|takes a line of text"
        r"|cannot use a (string|bytes) pattern",
        "",
        "Text and bytes are mixed up",
        "Bytes with bytes, text with text; to a socket, bytes",
        "Python does not turn one into the other by itself. encode() makes "
        "bytes from text, decode() makes text from bytes.",
    ),
    _Known(
        r"'bytes' object has no attribute '(clear|append|extend|pop)'"
        r"|'bytes' object does(n't| not) support item",
        "",
        "`bytes` are used as if they could be changed",
        "A bytearray, made with bytearray(), in the variable all the time",
        "`bytes` cannot be changed. And if you put `bytes` into a variable "
        "that held a bytearray, the bytearray is gone.",
    ),
    _Known(
        r"'(bytes|bytearray)' object cannot be interpreted as an integer",
        r"append\(",
        "append() is given more than one byte",
        "`+=` or extend(), which add many bytes",
        "append() adds one byte to a bytearray, given as a number: 10 for LF.",
    ),
    _Known(
        r"not 'bool'$|'bool' object has no attribute",
        "",
        "The result of a comparison is used as if it were the bytes",
        "The bytes in the variable: `while data := f():`, or parentheses as in "
        '`(data := f()) != b""`',
        '`:=` takes everything to its right. In `data := f() != b""` that '
        "is the answer to the comparison, True or False.",
    ),
    _Known(
        r"'tuple' object (does not support the context manager"
        r"|has no attribute '(recv|send|sendall|close)')",
        "",
        "The pair that accept() returns is used as the socket",
        "The socket of the client, which is the first of two things in that tuple",
        "accept() returns a new socket and the client's address, both in one tuple.",
    ),
    _Known(
        r"generator already executing",
        "",
        "Two threads read from the same source",
        "One thread for each source, with the source among its arguments",
        "A source gives each item once, to one thread. A lambda made in a loop looks "
        "up its variables when it is called. By then they may hold the last source.",
    ),
    _Known(
        r"^EOFError",
        r"\binput\(",
        "input() is called where nobody can type",
        "No input(). The exercise says where the typed text comes from",
        "input() reads whole lines from standard input, and waits for them.",
    ),
    _Known(
        r"'(method|function|builtin_function_or_method)' object ("
        r"is not (iterable|subscriptable)|has no attribute)"
        r"|cannot unpack non-iterable (method|function|builtin_function_or_method)",
        "",
        "A function is named but not called",
        "Parentheses after its name: f()",
        "Without them the name means the function itself, and not what it returns.",
    ),
    _Known(
        r"'(method|function|builtin_function_or_method|type)' object does not support "
        r"the context manager",
        "",
        "`with` is given the class or function that makes a lock, not a lock",
        "The parentheses where it is made: threading.Lock()",
        "Without them the name means the function or class itself.",
    ),
    _Known(
        r"'(_thread\.)?(lock|Lock|RLock|Condition|Semaphore)' object is not callable",
        "",
        "A lock is called like a function",
        "`with lock:`, without parentheses; or lock.acquire() and lock.release()",
        "The lock was made with parentheses, once. Now it is an object, and is used.",
    ),
    _Known(
        r"\bcoroutine\b",
        "",
        "A coroutine is made, but never awaited",
        "threading and queue, whose calls do their work at once",
        "asyncio is for tasks that take turns in one thread. Calling one of its "
        "coroutines only makes an object, and runs nothing.",
    ),
    _Known(
        r"release unlocked lock|cannot release un-acquired",
        "",
        "A lock is released although it is not held",
        "One release for each acquire that got the lock; or `with`, which does both",
        "acquire() with a limit, or with False, may return without the lock.",
    ),
    _Known(
        r"cannot (wait on|notify on) un-acquired",
        "",
        "A condition is used without its lock",
        "`with CONDITION:` around wait() and notify()",
        "Between checking the condition and wait() no other thread may get in.",
    ),
    _Known(
        r"^BlockingIOError",
        r"recv",
        "A socket is read although nothing has arrived",
        "One recv() each time that a socket is ready, or BlockingIOError caught",
        "A non-blocking socket does not wait. If nothing has come, recv() "
        "raises an exception.",
    ),
    _Known(
        r"^UnicodeDecodeError",
        "",
        "Bytes that are not valid text, or not yet complete, are decoded",
        "No decode(), or one that gets the whole text and does not fail on wrong bytes",
        "TCP may cut in the middle of a character, and a client may send any bytes.",
    ),
    _Known(
        r"^UnicodeEncodeError: '(?!utf)",
        "",
        "Text is encoded with an encoding that lacks some characters",
        "encode(), which makes UTF-8: it knows every character",
        "ASCII has no é, and Latin-1 no €: a client may send either.",
    ),
    _Known(
        r"Errno 22\]|WinError 10022\]",
        r"accept\(",
        "accept() is called on a socket that does not listen",
        "A listening socket",
        "A new socket does not listen yet. Only after listen() can it accept clients.",
    ),
    _Known(
        r"Errno (107|57)\]|WinError 10057\]",  # Linux, macOS, Windows
        r"recv\(|send|talk\(",
        "A socket that is not connected to a client is used to talk",
        "The socket that accept() has returned",
        "The listening socket carries no bytes: each client has its own socket.",
    ),
    _Known(
        r"Errno (107|57)\]|WinError 100(57|54|53)\]",  # Linux, macOS, Windows
        r"(?<!listener)\.shutdown\(",
        "shutdown() fails because the client has gone",
        "close() alone, or `with contextlib.suppress(OSError):` around shutdown()",
        "A connection that has broken off cannot be shut down any more.",
    ),
    _Known(
        r"Errno 32\]",  # what Linux says of send() there
        r"listener\.send",
        "A socket that is not connected to a client is used to talk",
        "The socket that accept() has returned",
        "The listening socket carries no bytes: each client has its own socket.",
    ),
    _Known(
        r"Errno 9\]|WinError 10038\]",
        r"recv\(|send|talk\(|accept\(|shutdown\(",
        "A socket is used after it was closed",
        "A socket that is open for as long as it is needed",
        "After close(), or after a `with` block, a socket cannot be used any more.",
    ),
)


def explained_error(error: str, look: str, where: str, source: str = "") -> Wrong:
    """Return the diagnosis of an exception; `error` is as Python writes it.

    With `source`, the text of the file, a forgotten import or `self` is known, too.
    """
    return known_error(error, look, source) or Wrong(
        f"{error.partition(':')[0]} in your {where}",
        seen=error,
        expected="No exception, or one that your code handles",
        why="An exception that nobody handles ends the function. Nothing after that "
        "line is done.",
        look=look,
    )


def known_error(error: str, look: str, source: str) -> Wrong | None:
    """Return the diagnosis of an exception whose cause is known, or None."""
    if found := slip(error, look, source):
        return Wrong(
            found.title, seen=error, expected=found.expected, why=found.why, look=look
        )
    for known in _KNOWN:
        if re.search(known.error, error) and re.search(known.line, look):
            return Wrong(
                known.title,
                seen=error,
                expected=known.expected,
                why=known.why,
                look=look,
            )
    if parts := re.search(
        r"^AttributeError: '(\w+)' object has no attribute '(\w+)'", error
    ):
        return _no_attribute(parts[1], parts[2], error, look, source)
    return None


def _no_attribute(kind: str, name: str, error: str, look: str, source: str) -> Wrong:
    is_own = re.search(rf"(?m)^class {kind}\b", source)
    if is_own and re.search(rf"(?m)^\s+{name}\b(: [^=]+)? = ", source):
        return Wrong(
            f"`{name}` is set without self",
            seen=error,
            expected=f"self.{name} = ...",
            why="A name without self is a variable of the method. It is gone when "
            "the method returns.",
            look=look,
        )
    if kind == "NoneType":
        return Wrong(
            f"None is used where an object is expected: it has no `{name}`",
            seen=error,
            expected="Something other than None in front of the dot",
            why="None comes from a function that returns nothing, from a dict's get(), "
            "and from a variable that has not been set yet.",
            look=look,
        )
    article = "an" if kind[0] in "AEIOUaeiou" else "a"
    return Wrong(
        f"{article.capitalize()} {kind} has no `{name}`",
        seen=error,
        expected=f"Something that {article} {kind} has, or another object in front of "
        "the dot",
        why="You cannot use what is not there, and an exception that nobody "
        "handles ends the function.",
        look=look,
    )
