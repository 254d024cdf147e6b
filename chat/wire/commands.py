"""A line in, a command out.

PURE: it does not know who is online, so it cannot say whether a target exists.  What a
line means is section 3 of chat/PROTOCOL.md, and all of it is here.
"""

import contextlib
from dataclasses import dataclass

from chat.wire import names

RECALLED = 20  # messages that @history shows if it names no number
MAX_RECALLED = 100


@dataclass(frozen=True, slots=True)
class People:
    """Who is online?"""


@dataclass(frozen=True, slots=True)
class Rooms:
    """Which rooms are there?"""


@dataclass(frozen=True, slots=True)
class Go:
    """Go to the room of this name; without a name: which room is this?"""

    room: str


@dataclass(frozen=True, slots=True)
class Help:
    """Which commands are there?"""


@dataclass(frozen=True, slots=True)
class ToAll:
    """Say `text` to everyone else."""

    text: str


@dataclass(frozen=True, slots=True)
class ToOne:
    """Say `text` to `target` alone."""

    target: str
    text: str


@dataclass(frozen=True, slots=True)
class Recall:
    """What were the last `count` messages to everyone?"""

    count: int


@dataclass(frozen=True, slots=True)
class Register:
    """Keep the sender's name for whoever knows a password."""


@dataclass(frozen=True, slots=True)
class Unregister:
    """Let anyone have the sender's name again."""


Command = People | Rooms | Go | Help | ToAll | ToOne | Recall | Register | Unregister


# These say all with one word, and what comes after it is ignored.  That is also for a
# password after @register: whoever typed it has shown it.
_ALONE: dict[str, Command] = {
    "people": People(),
    "rooms": Rooms(),
    "help": Help(),
    "register": Register(),
    "unregister": Unregister(),
}


class BadCommand(ValueError):
    """The line is not a command; the message tells its sender what to type.

    `kind` is for the log.  The log must not hold what users write, so it has no word of
    the line in it.
    """

    def __init__(self, kind: str, advice: str) -> None:
        super().__init__(advice)
        self.kind = kind


def parse(line: str) -> Command | None:
    """Return the command in a clean line, None for a blank one, or raise BadCommand."""
    if not line.startswith("@"):
        if not line.strip():
            return None
        advice = "Start with @, for example: @all hello. @help lists the commands"
        raise BadCommand("no @", advice)
    target, _, text = line[1:].partition(" ")
    text = text.strip()
    word = names.key(target)
    if word in _ALONE:
        return _ALONE[word]
    if word == "room":
        return Go(text)
    if word == "history":
        return Recall(_how_many(text))
    if word == "exit":
        # Our client leaves by itself and does not send @exit: this is nc or telnet.
        by_hand = "nc: ctrl-c; telnet: ctrl-], then quit"
        raise BadCommand("@exit", f"To leave, close the connection ({by_hand})")
    if not target:
        advice = "A name is missing after the @, for example: @all hello"
        raise BadCommand("no target", advice)
    if not text:
        raise BadCommand("no message", _no_message(target))
    return ToAll(text) if word == "all" else ToOne(target, text)


def _how_many(text: str) -> int:
    """Return how many messages are asked for, as far as that is a number."""
    number = text.partition(" ")[0]
    if not (number.isdecimal() and len(number) < 10):
        return RECALLED
    return min(max(int(number), 1), MAX_RECALLED)


def _no_message(target: str) -> str:
    """Say what is missing.

    The target may be a name, or a command with a typing error: nothing tells `@bob`
    without a message from `@poeple`.
    """
    if names.key(target) == "all":
        return "The message is missing, for example: @all hello"
    name = brief(target)
    return (
        f"@{name} is not a command (@help lists them); if it is a user, "
        f"the message is missing, for example: @{name} hello"
    )


def as_typed(line: str) -> str:
    """Return the line that our client sends for one that was typed.

    As in every chat, a line that is not for somebody else is for everyone.
    """
    line = line.strip()
    return line if line.startswith("@") else f"@all {line}"


def is_for_one(line: str) -> bool:
    """Tell whether a line is a message for one user alone."""
    with contextlib.suppress(BadCommand):
        return isinstance(parse(line), ToOne)
    return False


def is_exit(line: str) -> bool:
    """Tell whether a line asks the client to leave; the client does not send it."""
    return line.lower().split(maxsplit=1)[:1] == ["@exit"]


def asks_for_secret(line: str) -> bool:
    """Tell whether the server will take the next line for a password."""
    target = line.strip().partition(" ")[0]
    return names.key(target) == "@register"


def brief(text: str) -> str:
    """Return `text` no longer than a name, so that an answer can repeat it."""
    return text if len(text) <= names.MAX_CHARS else text[: names.MAX_CHARS - 1] + "…"
