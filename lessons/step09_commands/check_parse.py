"""Judges the parser of step 9: with chosen lines, then with any text.  One thread."""

from hypothesis import strategies as st

from chat.wire.commands import BadCommand
from lessons.checking import SCALE, Answer, Wrong
from lessons.checking.answer import described
from lessons.checking.slips import slip
from lessons.checking.smallest import smallest
from lessons.step09_commands.meaning import is_one_of, meanings
from lessons.step09_commands.parse_titles import SWAPPED, Called, difference

CHECK_LIMIT_S = 6.0 * SCALE  # for code that hangs
MOST_SHOWN = 300  # letters
NO_COMMANDS = (
    *("he", "pe", "ex", "a", "l"),  # parts of commands
    *("everyone", "everybody", "who", "users", "list", "online", "quit", "bye"),
)
# Each shows one mistake where there is no other: those that come first are simpler.
LINES = (
    "@all hello",
    "@bob hello",
    "@people",
    "@help",
    "@allison hi",
    "@helper hi",
    "@peoples hi",
    "@exiter hi",
    "@small hi",
    *(f"@{word} hi" for word in NO_COMMANDS),
    "@all hello you two",
    "@all two  spaces",
    "@bob   hi  ",
    "@all tell @bob",
    "@bob ask @bob again",
    "@@bob hi",
    "@all to all of you",
    "@all last call",
    "@all all at all",
    "@all one, two; three: four! (five)",
    "@all <a&b> \"c\" 'd' \\n /e %f $g {h} [i] #j *k* _l_ ~m =n +o |p ^q `r`",
    '@all "quoted"',
    "@all 'quoted'",
    "@all " + "a message of thousands of letters " * 100 + "end",
    "@ann-1,x y",
    "@a-name-of-more-than-thirty-letters hi",
    "@all " + "a message of more than a hundred letters " * 3 + "end",
    "@ALL hi",
    "@aLl hi",
    "@People",
    "@HELP",
    "@help me",
    "@people of the room",
    "@Bob Hi There",
    "@all Hi There",
    "",
    "   ",
    "hello",
    " @all hi",
    "@ hi",
    "@",
    "@all",
    "@all  ",
    "@bob",
    "@helper",
    "@exit now",
    "@exit",
    "@EXIT",
    "@eXit",
    "@exits",
)
NO_ADVICE = (
    "The advice is empty",
    "BadCommand(KIND, ADVICE): the advice is the line that the user gets to read.",
)


def parses(answer: Answer) -> None:
    """The parser tells commands from mistakes"""
    for line in LINES:
        _judge_line(answer, line)
    for line in reversed(LINES):  # nothing is kept from one line to the next
        found = _parsed(answer, line)
        if not is_one_of(found, line):
            raise _wrong(
                answer,
                line,
                found,
                (
                    "The same line has another result the second time",
                    "parse is a pure function: what it returns depends on its argument "
                    "and on nothing else.",
                ),
            )


def _judge_line(answer: Answer, line: str) -> None:
    found = _parsed(answer, line)
    if not is_one_of(found, line):
        cause = found if isinstance(found, Exception) else None
        raise _wrong(answer, line, found, _called(answer, line, found)) from cause
    if isinstance(found, str) and not _advice(answer, line):
        raise Wrong(
            NO_ADVICE[0],
            seen=f"parse({line!r}) raises BadCommand({found!r}, ADVICE), but its "
            "advice is empty",
            expected="Advice in your own words",
            why=NO_ADVICE[1],
            look=answer.line_with("BadCommand("),
        )


def _parsed(answer: Answer, line: str) -> object:
    """Return a command or None, the kind of a BadCommand, or another exception."""
    parse = answer.module.parse
    try:
        command: object = parse(line)
    except BadCommand as error:
        return error.kind
    except Exception as error:
        return error
    # A str would look like a kind.
    return ("the text", command) if isinstance(command, str) else command


def _advice(answer: Answer, line: str) -> str:
    """Return the advice for a line that is a mistake."""
    try:
        answer.module.parse(line)
    except BadCommand as error:
        return str(error.args[0] or "").strip()
    return ""


