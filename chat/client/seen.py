"""What a user of the client has seen of the others: their names, and the rooms.

It is read out of the server's lines, and is what Tab completes.  Only the main thread
uses it.
"""

import re
from collections.abc import Iterator

from chat.wire import answers
from chat.wire.answers import Shown
from chat.wire.names import LOBBY

MAX_SEEN = 1000  # names, and as many rooms: those seen last

_NEWS = re.compile(r"(\S+) (joined|left|went to (\S+)|came from (\S+))")


class Seen:
    """The names and the rooms seen, and the room that we are in."""

    def __init__(self) -> None:
        self.me = ""  # our own name
        self.room = LOBBY
        self.commands = answers.WORDS  # those that the server has
        self._names: dict[str, None] = {}  # the latest last
        self._rooms: dict[str, None] = {LOBBY: None}

    @property
    def names(self) -> list[str]:
        """Return the names of the others."""
        return list(self._names)

    @property
    def rooms(self) -> list[str]:
        """Return the names of the rooms."""
        return list(self._rooms)

    def note(self, shown: Shown) -> None:
        """Remember what a line of the server tells."""
        match shown.kind:
            case "public" | "private":
                self._see_name(shown.sender)
            case "online" if shown.text != answers.NOBODY:
                for name, room in _listed(shown.text.removeprefix(answers.ONLINE)):
                    self._see_name(name)
                    self._see_room(room)
            case "rooms":
                self._rooms.clear()
                for room, _count in _listed(shown.text.removeprefix(answers.ROOMS)):
                    self._see_room(room)
            case "info":
                self._note_news(shown)

    def _note_news(self, shown: Shown) -> None:
        if room := answers.room_entered(shown):
            self.room = room
            self._see_room(room)
        elif shown.text.startswith("Commands: "):
            listed = shown.text.replace(",", " ").split()
            self.commands = tuple(w for w in answers.WORDS if w in listed)
        elif news := _NEWS.fullmatch(shown.text):
            name, verb, went_to, came_from = news.groups()
            if verb == "left":
                self._names.pop(name, None)
            else:
                self._see_name(name)
            self._see_room(went_to or came_from)

    def _see_name(self, name: str) -> None:
        if name != self.me:
            _put_last(self._names, name)

    def _see_room(self, room: str | None) -> None:
        if room:
            _put_last(self._rooms, room)


def _listed(text: str) -> Iterator[tuple[str, str]]:
    """Yield the parts of `bob, carol (team1)`, each with what is in parentheses."""
    for part in text.split(", "):
        name, _, more = part.partition(" (")
        yield name, more.removesuffix(")")


def _put_last(seen: dict[str, None], name: str) -> None:
    seen.pop(name, None)
    seen[name] = None
    if len(seen) > MAX_SEEN:
        del seen[next(iter(seen))]
