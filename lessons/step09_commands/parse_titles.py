"""Step 9, for the check: a title for each wrong result of a parser.

It compares what was found with what was wanted, and asks the parser for another line
before it names a cause that two mistakes could have.
"""

from collections.abc import Callable

from chat.wire.commands import BadCommand, Help, People, ToAll, ToOne
from lessons.step09_commands.meaning import is_one_of, words_of

Called = tuple[str, str]  # the title, and why it matters
Ask = Callable[[str], object]  # what the parser finds in another line

ANOTHER_KIND = (
    "The BadCommand has the wrong kind",
    "The kind says what is wrong, and the advice says what to do. They "
    "must fit together.",
)
RETURNED = (
    "The error is returned instead of raised",
    "The server takes whatever parse returns for a command. The user would not be told "
    "what is wrong.",
)
SWAPPED = (
    "The kind and the advice are in the wrong order",
    "BadCommand(KIND, ADVICE): first the kind, then the line that the user gets to "
    "read.",
)
NO_COMMAND = (
    "parse returns something that is not a command",
    "The room understands only ToAll, ToOne, People and Help.",
)
SILENCE = (
    "A mistake is ignored like a blank line",
    "The user would not be told what is wrong.",
)
BLANK = ("A blank line is not ignored", "A blank line asks for nothing.")
IGNORED = ("A command is ignored", "The user would wait for something to happen.")
PASSES = {
    "no @": (
        "A line without @ is accepted",
        "A user who forgets the @ must be told so.",
    ),
    "no target": (
        "A message without a receiver is accepted",
        "Nobody would get it, and its sender would not be told.",
    ),
    "no message": (
        "An empty message is accepted",
        "Somebody would get a line with nothing in it.",
    ),
    "@exit": (
        "@exit is taken for a user's name",
        "A user who wants to leave would be told that exit is not online.",
    ),
}
ASIDE = (
    "Words after @people or @help change the command",
    "It is clear what the user wants.",
)
TURNED_ROUND = (
    "The name and the text are in the wrong order",
    "ToOne(NAME, TEXT): first the name, then the text.",
)
AT_IN_NAME = (
    "The @ stays in the name",
    "The @ only says that a name follows. Nobody is online under a name with it.",
)
LAST_SPACE = (
    "The name ends at the last space, not at the first",
    "The name takes in most of the message. A pattern such as `.*`, for example, "
    "matches as much as it can.",
)
AT_INSIDE = (
    "An @ inside a message is taken for a command",
    "Only the @ at the very start of a line makes a command.",
)
SEVERAL_AT = (
    "More than one @ is removed from the start of a line",
    "The first @ makes the command; what follows, up to the space, is the name.",
)
REFUSED = ("A correct line is refused", "The user who typed it did nothing wrong.")
CAPITALS_LOST = (
    "The capital letters of a name or a message are lost",
    "Use the word in lower case only to compare it with people, help, "
    "all and exit. Return it as the user typed it.",
)
NAME_CHANGED = (
    "The name is not returned as it was typed",
    "The word ends at the first space, and all of it is the name.",
)
NOT_UNDERSTOOD = (
    "A simple command is not understood",
    "The result must be the command that was typed.",
)
EDGES = (
    "The spaces at the ends of a message stay",
    "A space too many at either end is a slip of the finger. It is not part of the "
    "message.",
)
INSIDE = (
    "The spaces inside a message are lost",
    "Poems, tables and code are not the same without their spaces.",
)
FIRST_WORD = (
    "Only the first word of the message is kept",
    "The message is all that follows the first space.",
)
CUT_OUT = (
    "The word after the @ is also cut out of the message",
    "`replace` finds the word wherever it is, even inside the message.",
)
STRIPPED = (
    "Some letters of the message are stripped with the command",
    "`strip`, `lstrip` and `rstrip` remove single letters in any order, not words.",
)
BEGINNING_LOST = (
    "The beginning of a message is lost",
    "The message is all that follows the first space.",
)
CUT_OFF = (
    "The end of a message is cut off",
    "The message is all that follows the first space, whatever is in it.",
)
CHANGED = ("The text of a message is changed", "It should arrive as it was typed.")
COMMANDS = {ToAll: "all", People: "people", Help: "help"}
WORDS = {*COMMANDS.values(), "exit"}


