"""Who may not speak, and who may not come in, because the teacher has said so.

Any thread may ask: the accept thread before it lets anyone in, a client's thread when
the client joins, speaks or leaves, the console's thread when the teacher decides.  One
lock guards it all, and nothing blocks while it is held.  The room and the teacher take
it inside the lock of the registry, so that a ban or a mute cannot fall between the
question and what is done about it.

A name is muted or banned by its key, so that `Bob` is `bob`.  But a name is soon
changed.  So what is left of a mute passes to the next user who joins from the same
address: to one while the muted user is still there, and to one after they have left.
Where a whole class shares an address, it may reach the wrong user, whom the teacher can
unmute, but never the whole class.

If nobody else was online from the address when the mute began, it is taken for one
machine.  Then the mute passes to everyone who joins from there, or its user would only
have to open enough connections.

Addresses are compared as they are counted: all of one IPv6 network are the same, or a
banned user would only have to choose another.

Nothing of it outlives the server.
"""

import math
import threading
import time

from chat.server.addresses import counted_as

LOCKED = "The teacher has locked the room; try again later"
BANNED = "The teacher has banned you from the room"
MUTED_ALL = "The teacher has muted everyone; you can still read"


class Moderation:
    """What the teacher has forbidden, by name key and by address."""

    def __init__(self) -> None:
        self._lock = threading.Lock()  # guards all below
        self._muted: dict[str, float] = {}  # by name key: until when, monotonic
        # The same by address: the mutes that pass to the next user from there.
        self._passing: dict[str, dict[str, float]] = {}
        self._of_one: set[str] = set()  # addresses whose mutes pass to everyone
        self._all_muted = False
        self._banned_keys: set[str] = set()
        self._banned_places: set[str] = set()  # addresses, as they are counted
        self._locked = False

    # ---- coming in

    def refusal(self, address: str, key: str = "") -> str:
        """Return why a client with this address or name key may not join, or ""."""
        place = counted_as(address)
        with self._lock:
            if place in self._banned_places or key in self._banned_keys:
                return BANNED
            return LOCKED if self._locked else ""

    def lock_room(self, locked: bool) -> None:
        """Let nobody join any more, or let them again."""
        with self._lock:
            self._locked = locked

    def ban(self, key: str, address: str) -> None:
        """Ban a name key and an address; "" bans neither."""
        with self._lock:
            self._banned_keys |= {key} - {""}
            self._banned_places |= {counted_as(address)} - {""}

    def unban(self, key: str, address: str) -> bool:
        """End a ban; False if there was none."""
        place = counted_as(address)
        with self._lock:
            found = key in self._banned_keys or place in self._banned_places
            self._banned_keys.discard(key)
            self._banned_places.discard(place)
            return found

    def banned(self) -> list[str]:
        """Return all name keys and addresses that are banned."""
        with self._lock:
            return sorted(self._banned_keys) + sorted(self._banned_places)

    # ---- speaking

    def silence(self, key: str) -> str:
        """Return the reason why the user with that name may not speak, or ""."""
        with self._lock:
            until, all_muted = self._muted.get(key), self._all_muted
        if until and (left_s := _seconds_to(until)):
            return f"You are muted for another {left_s} s"
        return MUTED_ALL if all_muted else ""

    def muted_s(self, key: str) -> int:
        """Return for how many more seconds that name is muted."""
        with self._lock:
            return _seconds_to(self._muted.get(key, 0.0))

    def mute(
        self, key: str, for_s: float, address: str = "", is_alone: bool = False
    ) -> None:
        """Mute a name; `is_alone`: nobody else is online from its `address`."""
        place = counted_as(address)
        with self._lock:
            self._muted[key] = time.monotonic() + for_s
            self._pass_on(key, place)
            if is_alone:
                self._of_one.add(place)

    def unmute(self, key: str) -> None:
        """Let that name speak again, even if whoever had it has left."""
        with self._lock:
            self._muted.pop(key, None)
            for keys in self._passing.values():
                keys.pop(key, None)

    def mute_all(self) -> None:
        """Let nobody speak."""
        with self._lock:
            self._all_muted = True

    def unmute_all(self) -> None:
        """Let everyone speak again, also those who were muted by name."""
        with self._lock:
            self._all_muted = False
            self._muted.clear()
            self._passing.clear()
            self._of_one.clear()

    def joined(self, key: str, address: str) -> int:
        """Mute a newcomer if a mute passes to them; return for how long."""
        place = counted_as(address)
        with self._lock:
            self._forget_ended()
            if keys := self._passing.get(place):
                # A user who comes back under the old name gets their own mute.
                found = key if key in keys else next(iter(keys))
                until = keys[found] if place in self._of_one else keys.pop(found)
                self._muted[key] = max(until, self._muted.get(key, 0.0))
        return self.muted_s(key)

    def left(self, key: str, address: str) -> None:
        """Pass what is left of a mute on to the next user from there."""
        with self._lock:
            self._forget_ended()
            if key in self._muted:
                self._pass_on(key, counted_as(address))

    def _pass_on(self, key: str, place: str) -> None:
        """Needs the lock."""
        self._passing.setdefault(place, {})[key] = self._muted[key]

    def _forget_ended(self) -> None:
        """Needs the lock."""
        now = time.monotonic()
        self._muted = _later(self._muted, now)
        left = {place: _later(keys, now) for place, keys in self._passing.items()}
        self._passing = {place: keys for place, keys in left.items() if keys}
        self._of_one &= self._passing.keys()


def _seconds_to(moment: float) -> int:
    return max(0, math.ceil(moment - time.monotonic()))


def _later(moments: dict[str, float], now: float) -> dict[str, float]:
    return {key: until for key, until in moments.items() if until > now}
