"""Mistakes in tests that have a name, and how to tell each of them.  PURE."""

from typing import NamedTuple

NOT_A_SOCKET = r"Bad file descriptor|negative integer \(-1\)|WinError 10038"
BY_NAME = "pytest fills a test's arguments by their names."
WITHOUT_ANSWER = "The test ends there, whatever the server says."


class Known(NamedTuple):
    """A failure that has a name; `message` is a pattern for what it says."""

    message: str
    title: str
    expected: str
    why: str
    look: str = ""  # what the line to look at has in it, if that is another one
    needs: str = ""  # what the test has in it, if not every test is meant


# The first that fits is told.
KNOWN = (
    Known(
        r"fixture 'self' not found",
        "A function outside a class takes self",
        "`room` as the one argument of a test",
        BY_NAME + " Only a method gets its object, as the first argument.",
    ),
    Known(
        r"fixture '\w+' not found",
        "A test asks for a fixture that does not exist",
        "`room` as the one argument of a test, or your own fixtures",
        BY_NAME,
    ),
    Known(
        r"ScopeMismatch",
        "A fixture lasts longer than the room in it",
        "@pytest.fixture without a scope: each test gets its own room",
        "A fixture with the scope module or session lasts longer than a test, but "
        "`room` ends with the test.",
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
        "A test uses a name that has no value",
        "A name that was given a value before, or an import",
        WITHOUT_ANSWER,
    ),
    Known(
        r"'(Client|Room)' object has no attribute '\w+'",
        "A test uses a method that the room and its clients do not have",
        "Only the methods in the lesson's table: join, connect, send, line, leave ...",
        WITHOUT_ANSWER,
    ),
    Known(
        r"'(function|method)' object has no attribute '(join|connect)'",
        "setup_method gets no fixtures",
        "Your own fixture, or `room` as the argument of each test",
        "pytest passes the test itself to setup_method and setup_function, but no "
        "room.",
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
        NOT_A_SOCKET,
        "A client goes on after its connection has ended",
        "leave() to end a connection, and nothing sent or read after that",
        "A socket that is closed can neither send nor receive.",
        needs=".close(",
    ),
    Known(
        NOT_A_SOCKET,
        "A test uses another test's client",
        "Clients that the test itself has made",
        "After each test its clients leave.",
    ),
    Known(
        r"^SystemExit",
        "A test ends the whole program",
        "Tests that return, or fail",
        "pytest counts that as a failure, and no line after it runs.",
    ),
    Known(
        r"ConnectionRefused",
        "The tests connect to a fixed server instead of the room",
        "Clients that come from `room`",
        "Each server that is tested has a different port.",
    ),
)

# What is wrong with an assert that fails on a right server, as pytest shows it.
COMPARED = (
    Known(
        r"assert \(?('[^']*'|\"[^\"]*\"|\[[^]]*\]|\w+) is (not )?['\"\[]",
        "Two texts are compared with `is`",
        "`==`, which is true if two texts are equal",
        "`is` is true only if both are the same object, which they never are.",
    ),
    Known(
        r"assert .* == b['\"]|assert b['\"].*' == |assert .* == \[b['\"]",
        "A line is compared with bytes",
        "A str: `line()` has already decoded the line",
        "Bytes are never equal to a str, even if both look the same.",
    ),
    Known(
        r"assert .* == '.*\\n'",
        "A line is compared with a text that ends in LF",
        "The line without \\n: `line()` has removed it",
        "`==` compares every character.",
    ),
    Known(
        r"assert (join|connect|line|leave) (==|in) "
        r"|assert .* (==|in) (join|connect|line|leave)$",
        "A method is named but not called",
        "Its parentheses: ann.line()",
        "Without them you compare the method itself, which is not a line.",
    ),
    Known(
        r"assert '\[INFO\] (\S+) (joined|left)' == "
        r"'(?!\[INFO\] \1 (joined|left)')(\[INFO\] )?(?i:\1) (?!\()",
        "A line that the table fixes is expected in other words",
        "The whole line as in the table: '[INFO] ann joined'",
        "What is in quotation marks there is exact.",
    ),
    Known(
        r"assert '\[(INFO|ERROR)\][^']*' == '\[\1\] (?!\S+ (joined|left)'|You are )",
        "A test expects words that each server may choose",
        "startswith('[INFO]') or startswith('[ERROR]'), where the table fixes no more",
        "A greeting and an error have words that are free: each server has its own.",
    ),
    Known(
        r"assert '\[INFO\] \S+ (joined|left)' == ",
        "A test does not read a line that comes before",
        "All lines read in order, including those that say who has joined or left",
        "Everyone in the room is told when somebody joins.",
    ),
)
