"""Judges the parser of step 9: with chosen lines, then with any text.  One thread."""

from typing import NamedTuple

from hypothesis import strategies as st

from chat.wire.commands import BadCommand, Help, People, ToAll, ToOne, parse
from lessons.checking import Answer, Wrong
from lessons.checking.answer import described
from lessons.checking.smallest import smallest


class Line(NamedTuple):
    """A line, what it is, and what is wrong with a parser that takes it otherwise."""

    text: str
    is_: object  # a command, None, or the kind of a BadCommand
    title: str
    why: str


NOT_UNDERSTOOD = "A plain command is not understood"
PLAIN = "These are the commands as everyone types them."
CAPITALS = "Capitals make another command"
SPEAKS = "Who types @ALL wants to speak to all; nobody can have that name."
TAKEN_FOR_ALL = "@allison is taken for @all"
EDGES = "The spaces at the ends of a message stay"
TO_NOBODY = "A message without a receiver passes"
EMPTY = "An empty message passes"
ASIDE = "What follows @people or @help changes it"
ANOTHER_KIND = (
    "The kind of the error is another one",
    "The kind says what is wrong, the advice what to do: they go together.",
)
NO_AT = "A line without @ passes"

LINES = (
    Line("@all hello", ToAll("hello"), NOT_UNDERSTOOD, PLAIN),
    Line("@bob hello", ToOne("bob", "hello"), NOT_UNDERSTOOD, PLAIN),
    Line("@people", People(), NOT_UNDERSTOOD, PLAIN),
    Line("@help", Help(), NOT_UNDERSTOOD, PLAIN),
    Line(
        "@allison hi",
        ToOne("allison", "hi"),
        TAKEN_FOR_ALL,
        "What was for Allison alone is read by everyone.",
    ),
    Line(
        "@all hello you two",
        ToAll("hello you two"),
        "Only the first word of a message is kept",
        "The message is all that follows the first space.",
    ),
    Line(
        "@all two  spaces",
        ToAll("two  spaces"),
        "The spaces inside a message are lost",
        "Poems, tables and code are not the same without their spaces.",
    ),
    Line(
        "@bob   hi  ",
        ToOne("bob", "hi"),
        EDGES,
        "A space too many is a slip of the finger, and belongs to no message.",
    ),
    Line(
        "@all tell @bob",
        ToAll("tell @bob"),
        "An @ inside a message is taken for a command",
        "Only the @ at the very start of a line makes a command.",
    ),
    Line("@ALL hi", ToAll("hi"), CAPITALS, SPEAKS),
    Line("@People", People(), CAPITALS, SPEAKS),
    Line("@people now", People(), ASIDE, "It is plain what is wanted."),
    Line("@help me", Help(), ASIDE, "It is plain what is wanted."),
    Line(
        "@Bob Hi There",
        ToOne("Bob", "Hi There"),
        "The capitals of a name or a message are lost",
        "The word is made small to be compared with people, help, all and exit; what "
        "is given on is what the user typed.",
    ),
    Line("", None, "A blank line is no longer ignored", "It asks for nothing."),
    Line("   ", None, "A blank line is no longer ignored", "It asks for nothing."),
    Line("hello", "no @", NO_AT, "Who forgets the @ must hear of it."),
    Line(" @all hi", "no @", NO_AT, "The @ stands at the very start of a line."),
    Line("@ hi", "no target", TO_NOBODY, "Nobody would get it, and nobody is told."),
    Line("@", "no target", TO_NOBODY, "Nobody would get it, and nobody is told."),
    Line("@all", "no message", EMPTY, "Everyone would get a line with nothing in it."),
    Line("@all  ", "no message", EMPTY, "Everyone would get a line of nothing."),
    Line("@bob", "no message", EMPTY, "Bob would get a line with nothing in it."),
    Line(
        "@exit now",
        "@exit",
        "@exit is taken for a user's name",
        "Who wants to leave would hear that exit is not online.",
    ),
    Line("@exit", "@exit", "@exit is taken for a user's name", "It is no name."),
)


def parses(answer: Answer) -> None:
    """It tells commands from mistakes"""
    for line in LINES:
        found = _parsed(answer, line.text)
        if found == line.is_:
            continue
        expected = f"{line.is_!r}"
        if isinstance(line.is_, str):
            expected = f"BadCommand with the kind {line.is_!r}"
        look = _look(answer, found)
        title, why = _called(line, found, "raise " in look)
        raise Wrong(
            title,
            seen=f"parse({line.text!r}) {_told(found)}",
            expected=expected,
            why=why,
            look=look,
        )


