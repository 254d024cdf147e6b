"""Mistakes in tests that have a name of their own, and how each is known.  PURE."""

from typing import NamedTuple

BY_NAME = "pytest fills a test's arguments by their names."
WITHOUT_ANSWER = "The test ends there, whatever the server says."


class Known(NamedTuple):
    """A failure with a name of its own; `message` is a pattern for what it says."""

    message: str
    title: str
    expected: str
    why: str
    look: str = ""  # what the line to look at has in it, if that is another one


# The first that fits is told.
KNOWN = (
    Known(
        r"fixture 'self' not found",
        "A function outside of a class takes self",
        "`room` as the one argument of a test",
        BY_NAME + " Only a method gets its object, as the first argument.",
    ),
    Known(
        r"fixture '\w+' not found",
        "A test asks for a fixture that is not there",
        "`room` as the one argument of a test, or your own fixtures",
        BY_NAME,
    ),
    Known(
        r"ScopeMismatch",
        "A fixture lives longer than the room in it",
        "@pytest.fixture without a scope: each test gets its own room",
        "A fixture with the scope module or session lives longer than a "
        "test; `room` ends with the test.",
        look="scope=",
    ),
    Known(
        r"[Ff]ixture \"\w+\" called directly",
        "A fixture is called like a function",
        "Its name as an argument of the test",
        BY_NAME,
    ),
    Known(
        r"async (def )?functions are not|[Aa]sync.* not natively supported",
        "A test is async",
        "def, without async: `line()` waits by itself",
        "pytest runs a coroutine only with a plugin.",
    ),
    Known(
        r"name 'room' is not defined|object has no attribute 'room'",
        "A test does not ask for the room",
        "`room` as its argument",
        BY_NAME,
    ),
    Known(
        r"name '\w+' is not defined|cannot access local variable",
        "A test uses a name that is not there",
        "A name that has got its value before, or an import",
        WITHOUT_ANSWER,
    ),
    Known(
        r"'(Client|Room)' object has no attribute '\w+'",
        "A test asks for what the room and its clients do not have",
        "Only what the lesson's table lists: join, connect, send, line, leave ...",
        WITHOUT_ANSWER,
    ),
    Known(
        r"'(function|method)' object has no attribute '(join|connect)'",
        "setup_method gets no fixtures",
        "Your own fixture, or `room` as the argument of each test",
        "pytest gives setup_method and setup_function the test itself, and no room.",
        look="def setup",
    ),
    Known(
        r"'NoneType' object has no attribute '(join|connect)'",
        "The room has a default value",
        "`room` as an argument, without `= ...`",
        "pytest fills only arguments that have no default.",
    ),
    Known(
        r"'NoneType' object has no attribute '(send|send_bytes|line|leave)'",
        "A client is None",
        "A client: use `return` or `yield` in the function or fixture that makes it",
        "A function without `return` gives None, and so does send().",
    ),
    Known(
        r"missing \d+ required positional argument.*'room'",
        "A test is called without the room",
        "`room` filled in by pytest; if you write a decorator, use "
        "functools.wraps in it",
        BY_NAME + " A decorator that returns another function hides them.",
    ),
    Known(
        r"EOFError|Broken pipe|WinError 10053",
        "A client goes on after its connection has ended",
        "Nothing sent after leave(), and nothing read after the last line",
        "leave() sends no more, reads everything that still comes, and then "
        "the client is gone.",
    ),
    Known(
        r"Bad file descriptor|negative integer \(-1\)|WinError 10038",
        "A test uses another test's client",
        "Clients that the test itself has made",
        "After each test its clients leave.",
    ),
    Known(
        r"^SystemExit",
        "A test ends the whole program",
        "Tests that return, or fail",
        "pytest takes that as a failure; nothing after that line is run.",
    ),
    Known(
        r"ConnectionRefused",
        "The tests talk to a server of their own choice",
        "Clients that come from `room`",
        "Each server that is tested has a different port.",
    ),
)

# What is wrong with an assert that fails on a right server, as pytest shows it.
COMPARED = (
    Known(
        r"assert .* is (not )?['\"\[]|^  \+?\s*where .* is '",
        "Two texts are compared with `is`",
        "`==`, which asks whether two texts are equal",
        "`is` asks whether both are the same object; they never are.",
    ),
    Known(
        r"assert .* == b['\"]|assert b['\"].*' == |assert .* == \[b['\"]",
        "A line is compared with bytes",
        "A text: `line()` has decoded the line",
        "Bytes are never equal to a text, even if both say the same.",
    ),
    Known(
        r"assert .* == '.*\\n'",
        "A line is compared with one that has its LF",
        "The line without \\n: `line()` has taken it away",
        "`==` compares every character.",
    ),
    Known(
        r"assert (join|connect|line|leave) (==|in) "
        r"|assert .* (==|in) (join|connect|line|leave)$",
        "A method is named and not called",
        "Its parentheses: ann.line()",
        "Without them you compare the method itself, which is not a line.",
    ),
    Known(
        r"assert '\[(INFO|ERROR)\][^']*' == '\[\1\] (?!\S+ (joined|left)'|You are )",
        "A server is refused for words that are free",
        "startswith('[INFO]') or startswith('[ERROR]'), where the table says no more",
        "Each server chooses how it words a greeting or an error.",
    ),
    Known(
        r"assert '\[INFO\] \S+ (joined|left)' == ",
        "A line that comes before is not read",
        "All lines read, in their order, including those that say who has "
        "joined or left",
        "Everyone in the room is told when somebody joins.",
    ),
)
