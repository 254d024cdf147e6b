"""The commands that the teacher types: a line in, an answer out.

Nothing here knows where they are typed: that is console.py.  Only one thread may run
them.  What they change belongs to the room and to the server, which guard it
themselves.
"""

import argparse
import logging
import shutil
from collections.abc import Callable

from chat import options
from chat.server.owners import NotKept
from chat.server.rooms import TooManyRooms
from chat.server.teacher import NoRoom, Person, Teacher, Unknown
from chat.terminal.characters import columns
from chat.wire.names import LOBBY, BadName

MUTE_S = 60.0
SHOWN_COMMANDS = 15  # of those that were typed
NOT_ONLINE = "not online; type people to see who is"
NOT_BANNED = "not banned; type bans to see who is"

_log = logging.getLogger("chat")
_number = options.number(float)

USAGES = {  # each command as it is typed, and what `help` says of it
    "people": "who is online: address, minutes, muted",
    "say TEXT": "tell everyone TEXT; say @ROOM TEXT: those in ROOM",
    "rooms": "which rooms there are, and how many are in each",
    "send NAME ROOM": "put NAME into ROOM",
    "gather": "bring everyone to the lobby",
    "mute NAME [SECONDS]": f"NAME may say nothing for {MUTE_S:g} s",
    "mute all": "nobody may say anything",
    "unmute [NAME]": "NAME may talk again; without a name, everyone",
    "kick NAME": "end NAME's connection; it may come again",
    "ban NAME": "keep NAME and its address out; or ban ADDRESS",
    "unban NAME": "let them in again; or unban ADDRESS",
    "bans": "who is banned",
    "forget NAME": "let anyone have a name that somebody has registered",
    "lock": "let nobody join",
    "unlock": "let everyone join again",
    "history": "what you have typed; the up key brings it back",
    "! [N]": "the last command again, or number N of the history",
    "rate N": "lines per second that each may send; 0 means no limit",
    "help": "these lines; ctrl-r shows again what you are typing",
    "stop": "end the server",
}


