"""The rules: what happens when someone joins, leaves or sends a line.

The teacher's commands are in teacher.py.

The room uses no sockets.  It asks the registry who is online, and posts letters.  So
the same rules work in a server with a thread for each client and in a select loop.

Any thread may call any method.  Only `receive` may block, and only as long as the
mail has no space.  If a method reads or changes the registry and posts letters about
it, it does both in one `with` block: see registry.py.
"""

from collections.abc import Callable

from chat.server.history import History
from chat.server.mail import Enter, Leave, Letter, Mail, Outbox
from chat.server.moderation import Moderation
from chat.server.moves import Moves
from chat.server.registry import Member, Registry
from chat.wire import names
from chat.wire.answers import (
    OF_NAMES,
    OF_ROOMS,
    commands_without,
    format_error,
    format_help,
    format_info,
    format_online,
    format_private,
    format_public,
)
from chat.wire.commands import (
    BadCommand,
    Command,
    Go,
    Help,
    People,
    Recall,
    Register,
    Rooms,
    ToAll,
    ToOne,
    Unregister,
    brief,
    parse,
)
from chat.wire.framing import Fault

WELCOME = format_info("Welcome! Please send your name")
SHUTTING_DOWN = format_info("The server is shutting down")
BROKEN = format_error("The room ends because of an error in the server")


class NameOwned(Exception):
    """The name is registered, and the newcomer has not shown its password yet."""


class Room:
    """The rules of the room, over the registry and the mail."""

    def __init__(
        self,
        registry: Registry,
        mail: Mail,
        max_rooms: int = 1,
        history: History | None = None,
        is_owned: Callable[[str], bool] | None = None,
    ) -> None:
        """`max_rooms` is 1 if nobody can leave the lobby, and 0 for no limit.

        `is_owned` tells by a key whether a name belongs to someone; without it, names
        cannot be registered.
        """
        self._registry = registry
        self._mail = mail
        self._moves = Moves(registry, mail, max_rooms)
        self._history = history or History()
        self._is_owned = is_owned or (lambda _key: False)
        self.moderation = Moderation()
        left_out = (OF_ROOMS if max_rooms == 1 else ()) + (() if is_owned else OF_NAMES)
        self.commands = commands_without(left_out)  # what @help lists
        with registry as members:
            members.rooms.on_end = self._history.forget

    # ---- joining and leaving

    def claim(self, line: str | Fault, outbox: Outbox) -> Member:
        """Let a newcomer join under the name that `line` asks for.

        Raise BadName where that is refused, with the text for the newcomer, NameOwned
        if its owner has to show that, and Closed where nobody can join any more.
        """
        if isinstance(line, Fault):
            raise names.BadName(line.reason)
        return self.join(names.normalise(line), outbox)

    def join(self, name: str, outbox: Outbox) -> Member:
        """Put a newcomer online, in the lobby, and tell everyone there.

        Raise BadName if the name is taken or the teacher does not let them join, and
        NameOwned and Closed as `claim` does.
        """
        member = Member(name, outbox.host)
        welcome = format_info(f"You are {name}") + format_info(
            f"Commands: {', '.join(self.commands)}"
        )
        news = format_info(f"{name} joined")
        with self._registry as members:
            if refusal := self.moderation.refusal(member.host, member.key):
                raise names.BadName(refusal)
            if self._is_owned(member.key) and outbox.proven != member.key:
                raise NameOwned(name)
            members.join(member)
            try:
                self._mail.post(
                    Enter(member, outbox),
                    Letter(welcome, to=member),
                    Letter(news, but=member),
                )
                if muted_s := self.moderation.joined(member.key, member.host):
                    told = format_info(f"You are muted for another {muted_s} s")
                    self._mail.post(Letter(told, to=member))
            except MemoryError:
                members.leave(member)  # or the name would stay taken
                raise
        return member

    def leave(self, member: Member) -> None:
        """Take `member` offline and tell its room; it still gets what waits."""
        news = Letter(format_info(f"{member.name} left"), but=member)
        with self._registry as members:
            # It may have left before, or the room is closed and everyone is leaving:
            # then there is nothing to tell, but the postman must still let it go.
            was_online = members.leave(member)
            self._mail.post(*([news] if was_online else []), Leave(member))
            self.moderation.left(member.key, member.host)

    def close(self) -> None:
        """Let nobody join any more, and tell everyone who has that the server ends."""
        with self._registry as members:
            members.close()
            self._mail.post(Letter(SHUTTING_DOWN))

    # ---- what a member may do

    def receive(self, member: Member, line: str | Fault) -> str:
        """Do what `line` asks; return for the log why it is refused, or "".

        Block while the mail has no space: so a flood waits in its sender's thread,
        and then in its TCP connection.
        """
        self._mail.wait_for_space()
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
            case ToAll() | ToOne() | Go() if why := self.moderation.silence(member.key):
                raise BadCommand("muted", why)
            case ToAll(text):
                self._tell_all(member, format_public(member.name, text))
            case ToOne(target, text):
                self._tell_one(target, format_private(member.name, text))
            case People():
                self._list_online(member)
            case Go() | Rooms():
                self._moves.run(member, command)
            case Recall(count):
                self._recall(member, count)
            case Register() | Unregister():  # with --store, desk.py handles them
                raise BadCommand("no names", "Names cannot be registered here")
            case Help():
                self._mail.post(Letter(format_help(self.commands), to=member))

    def _tell_all(self, member: Member, message: bytes) -> None:
        # In one block, so that the history has the order in which all see it.
        with self._registry:
            self._history.add(member.room, message)
            self._mail.post(Letter(message, but=member))

    def _recall(self, member: Member, count: int) -> None:
        if not self._history.kept:
            raise BadCommand("no history", "This room keeps no history")
        with self._registry:
            said = self._history.recall(member.room, member.room, count)
            self._mail.post(Letter(said, to=member))

    def _tell_one(self, target: str, message: bytes) -> None:
        key = names.key(target)
        with self._registry as members:
            if receiver := members.find(key):
                self._mail.post(Letter(message, to=receiver))
                return
        advice = f"{brief(target)} is not online; @people lists who is"
        raise BadCommand("not online", advice)

    def _list_online(self, member: Member) -> None:
        with self._registry as members:
            here = member.room
            others = (
                other.name if other.room == here else f"{other.name} ({other.room})"
                for other in members.all()
                if other is not member
            )
            self._mail.post(Letter(format_online(others), to=member))
