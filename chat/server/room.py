"""What happens when someone joins, leaves or sends a line, or is kicked or muted.

No sockets: it asks the registry and posts letters, so it serves threads and a
select loop alike.  Any thread may call any method; nothing here blocks.
"""

import math
import threading
import time
from typing import Protocol

from chat.server.mail import Enter, Item, Leave, Letter, Outbox, Remove
from chat.server.registry import Member, Registry
from chat.wire import names
from chat.wire.answers import (
    COMMANDS,
    format_error,
    format_info,
    format_online,
    format_private,
    format_public,
)
from chat.wire.commands import (
    BadCommand,
    Command,
    Help,
    People,
    ToAll,
    ToOne,
    brief,
    parse,
)
from chat.wire.framing import Fault

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
        self._lock = threading.Lock()  # guards _muted
        self._muted: dict[str, float] = {}  # name keys, and until when

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
            case ToAll() | ToOne() if left_s := self.muted_s(member.name):
                raise BadCommand("muted", f"You are muted for another {left_s} s")
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

    # ---- what the teacher may do

    def people(self) -> list[str]:
        """Return the names of everyone, in the order in which they joined."""
        return self._registry.names()

    def say(self, text: str) -> None:
        """Tell everyone `text`."""
        self._mail.post(Letter(format_info(f"The teacher says: {text}")))

    def kick(self, name: str) -> bool:
        """End the connection of who has that name; False if nobody has."""
        words = format_error("The teacher has removed you from the room")
        removal = "removed by the teacher"
        return bool(
            self._registry.find(
                name, announce=lambda to: self._mail.post(Remove(to, words, removal))
            )
        )

    def mute(self, name: str, for_s: float) -> bool:
        """Let that name say nothing for so long, 0: let it; False if it is not online.

        It stays muted when it leaves and comes again.
        """
        member = self._registry.find(name)
        if not member:
            return False
        with self._lock:
            self._muted[member.key] = time.monotonic() + for_s
        told = f"You are muted for {for_s:g} s" if for_s else "You may talk again"
        self._mail.post(Letter(format_info(told), to=member))
        return True

    def muted_s(self, name: str) -> int:
        """Return for how many more seconds that name is muted."""
        if not self._muted:  # no lock for every line of everyone: mostly nobody is
            return 0
        with self._lock:
            until_s = self._muted.get(names.key(name), 0.0)
        return max(0, math.ceil(until_s - time.monotonic()))
