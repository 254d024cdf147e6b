"""Where a member makes a name its own: `@register` and `@unregister`.

With `--store`, each member has a desk, and its lines go there first.  The line after
`@register` is a password.  It must not come to the room, because it could look like a
message.
"""

from chat.server.guesses import Guesses
from chat.server.mail import Letter, Mail
from chat.server.owners import NotKept, Owners
from chat.server.registry import Member
from chat.server.room import Room
from chat.wire.answers import format_error, format_info, format_secret
from chat.wire.commands import BadCommand, Command, Register, Unregister, parse
from chat.wire.framing import Fault

REFUSED = "not registered"  # what the log says


class Desk:
    """The desk of one member.  Only the member's thread uses it."""

    def __init__(
        self, room: Room, mail: Mail, owners: Owners, guesses: Guesses
    ) -> None:
        self._room = room
        self._mail = mail
        self._owners = owners
        self._guesses = guesses
        self._waits = False  # for a password

    def receive(self, member: Member, line: str | Fault) -> str:
        """Do what `line` asks; return for the log why it is refused, or ""."""
        self._mail.wait_for_space()
        command = None if self._waits else _command(line)
        try:
            if self._waits:
                self._waits = False
                self._register(member, line)
            elif isinstance(command, Register):
                if not self._owners.can_hash:
                    raise NotKept("Names cannot be registered on this server")
                self._waits = True
                asked = f"Please send a password for {member.name}"
                self._tell(member, format_secret(asked))
            elif isinstance(command, Unregister):
                self._unregister(member)
            else:
                return self._room.receive(member, line)
        except NotKept as error:
            self._tell(member, format_error(str(error)))
            return REFUSED
        return ""

    def _register(self, member: Member, line: str | Fault) -> None:
        if isinstance(line, Fault):
            raise NotKept(line.reason)
        if self._guesses.take(member.host):  # each takes as much work as a guess
            raise NotKept("Too many names have just been registered; try again later")
        self._owners.register(member.key, line)
        self._tell(member, format_info(f"The name {member.name} is yours"))

    def _unregister(self, member: Member) -> None:
        if not self._owners.forget(member.key):
            raise NotKept(f"The name {member.name} is not registered")
        self._tell(member, format_info(f"Anyone may have the name {member.name} now"))

    def _tell(self, member: Member, data: bytes) -> None:
        self._mail.post(Letter(data, to=member))


def _command(line: str | Fault) -> Command | None:
    if isinstance(line, Fault):
        return None
    try:
        return parse(line)
    except BadCommand:
        return None  # the room will say so