def _parsed(answer: Answer, line: str) -> object:
    """Return a command or None, the kind of a BadCommand, or another exception."""
    try:
        command: object = answer.module.parse(line)
    except BadCommand as error:
        return error.kind
    except Exception as error:
        return error
    # A str would look like a kind.
    return ("the text", command) if isinstance(command, str) else command


def _told(found: object) -> str:
    if isinstance(found, BadCommand):
        return f"returns {found!r}"
    if isinstance(found, Exception):
        return f"raises {described(found)}"
    if isinstance(found, str):
        return f"raises BadCommand with the kind {found!r}"
    return f"returns {found!r}"


def _called(line: Line, found: object, is_raised: bool) -> tuple[str, str]:
    """Return what to call a wrong answer, and why it matters."""
    is_mistake = isinstance(line.is_, str)
    match found:
        case BadCommand():
            return "The error is returned, not raised", line.why
        case ValueError() | IndexError() | KeyError() if is_raised and is_mistake:
            return (
                "Another exception than BadCommand is raised",
                "The server waits for BadCommand; any other one ends the thread.",
            )
        case IndexError():
            return "A line that ends too soon breaks the parser", line.why
        case ValueError():
            return "A line without a space breaks the parser", line.why
        case Exception():
            return f"{type(found).__name__} in your parser", line.why
        case None if is_mistake:
            return "A mistake is passed over in silence", "Who made it is told nothing."
        case str() if is_mistake:
            return ANOTHER_KIND
        case type():
            return "The class is returned, and no command", line.why
        case str() | None | ToAll() | ToOne() | People() | Help():
            return line.title, line.why
    return (
        "What is returned is no command",
        "The room does what ToAll, ToOne, People or Help ask, and nothing else.",
    )


def _look(answer: Answer, found: object) -> str:
    where = answer.where(found) if isinstance(found, Exception) else ""
    return where or answer.line_with("def parse(")


# No st.text: before its first letter Hypothesis makes tables of all of Unicode.
LETTERS = "@ :.,aLé\tß\u200d\u2028\ufffd😀"
KINDS = ("no @", "no target", "no message", "@exit")
SPACES_OF_A_KIND = set("\t\u2028")  # a line of these only may be blank, or not
WORDS = ["all", "people", "exit", "bob", "@", ":", "a:é", "x", "", "😀"]
TEXTS = st.one_of(
    st.lists(st.sampled_from(LETTERS), max_size=10).map("".join),
    st.lists(st.sampled_from(WORDS), max_size=4).map(" ".join),
    st.lists(st.sampled_from(WORDS), max_size=4).map(lambda all_: "@" + " ".join(all_)),
)


def takes_any_text(answer: Answer) -> None:
    """Any text is a command, blank, or a BadCommand"""
    line = smallest(TEXTS, lambda line: _wrong_with(answer, line), count=150)
    if line is not None and (wrong := _wrong_with(answer, line)):
        raise wrong


def _is_that(line: str, found: object) -> tuple[bool, str]:
    """Tell whether a line is what was found in it, and say what it is."""
    try:
        command = parse(line)
    except BadCommand as error:
        return found == error.kind, f"BadCommand with the kind {error.kind!r}"
    return found == command, f"{command!r}"


def _wrong_with(answer: Answer, line: str) -> Wrong | None:
    """Return what is wrong with the answer to a line, whatever it is."""
    found = _parsed(answer, line)
    expected = "A command made of the text, None for a blank line, or BadCommand"
    match found:
        case People() | Help() | None | str() if set(line) & SPACES_OF_A_KIND:
            good = not isinstance(found, str) or found in KINDS
        case ToAll(text) | ToOne(_, text):
            start = "@" + (found.target if isinstance(found, ToOne) else line[1:4])
            rest = line.removeprefix(start)
            good = rest != line and rest[:1] == " " and text == rest.strip() != ""
        case People() | Help() | None | str():
            good, expected = _is_that(line, found)
        case _:
            good = False
    if good:
        return None
    why = "Users type anything. What parse does not foresee ends a client's thread."
    if isinstance(found, str):
        _, why = ANOTHER_KIND
    return Wrong(
        "Some text makes the parser fail",
        seen=f"parse({line!r}) {_told(found)}",
        expected=expected,
        why=why,
        look=_look(answer, found),
    )
