"""What an exception of the learner's code means, for those who see it first here.

PURE.
"""

import re
from typing import NamedTuple

from lessons.checking.diagnosis import Wrong
from lessons.checking.slips import slip


class _Known(NamedTuple):
    """An exception with a name of its own: how its text is known, and its line."""

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
        "bytes are to change, and never do",
        "A bytearray, made with bytearray() and kept as one",
        "`bytes` cannot be changed. And if you put `bytes` into a variable "
        "that held a bytearray, the bytearray is gone.",
    ),
    _Known(
        r"'(bytes|bytearray)' object cannot be interpreted as an integer",
        r"append\(",
        "append() is given more than one byte",
        "`+=` or extend(), which add many",
        "append() adds one byte to a bytearray, given as a number: 10 for LF.",
    ),
    _Known(
        r"not 'bool'$|'bool' object has no attribute",
        "",
        "A comparison's True is taken for the bytes",
        "The bytes in the variable: `while data := f():`, or parentheses as in "
        '`(data := f()) != b""`',
        '`:=` takes everything to its right. In `data := f() != b""` that '
        "is the answer to the comparison, True or False.",
    ),
    _Known(
        r"'tuple' object (does not support the context manager"
        r"|has no attribute '(recv|send|sendall|close)')",
        "",
        "What accept() returns is taken for the socket",
        "The socket of the client, which is the first of two things in that tuple",
        "accept() returns a new socket and the client's address, both in one tuple.",
    ),
    _Known(
        r"generator already executing",
        "",
        "Two threads read from one source",
        "One thread for each source, with the source among its arguments",
        "A source gives each item once, to one thread. A lambda in a loop "
        "looks its names up when it is called. By then they may mean the "
        "last source.",
    ),
    _Known(
        r"^EOFError",
        r"\binput\(",
        "input() is called where nobody can type",
        "No input(): the exercise says where the typed text comes from",
        "input() reads whole lines from standard input, and waits for them.",
    ),
    _Known(
        r"'(method|function|builtin_function_or_method)' object ("
        r"is not (iterable|subscriptable)|has no attribute)"
        r"|cannot unpack non-iterable (method|function|builtin_function_or_method)",
        "",
        "A function is named and not called",
        "Its parentheses: f()",
        "Without them the name means the function itself, and not what it returns.",
    ),
    _Known(
        r"'(method|function|builtin_function_or_method|type)' object does not support "
        r"the context manager",
        "",
        "`with` is given what makes a lock, and not a lock",
        "The parentheses where it is made: threading.Lock()",
        "Without them the name stands for the function or class itself.",
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
        "A coroutine is made, and nobody awaits it",
        "threading and queue, whose calls do their work at once",
        "What asyncio has is for tasks that take turns in one thread. To call it only "
        "makes an object, and runs nothing.",
    ),
    _Known(
        r"release unlocked lock|cannot release un-acquired",
        "",
        "A lock is released that is not held",
        "A release for each acquire that got the lock: or `with`, which does both",
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
        "A socket is read though nothing has come",
        "One recv() each time that a socket is ready, or BlockingIOError caught",
        "A non-blocking socket does not wait. If nothing has come, recv() "
        "raises an exception.",
    ),
    _Known(
        r"^UnicodeDecodeError",
        "",
        "Bytes are decoded that are not, or not yet, a text",
        "No decode(), or one that gets the whole text and does not fail on wrong bytes",
        "TCP may cut in the middle of a character, and a client may send any bytes.",
    ),
    _Known(
        r"^UnicodeEncodeError: '(?!utf)",
        "",
        "Text is encoded by a rule that does not know all characters",
        "encode(), which makes UTF-8: it knows every character",
        "ASCII has no é, and Latin-1 no €: a client may send either.",
    ),
    _Known(
        r"Errno 22\]|WinError 10022\]",
        r"accept\(",
        "accept() is called on a socket that does not listen",
        "A listening socket",
        "A new socket is of neither kind. Only listen() makes it one that "
        "takes clients.",
    ),
    _Known(
        r"Errno (107|57)\]|WinError 10057\]",  # Linux, macOS, Windows
        r"recv\(|send|talk\(",
        "A socket that has no client is used to talk",
        "The socket that accept() has returned",
        "The listening socket carries no bytes: each client has its own socket.",
    ),
    _Known(
        r"Errno 32\]",  # what Linux says of send() there
        r"listener\.send",
        "A socket that has no client is used to talk",
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
    """Return what is to be said of an exception; `error` is as Python writes it.

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
    """Return what is to be said of an exception whose cause can be told, or None."""
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
            f"None is used as if it were something: it has no `{name}`",
            seen=error,
            expected="Something other than None in front of the dot",
            why="None comes from a function that returns nothing, from a dict's get(), "
            "and from a variable that has not been set yet.",
            look=look,
        )
    return Wrong(
        f"{'An' if kind[0] in 'AEIOUaeiou' else 'A'} {kind} has no `{name}`",
        seen=error,
        expected=f"Something that a {kind} has, or another object in front of the dot",
        why="You cannot use what is not there, and an exception that nobody "
        "handles ends the function.",
        look=look,
    )