def _wrong(answer: Answer, line: str, found: object, called: Called) -> Wrong:
    wanted = meanings(line)[0]
    expected = f"{wanted!r}"
    if isinstance(wanted, str):
        expected = f"BadCommand with the kind {wanted!r}"
    return Wrong(
        called[0],
        seen=f"parse({_shortened(repr(line))}) {_shortened(_told(found))}",
        expected=_shortened(expected),
        why=called[1],
        look=_look(answer, found),
    )


def _shortened(text: str) -> str:
    """Leave out the middle of what would fill the screen."""
    return text if len(text) < MOST_SHOWN else f"{text[:80]} ... {text[-40:]}"


def _told(found: object) -> str:
    if isinstance(found, BadCommand):
        return f"returns {found!r}"
    if isinstance(found, Exception):
        return f"raises {described(found)}"
    if isinstance(found, str):
        return f"raises BadCommand with the kind {found!r}"
    if isinstance(found, tuple) and found[:1] == ("the text",):
        found = found[1]
    return f"returns {found!r}"


def _called(answer: Answer, line: str, found: object) -> Called:
    """Return the title for a wrong answer, and why it matters."""
    wanted = meanings(line)[0]
    if isinstance(found, Exception) and not isinstance(found, BadCommand):
        look = answer.where(found)
        if known := slip(described(found), look, answer.source):
            return known.title, f"{known.why} Here: {known.expected}."
        return _exception(line, found, "raise " in look and isinstance(wanted, str))
    if isinstance(found, str) and _advice(answer, line) == wanted:
        return SWAPPED
    return difference(line, wanted, found, lambda other: _parsed(answer, other))


def _exception(line: str, error: Exception, is_refusal: bool) -> Called:
    """Return what to call an exception; with `is_refusal`, it replaces a BadCommand."""
    if isinstance(error, TypeError) and "BadCommand" in str(error):
        return (
            "BadCommand is not given both a kind and advice",
            "BadCommand(KIND, ADVICE) has two parts, and the server needs both.",
        )
    if is_refusal:
        return (
            "An exception other than BadCommand is raised",
            "The server catches BadCommand. Any other exception ends the thread.",
        )
    why = "The exception ends the thread of the client that typed this line."
    if isinstance(error, IndexError) and len(line.split()) < 2:
        return "The parser fails at a line that ends too soon", why
    if isinstance(error, ValueError) and " " not in line:
        return "The parser fails at a line without a space", why
    return f"{type(error).__name__} in your parser", why


def _look(answer: Answer, found: object) -> str:
    where = answer.where(found) if isinstance(found, Exception) else ""
    return where or answer.line_with("def parse(")


# No st.text: before its first letter Hypothesis makes tables of all of Unicode.
LETTERS = "@ :.,aLé\tß\u200d\u2028\ufffd😀"
WORDS = ["all", "people", "exit", "bob", "@", ":", "a:é", "x", "", "😀", "al", "helpx"]
SIMILAR = "@all \u00bd \ufb01 \u2460 e\u0301"  # there are other ways to write these
TEXTS = st.one_of(
    st.lists(st.sampled_from(LETTERS), max_size=10).map("".join),
    st.lists(st.sampled_from(WORDS), max_size=4).map(" ".join),
    st.lists(st.sampled_from(WORDS), max_size=4).map(lambda all_: "@" + " ".join(all_)),
)


def takes_any_text(answer: Answer) -> None:
    """Any text is a command, blank, or a BadCommand"""
    line = smallest(
        TEXTS, lambda line: not is_one_of(_parsed(answer, line), line), count=150
    )
    if line is None:
        _judge_line(answer, SIMILAR)
        return
    found = _parsed(answer, line)
    called = (
        "Some text is understood as something else",
        "Users type anything. Every text is a command, a blank line or a mistake.",
    )
    if isinstance(found, Exception) and not isinstance(found, BadCommand):
        called = (
            "The parser fails at some texts",
            "Users type anything. Text that parse does not expect would end a "
            "client's thread.",
        )
    raise _wrong(answer, line, found, called)
