"""What a newcomer has to send to be let in: the room's key, a name, its password.

Only the name is asked for in a usual room.  With `--key`, the key comes first.  With
`--store`, a name may belong to someone, and then its password comes after it.

Keys and passwords are compared in a time that tells nothing of them.  Wrong ones are
counted by address (see guesses.py).
"""

import hashlib
import hmac
import logging
import math
import time
from collections.abc import Callable

from chat.server.addresses import counted_as
from chat.server.desk import Desk
from chat.server.guesses import Guesses
from chat.server.mail import Mail, Outbox
from chat.server.owners import Owners, to_bytes
from chat.server.registry import Member
from chat.server.room import WELCOME, NameOwned, Room
from chat.wire import names
from chat.wire.answers import KEY, format_error, format_secret
from chat.wire.framing import Fault

_log = logging.getLogger("chat")
HASHING_S = 10.0  # how long a newcomer may wait for others whose passwords are checked


class Entrance:
    """The way into one room.  Any thread may use it; nothing in it changes."""

    def __init__(
        self, room: Room, mail: Mail, key: str, owners: Owners | None, at_once: int
    ) -> None:
        """`at_once` is how many may come from one address."""
        self.room = room
        self.owners = owners
        self.guesses = Guesses(at_once)
        self._mail = mail
        self._key = _digest(key) if key else b""  # the key itself is not kept

    def newcomer(self, outbox: Outbox, by: float) -> "Newcomer":
        """Return the questions for a newcomer, who must have joined by that moment."""
        return Newcomer(self, outbox, by, asks_key=bool(self._key))

    def desk(self) -> Desk | None:
        """Return the desk for a member's lines; None: they go to the room at once."""
        if self.owners is None:
            return None
        return Desk(self.room, self._mail, self.owners, self.guesses)

    def close(self) -> None:
        """End every wait for a hash, because the server stops."""
        if self.owners is not None:
            self.owners.close()

    def is_key(self, text: str) -> bool:
        """Tell whether this is the room's key."""
        return hmac.compare_digest(_digest(text), self._key)


class Newcomer:
    """A client that has not joined yet.  Only the thread of its connection uses it."""

    def __init__(
        self, entrance: Entrance, outbox: Outbox, by: float, asks_key: bool
    ) -> None:
        self._entrance = entrance
        self._outbox = outbox
        self._by = by
        self._name = ""  # whose password is asked for
        self._asks_key = asks_key
        self.told = format_secret(KEY) if asks_key else WELCOME  # what it is to read
        self.refusal = ""  # the reason, if the last answer was refused; for the log
        self.refused = 0  # how many answers were refused

    def take(self, line: str | Fault) -> Member | None:
        """Take an answer; return the member if it is in, or change what it is told.

        Raise Closed where nobody can join any more.
        """
        self.refusal = ""
        name, self._name = self._name, ""  # a password is asked for once
        try:
            if isinstance(line, Fault):
                raise names.BadName(line.reason)
            if not self._asks_key:
                return self._take_password(name, line) if name else self._claim(line)
            self._take_key(line)
        except names.BadName as error:
            self.refusal = str(error).removesuffix(f": {names.ALLOWED}")
            self.refused += 1
            self.told = format_error(str(error))
            if self._asks_key:
                self.told += format_secret(KEY)
        return None

    def _take_key(self, line: str) -> None:
        self._guess(lambda: self._entrance.is_key(line), "That is not the key")
        self._asks_key = False
        self.told = WELCOME

    def _claim(self, line: str) -> Member | None:
        try:
            return self._entrance.room.claim(line, self._outbox)
        except NameOwned as owned:
            owners = self._entrance.owners
            if owners and not owners.can_hash:
                reason = f"The name {owned} is registered; please choose another one"
                raise names.BadName(reason) from None
            self._name = str(owned)
            self.told = format_secret(f"Please send the password of {owned}")
            return None

    def _take_password(self, name: str, line: str) -> Member | None:
        owners = self._entrance.owners
        assert owners
        key = names.key(name)
        left_s = min(HASHING_S, self._by - time.monotonic())
        refusal = f"That is not the password of {name}; please send a name"
        self._guess(lambda: owners.is_right(key, line, left_s), refusal)
        self._outbox.proven = key
        try:
            return self._claim(name)
        finally:
            self._outbox.proven = ""

    def _guess(self, is_right: Callable[[], bool], refusal: str) -> None:
        host, guesses = self._outbox.host, self._entrance.guesses
        if wait_s := guesses.take(host):
            again = f"try again in {math.ceil(wait_s)} s"
            raise names.BadName(
                f"Too many wrong tries from {counted_as(host)}; {again}"
            )
        if not is_right():
            _log.info("%s sent a wrong secret", host)
            raise names.BadName(refusal)
        guesses.give_back(host)


def _digest(key: str) -> bytes:
    """Return a digest of one length, so the time of a comparison tells nothing."""
    return hashlib.sha256(to_bytes(key)).digest()
