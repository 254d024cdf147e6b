"""What the server says: made into bytes here, and read back for the client.  PURE.

No line has a special mark for its kind, so that a user of nc sees nothing odd.
The client tells the kinds apart by how a line begins.  That is safe because of the
rules for names: no name begins with "[", and none is "Online" or "Rooms" or contains a
blank or a colon, so no message can begin like a notice.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

# The one list of what a user may send: @help and the line after "You are" are made of
# it.  `commands.parse` must know the same words; a test compares the two.
COMMANDS = {
    "@people": "who is online",
    "@all TEXT": "say TEXT to everyone else",
    "@NAME TEXT": "say TEXT only to NAME",
    "@room NAME": "go to room NAME; without NAME: show where you are",
    "@rooms": "which rooms there are",
    "@history [N]": "the last N messages to everyone",
    "@register": "keep your name for you, with a password",
    "@unregister": "let anyone use your name again",
    "@help": "these lines",
}
OF_ROOMS = ("@room", "@rooms")  # a server may have no rooms
OF_NAMES = ("@register", "@unregister")  # nor a file to write passwords to
# Without what is only an example: NAME means any name.
WORDS = tuple(usage.split()[0] for usage in COMMANDS if usage.split()[0].islower())
NOBODY = "No other users connected"
ONLINE = "Online: "
ROOMS = "Rooms: "
SECRET = "[SECRET] "
KEY = "Please send the key to this room"
TEACHER = "The teacher says: "

# At ctrl-c telnet sends IAC DO TIMING-MARK, and then shows nothing until that is
# answered (RFC 860).  No UTF-8 holds the byte 0xFF, so no good line looks like it.
TELNET_ASKS = b"\xff\xfd\x06"
TELNET_ANSWER = b"\xff\xfc\x06"  # IAC WONT TIMING-MARK


def commands_without(words: Collection[str]) -> dict[str, str]:
    """Return COMMANDS without those that a server does not have."""
    return {u: effect for u, effect in COMMANDS.items() if u.split()[0] not in words}


def format_info(text: str) -> bytes:
    """Return the line of a notice."""
    return f"[INFO] {text}\n".encode()


def format_help(commands: Mapping[str, str]) -> bytes:
    """Return the lines that say what a user may send, and what it does."""
    rows = commands.items()
    return b"".join(format_info(f"{usage:12} {effect}") for usage, effect in rows)


def format_teacher(text: str) -> bytes:
    """Return the line of what the teacher says: a notice that no user can send."""
    return format_info(f"{TEACHER}{text}")


def format_error(reason: str) -> bytes:
    """Return the line that says what a client did wrong."""
    return f"[ERROR] {reason}\n".encode()


def format_secret(question: str) -> bytes:
    """Return the line that asks for a line which must not be shown: a password."""
    return f"{SECRET}{question}\n".encode()


def format_public(sender: str, text: str) -> bytes:
    """Return the line of a message to everyone."""
    return f"{sender}: {text}\n".encode()


def format_private(sender: str, text: str) -> bytes:
    """Return the line of a message to one user."""
    return f"{sender} (private): {text}\n".encode()


def format_online(others: Iterable[str]) -> bytes:
    """Return the line that lists who else is online.

    A user who is in another room than the receiver is listed with it: `bob (team1)`.
    """
    listed = ", ".join(others)
    return f"{ONLINE + listed if listed else NOBODY}\n".encode()


def format_history(room: str, lines: Collection[bytes]) -> bytes:
    """Return the lines of what was said in a room; each line begins with a time."""
    if not lines:
        return format_info(f"Nothing has been said in {room} yet")
    return format_info(f"The last {len(lines)} messages in {room}:") + b"".join(lines)


def format_rooms(rooms: Mapping[str, int]) -> bytes:
    """Return the line that lists the rooms, and how many are in each."""
    listed = ", ".join(f"{room} ({count})" for room, count in rooms.items())
    return f"{ROOMS}{listed}\n".encode()


# ---- and back, for the client

_EARLIER = re.compile(r"\[\d\d:\d\d\] \S+?: .*")
_ENTERED = re.compile(r"You are in (\S+)")
_MESSAGE = re.compile(r"(\S+?)( \(private\))?: (.*)")


@dataclass(frozen=True, slots=True)
class Shown:
    """What a line of the server is.

    Its kind is info, teacher, error, secret, private, public, online, rooms, earlier or
    other.
    """

    kind: str
    sender: str
    text: str


def read_line(line: str) -> Shown:
    """Tell what a line of the server is; any text is at least `other`."""
    if line.startswith(f"[INFO] {TEACHER}"):
        return Shown("teacher", "", line.removeprefix("[INFO] "))
    for kind in ("info", "error", "secret"):
        prefix = f"[{kind.upper()}] "
        if line.startswith(prefix):
            return Shown(kind, "", line.removeprefix(prefix))
    if line == NOBODY or line.startswith(ONLINE):
        return Shown("online", "", line)
    if line.startswith(ROOMS):
        return Shown("rooms", "", line)
    if _EARLIER.fullmatch(line):
        return Shown("earlier", "", line)
    if message := _MESSAGE.fullmatch(line):
        sender, private, text = message.groups()
        return Shown("private" if private else "public", sender, text)
    return Shown("other", "", line)


def accepted_name(answer: Shown) -> str:
    """Return the name that the server has accepted, or "" if it says something else.

    Only for an answer to a name.  Later other lines begin alike: "You are muted ...".
    """
    if answer.kind == "info" and answer.text.startswith("You are "):
        return answer.text.removeprefix("You are ")
    return ""


def room_entered(answer: Shown) -> str:
    """Return the room in which we are now, or "" if the server says something else."""
    found = _ENTERED.fullmatch(answer.text)
    return found[1] if found and answer.kind == "info" else ""