def difference(line: str, wanted: object, found: object, ask: Ask) -> Called:
    """Return the title for what was `found`, and why it matters."""
    match wanted, found:
        case _, BadCommand():
            return RETURNED
        case _, type():
            return "A class is returned, not a command", NO_COMMAND[1]
        case _, _ if not _is_known(found):
            return NO_COMMAND
        case None, _:
            return BLANK
        case str(), None:
            return SILENCE
        case _, None:
            return IGNORED
        case str(), str():
            return _taken(line, found) or _capitals(line, ask) or ANOTHER_KIND
        case str(kind), _:
            return _taken(line, found) or PASSES[kind]
    return _taken(line, found) or _another_command(line, wanted, found, ask)


def _is_known(found: object) -> bool:
    return found is None or isinstance(found, str | ToAll | ToOne | People | Help)


def _taken(line: str, found: object) -> Called | None:
    """Say for which command a word was taken that is a name."""
    word, _ = words_of(line)
    command = COMMANDS.get(type(found)) or ("exit" if found == "@exit" else "")
    small = word.lower()
    if not (line.startswith("@") and command and small) or small in WORDS:
        return None
    alike = command in small or small in command
    rule = "Compare the whole word" if alike else "There is no such command"
    return (
        f"@{word} is taken for @{command}",
        f"{rule}: {word} is a name that a user may have.",
    )


def _another_command(line: str, wanted: object, found: object, ask: Ask) -> Called:
    """Say what is wrong where one command was wanted, and something else was found."""
    word, text = words_of(line)
    if isinstance(wanted, ToOne) and found == ToOne(wanted.text, wanted.target):
        return TURNED_ROUND
    if isinstance(found, ToOne) and found.target == f"@{word}":
        return AT_IN_NAME
    if isinstance(found, ToOne) and " " in found.target:
        return LAST_SPACE
    if _differ_in_capitals(wanted, found):
        return CAPITALS_LOST
    texts = _texts(wanted, found)
    if texts and (cause := _cause(word, *texts)):
        return cause
    without_at = f"@{word}{line[1 + len(word) :].replace('@', '')}"
    if "@" in text and is_one_of(ask(without_at), without_at):
        return AT_INSIDE
    if texts:
        return _lost(*texts)
    if isinstance(wanted, ToOne) and isinstance(found, ToOne):
        name = wanted.target
        several = name != found.target == name.lstrip("@")
        return SEVERAL_AT if several else NAME_CHANGED
    if text and isinstance(wanted, People | Help) and ask(f"@{word}") == wanted:
        return ASIDE
    refused = REFUSED if isinstance(found, str) else NOT_UNDERSTOOD
    return _capitals(line, ask) or refused


def _differ_in_capitals(wanted: object, found: object) -> bool:
    """Tell whether two commands are for names of the same letters, as typed or not."""
    match wanted, found:
        case (ToOne(target), ToOne(other)):
            return target != other and target.lower() == other.lower()
    return False


def _texts(wanted: object, found: object) -> tuple[str, str] | None:
    """Return the wanted and the found text, if they are all that differs."""
    match wanted, found:
        case (ToAll(text), ToAll(other)):
            return text, other
        case (ToOne(target, text), ToOne(target_, other)) if target == target_:
            return text, other
    return None


def _capitals(line: str, ask: Ask) -> Called | None:
    """Say so if the word is understood as soon as it has no capitals."""
    word, _ = words_of(line)
    command = word.lower()
    if not line.startswith("@") or word == command or command not in WORDS:
        return None
    small = f"@{command}{line[1 + len(word) :]}"
    if not is_one_of(ask(small), small):
        return None
    return (
        "A command in capital letters is not understood",
        f"A user who types @{word} means @{command}. No user can have that name.",
    )


def _cause(word: str, wanted: str, found: str) -> Called | None:
    """Say what was done to the text of a message, if that can be told from the two."""
    letters = f"@{word} "
    cut_out = [wanted.replace(part, "").strip() for part in (f"@{word}", word)]
    stripped = [
        wanted.strip(letters),
        wanted.lstrip(letters).strip(),
        wanted.rstrip(letters).strip(),
    ]
    if found.strip() == wanted:
        return EDGES
    if found.lower() == wanted.lower():
        return CAPITALS_LOST
    if found.strip() in cut_out:
        return CUT_OUT
    if found.strip() in stripped:
        return STRIPPED
    if found.split() == wanted.split():
        return INSIDE
    return None


def _lost(wanted: str, found: str) -> Called:
    """Say which part of a message is lost."""
    if found == wanted.split()[0]:
        return FIRST_WORD
    if wanted.endswith(found):
        return BEGINNING_LOST
    if wanted.startswith(found):
        return CUT_OFF
    return CHANGED
