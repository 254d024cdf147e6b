"""The wire: bytes in, lines out; a line in, a command out; bytes for each answer.

PURE: no socket, clock or thread, so every rule of PROTOCOL sections 1 and 3 can
be tested with a string.  Both the server and the client stand on it.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from chat import config, names

# ---- from bytes to lines


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that is no line; after a fatal one the sender is to be closed."""

    reason: str
    fatal: bool = False


NOT_UTF8 = Fault("That line is not UTF-8; it was thrown away")
ENDLESS = Fault("No end of line came; you are disconnected", fatal=True)


class LineBuffer:
    """Cut a stream of bytes into clean lines, however its chunks fall.

    It holds at most `max_bytes` (0: no limit) of an unfinished line.  What is
    unfinished at the end of the stream is no line: drop the buffer with it.
    """

    def __init__(self, max_bytes: int = config.MAX_LINE_BYTES) -> None:
        self._max_bytes = max_bytes
        self._tail = bytearray()  # of the unfinished line, unless that is too long
        self._length = 0  # of the unfinished line, kept or not
        self._dead = False
        self.too_long = Fault(
            f"A line has at most {max_bytes} bytes; yours had more and was thrown away"
        )

    def feed(self, data: bytes) -> list[str | Fault]:
        """Take the next bytes; return the lines and faults that they complete.

        After a fatal fault it returns nothing any more.
        """
        found: list[str | Fault] = []
        *ended, rest = data.split(b"\n")
        for piece in ended:
            self._extend(piece, found)
            self._finish(found)
        self._extend(rest, found)
        return found

    def _extend(self, piece: bytes, found: list[str | Fault]) -> None:
        """Add to the unfinished line; a limit that is passed just now is a fault."""
        before, self._length = self._length, self._length + len(piece)
        limit = self._max_bytes or self._length + 1
        if self._length < limit:
            self._tail += piece
            return
        self._tail.clear()
        if before < limit:
            self._report(self.too_long, found)
        if self._length >= limit * config.ENDLESS_LINES:
            self._report(ENDLESS, found)

    def _finish(self, found: list[str | Fault]) -> None:
        """End the line at its LF."""
        if not self._max_bytes or self._length < self._max_bytes:
            self._report(_decode(self._tail), found)
        self._tail.clear()
        self._length = 0

    def _report(self, item: str | Fault, found: list[str | Fault]) -> None:
        if not self._dead:
            found.append(item)
        self._dead |= item is ENDLESS


def _decode(raw: bytearray) -> str | Fault:
    if raw.endswith(b"\r"):
        del raw[-1:]
    try:
        return clean(raw.decode())
    except UnicodeDecodeError:
        return NOT_UTF8


# ---- cleaning

MAX_MARKS = 8  # combining marks in a row
BANNED = frozenset({"Cc", "Cs", "Co", "Cn", "Zl", "Zp", "Cf"})
JOINERS = "\u200c\u200d"  # Persian and emoji cannot be written without them


class _Table(dict[int, str]):
    """What `str.translate` asks for each character.

    It remembers nothing: a user who sends all of Unicode must not fill memory.
    """

    def __missing__(self, code: int) -> str:
        char = chr(code)
        if unicodedata.category(char) in BANNED and char not in JOINERS:
            return "\ufffd"
        return char


_TABLE = _Table({ord("\t"): " "})


def clean(text: str) -> str:
    """Replace all that could move a cursor, fake a line or reverse the text."""
    if text.isascii() and text.isprintable():
        return text
    return _limit_marks(text.translate(_TABLE))


def _limit_marks(text: str) -> str:
    kept, marks = [], 0
    for char in text:
        if unicodedata.category(char)[0] == "M":
            marks += 1
            if marks > MAX_MARKS:
                continue
        elif char not in JOINERS:  # marks behind a joiner are drawn on the same base
            marks = 0
        kept.append(char)
    return "".join(kept)


# ---- from a line to a command


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


# ---- from what happened to the bytes that tell it

COMMANDS = {
    "@people": "who is online",
    "@all TEXT": "say TEXT to everyone else",
    "@NAME TEXT": "say TEXT to NAME alone",
    "@help": "these lines",
}
NOBODY = "No other users connected"

# At ctrl-c telnet sends IAC DO TIMING-MARK, and then shows nothing until that is
# answered (RFC 860).  No UTF-8 holds the byte 0xFF, so no good line looks like it.
TELNET_ASKS = b"\xff\xfd\x06"
TELNET_ANSWER = b"\xff\xfc\x06"  # IAC WONT TIMING-MARK


def format_info(text: str) -> bytes:
    """Return the line of a notice."""
    return f"[INFO] {text}\n".encode()


def format_error(reason: str) -> bytes:
    """Return the line that says what a client did wrong."""
    return f"[ERROR] {reason}\n".encode()


def format_public(sender: str, text: str) -> bytes:
    """Return the line of a message to everyone."""
    return f"{sender}: {text}\n".encode()


def format_private(sender: str, text: str) -> bytes:
    """Return the line of a message to one user."""
    return f"{sender} (private): {text}\n".encode()


def format_online(others: Iterable[str]) -> bytes:
    """Return the line that lists who else is online."""
    listed = ", ".join(others)
    return f"{f'Online: {listed}' if listed else NOBODY}\n".encode()


# ---- and back, for the client

_MESSAGE = re.compile(r"(\S+?)( \(private\))?: (.*)")


@dataclass(frozen=True, slots=True)
class Shown:
    """What a line of the server is: info, error, private, public, online or other."""

    kind: str
    sender: str
    text: str


def read_line(line: str) -> Shown:
    """Tell what a line of the server is; any text is at least `other`."""
    for kind in ("info", "error"):
        prefix = f"[{kind.upper()}] "
        if line.startswith(prefix):
            return Shown(kind, "", line.removeprefix(prefix))
    if line == NOBODY or line.startswith("Online: "):
        return Shown("online", "", line)
    if message := _MESSAGE.fullmatch(line):
        sender, private, text = message.groups()
        return Shown("private" if private else "public", sender, text)
    return Shown("other", "", line)
