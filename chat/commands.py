"""What happens when someone joins, leaves or sends a line.

No sockets: it asks the registry and posts letters, so it serves threads and a
select loop alike.  Any thread may call any method; nothing here blocks.
"""

from typing import Protocol

from chat.postman import Enter, Item, Leave, Letter, Outbox
from chat.protocol import (
    COMMANDS,
    BadCommand,
    Command,
    Fault,
    Help,
    People,
    ToAll,
    ToOne,
    brief,
    format_error,
    format_info,
    format_online,
    format_private,
    format_public,
    parse,
)
from chat.registry import Member, Registry

SHUTTING_DOWN = format_info("The server is shutting down")
HELP = b"".join(
    format_info(f"{command:12} {effect}") for command, effect in COMMANDS.items()
)


class Mail(Protocol):
    """Whatever delivers letters in the order in which they are posted."""

    def post(self, *items: Item) -> None:
        """Queue `items` with nothing between them; it must not block."""


class Room:
    """The rules of the room, over the registry and the mail."""

    def __init__(self, registry: Registry, mail: Mail) -> None:
        self._registry = registry
        self._mail = mail

    def join(self, name: str, outbox: Outbox) -> Member:
        """Put a newcomer online and tell everyone, or raise NameTaken or Closed."""
        member = Member(name)
        welcome = format_info(f"You are {name}") + format_info(
            f"Commands: {', '.join(COMMANDS)}"
        )
        news = format_info(f"{name} joined")
        self._registry.join(
            member,
            announce=lambda: self._mail.post(
                Enter(member, outbox),
                Letter(welcome, to=member),
                Letter(news, but=member),
            ),
        )
        return member

    def leave(self, member: Member) -> None:
        """Take `member` offline and tell the others; it still gets what waits."""
        gone, news = Leave(member), Letter(format_info(f"{member.name} left"))
        if not self._registry.leave(member, lambda: self._mail.post(gone, news)):
            self._mail.post(gone)  # the room is closed: everyone is leaving

    def close(self) -> None:
        """Let nobody join any more, and tell everyone who has that the server ends."""
        self._registry.close(lambda: self._mail.post(Letter(SHUTTING_DOWN)))

    def receive(self, member: Member, line: str | Fault) -> str:
        """Do what `line` asks; return for the log why it is refused, or ""."""
        try:
            if isinstance(line, Fault):
                raise BadCommand("no good line", line.reason)
            if command := parse(line):
                self._run(member, command)
        except BadCommand as error:
            self._mail.post(Letter(format_error(str(error)), to=member))
            return error.kind
        return ""

    def _run(self, member: Member, command: Command) -> None:
        match command:
            case ToAll(text):
                self._mail.post(Letter(format_public(member.name, text), but=member))
            case ToOne(target, text):
                private = format_private(member.name, text)
                if not self._registry.find(
                    target, announce=lambda to: self._mail.post(Letter(private, to=to))
                ):
                    advice = f"{brief(target)} is not online; @people lists who is"
                    raise BadCommand("not online", advice)
            case People():
                self._registry.names(announce=lambda all_: self._list(all_, member))
            case Help():
                self._mail.post(Letter(HELP, to=member))

    def _list(self, everyone: list[str], to: Member) -> None:
        others = (name for name in everyone if name != to.name)
        self._mail.post(Letter(format_online(others), to=to))
