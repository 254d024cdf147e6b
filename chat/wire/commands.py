"""A line in, a command out.  PURE: every rule of PROTOCOL.md section 3 is here."""

from dataclasses import dataclass

from chat.wire import names


@dataclass(frozen=True, slots=True)
class People:
    """Who is online?"""


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


Command = People | Help | ToAll | ToOne


class BadCommand(ValueError):
    """The line is no command; the message says what to type.

    `kind` says it for the log, without a word of the user's.
    """

    def __init__(self, kind: str, advice: str) -> None:
        super().__init__(advice)
        self.kind = kind


def parse(line: str) -> Command | None:
    """Return the command in a clean line, None for a blank one, or raise BadCommand."""
    if not line.strip():
        return None
    if not line.startswith("@"):
        advice = "Start with @, for example: @all hello. @help lists the commands"
        raise BadCommand("no @", advice)
    target, _, text = line[1:].partition(" ")
    text = text.strip()
    word = names.key(target)
    if word == "people":
        return People()
    if word == "help":
        return Help()
    if word == "exit":
        by_hand = "nc: ctrl-c; telnet: ctrl-], then quit"  # the client sends no @exit
        raise BadCommand("@exit", f"To leave, close the connection ({by_hand})")
    if not target:
        advice = "A name is missing after the @, for example: @all hello"
        raise BadCommand("no target", advice)
    if not text:
        raise BadCommand("no message", _no_message(target))
    return ToAll(text) if word == "all" else ToOne(target, text)


def _no_message(target: str) -> str:
    """Say what is missing; the target may be a name, or a command mistyped."""
    if names.key(target) == "all":
        return "The message is missing, for example: @all hello"
    name = brief(target)
    return (
        f"@{name} is no command (@help lists them); if it is a user, "
        f"the message is missing, for example: @{name} hello"
    )


def is_exit(line: str) -> bool:
    """Tell whether a line asks the client to leave; no such line is sent."""
    return line.lower().split(maxsplit=1)[:1] == ["@exit"]


def brief(text: str) -> str:
    """Shorten what a user sent to the length of a name, to repeat it in an answer."""
    return text if len(text) <= names.MAX_CHARS else text[: names.MAX_CHARS - 1] + "…"