class TeacherCommands:
    """The commands, and the history of those that were typed."""

    def __init__(
        self,
        teacher: Teacher,
        set_rate: Callable[[float], None],
        stop: Callable[[], None],
    ) -> None:
        self._teacher = teacher
        self._set_rate = set_rate
        self._stop = stop
        self._typed: list[str] = []

    def run(self, line: str) -> str:
        """Do what a line asks; return what to say of it."""
        line = line.strip()
        if line.startswith("!"):
            return self._run_again(line[1:].strip())
        if line:
            self._typed.append(line)
        word, _, rest = line.partition(" ")
        try:
            return self._do([word.lower(), *rest.split()], rest.strip())
        except argparse.ArgumentTypeError as error:  # not a number, or not a good one
            return f"{_usage(word)}; {error}"
        except Exception:
            _log.exception("an error in the console")
            return "That failed; the log says why"

    def _run_again(self, number: str) -> str:
        """Run the last command again, or that with a number; say which one it was."""
        wanted = number or str(len(self._typed))
        if wanted.isdecimal() and 0 < int(wanted) <= len(self._typed):
            line = self._typed[int(wanted) - 1]
            return f"{line}\n{self.run(line)}"
        return _usage("!")

    def _do(self, words: list[str], text: str) -> str:
        """Run the command in `words`; `text` is all after the first word, as typed."""
        match words:
            case [""]:
                return ""
            case ["people"]:
                return _in_columns(self._teacher.people())
            case ["say", _, *_]:
                return self._say(text)
            case ["rooms" | "send" | "gather", *_]:
                return self._arrange(words)
            case ["mute" | "unmute" | "kick" | "ban" | "unban" | "bans", *_]:
                return self._moderate(words)
            case ["forget", name]:
                return self._forget(name)
            case ["lock"]:
                self._teacher.lock(True)
                return "Nobody may join now; unlock ends that"
            case ["unlock"]:
                self._teacher.lock(False)
                return "Everyone may join again"
            case ["history"]:
                typed = [f"{n:3} {line}" for n, line in enumerate(self._typed, 1)]
                return "\n".join(typed[-SHOWN_COMMANDS:])
            case ["rate", rate]:
                return self._limit(_number(rate))
            case ["help"]:
                return "\n".join(f"{usage:20} {what}" for usage, what in USAGES.items())
            case ["stop"]:
                self._stop()
                return "Stopping"
        return _usage(words[0])

    def _say(self, text: str) -> str:
        if not text.startswith("@"):
            self._teacher.say(text)
            return "Said to everyone"
        room, _, rest = text[1:].partition(" ")
        if not rest.strip():
            return _usage("say")
        try:
            return f"Said in {self._teacher.say_in(room, rest.strip())}"
        except NoRoom:
            return f"No room is called {room}; type rooms to list them"

    def _arrange(self, words: list[str]) -> str:
        """Run a command about the rooms."""
        try:
            match words:
                case ["rooms"]:
                    rooms = self._teacher.rooms().items()
                    return ", ".join(f"{room} ({count})" for room, count in rooms)
                case ["send", name, room]:
                    return "{} is in {}".format(*self._teacher.send(name, room))
                case ["gather"]:
                    moved = self._teacher.gather()
                    return f"Everyone is in {LOBBY} now ({moved} from other rooms)"
        except Unknown:
            return f"{words[1]} is {NOT_ONLINE}"
        except BadName as error:
            return str(error)
        except TooManyRooms:
            return "No more rooms are allowed; see --max-rooms"
        return _usage(words[0])

    def _moderate(self, words: list[str]) -> str:
        """Run a command about someone in the room."""
        try:
            match words:
                case ["mute", "all"]:
                    self._teacher.mute_all()
                    return "Everyone is muted; unmute ends that"
                case ["unmute"] | ["unmute", "all"]:
                    self._teacher.unmute_all()
                    return "Everyone may talk again"
                case ["unmute", name]:
                    return self._mute(name, 0)
                case ["mute", name]:
                    return self._mute(name, MUTE_S)
                case ["mute", name, seconds]:
                    return self._mute(name, _number(seconds))
                case ["kick", name]:
                    return f"{self._teacher.kick(name)} is disconnected"
                case ["ban", text]:
                    return f"Banned: {', '.join(self._teacher.ban(text))}"
                case ["unban", text]:
                    self._teacher.unban(text)
                    return f"{text} may join again"
                case ["bans"]:
                    return f"Banned: {', '.join(self._teacher.banned()) or 'nobody'}"
        except Unknown:
            return f"{words[1]} is {NOT_BANNED if words[0] == 'unban' else NOT_ONLINE}"
        return _usage(words[0])

    def _forget(self, name: str) -> str:
        try:
            self._teacher.forget(name)
        except Unknown:
            return f"{name} is not registered"
        except NotKept as error:
            return str(error)
        return f"Anyone may have the name {name} now"

    def _limit(self, rate: float) -> str:
        self._set_rate(rate)
        allowed = f"{rate:g} lines per second" if rate else "as fast as it can"
        return f"Each client may now send {allowed}"

    def _mute(self, name: str, for_s: float) -> str:
        if not for_s:
            self._teacher.unmute(name)
            return f"{name} may talk again"
        return f"{self._teacher.mute(name, for_s)} is muted for {for_s:g} s"


def _in_columns(people: list[Person]) -> str:
    """Return who is there, in as many columns as fit the terminal beside each other."""
    if not people:
        return "Nobody is here"
    cells = [_cell(person) for person in people]
    widths = _column_widths([columns(cell) + 3 for cell in cells])
    beside = len(widths)
    lines = []
    for begin in range(0, len(cells), beside):
        row = zip(cells[begin : begin + beside], widths, strict=False)
        filled = [cell + " " * (width - columns(cell)) for cell, width in row]
        lines.append("".join(filled).rstrip())
    return "\n".join([f"{len(people)} online", *lines])


def _column_widths(wide: list[int]) -> list[int]:
    """Return how wide each column is, as many as fit; one long name widens only one."""
    for beside in range(min(len(wide), _width()), 1, -1):
        widths = [max(wide[column::beside]) for column in range(beside)]
        if sum(widths) - 3 <= _width():
            return widths
    return [max(wide)]


def _cell(person: Person) -> str:
    minutes = f"{person.online_s / 60:.0f} min"
    room = f"in {person.room}" if person.room != LOBBY else ""
    cells = [person.name, person.address, minutes, room, "muted" * person.muted]
    return " ".join(filter(None, cells))


def _width() -> int:
    return shutil.get_terminal_size().columns


def _usage(word: str) -> str:
    """Say how a command is typed, or that there is none."""
    for usage in USAGES:
        if usage.split()[0] == word.lower():
            return f"Type it like this: {usage}"
    return f"There is no command {word}; type help to list them all"
