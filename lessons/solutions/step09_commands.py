"""Step 9, one good answer: what a line asks for, and a message to everyone."""

import contextlib
import socket
import threading

from chat.wire import commands
from lessons.given import serving


def parse(line: str) -> commands.Command | None:
    """Return the command in a line, None for a blank line, or raise BadCommand.

    @people            commands.People()
    @help              commands.Help()
    @all TEXT          commands.ToAll(TEXT)
    @NAME TEXT         commands.ToOne(NAME, TEXT)
    spaces or nothing  None

    The word after the @ ends at the first space. For people, help, all and exit
    capitals make no difference. A NAME stays as it was typed. What follows @people or
    @help does not matter. TEXT loses the spaces at its ends and keeps those
    inside.

    For everything else, raise commands.BadCommand(KIND, ADVICE). ADVICE tells the user
    what to type, in your words. KIND is

    "no @"             if the line does not begin with @ (a space in front counts)
    "no target"        if no word follows the @ at once
    "@exit"            if the word is exit
    "no message"       if there is no TEXT after all or a NAME
    """
    if not line.strip():
        return None
    if not line.startswith("@"):
        raise commands.BadCommand("no @", "Start with @, for example: @all hello")
    target, _, text = line[1:].partition(" ")
    text = text.strip()
    word = target.lower()
    if word == "people":
        return commands.People()
    if word == "help":
        return commands.Help()
    if word == "exit":
        raise commands.BadCommand("@exit", "To leave, close the connection")
    if not target:
        raise commands.BadCommand("no target", "Who should get that? @all hello")
    if not text:
        raise commands.BadCommand("no message", f"Say something: @{target} hello")
    if word == "all":
        return commands.ToAll(text)
    return commands.ToOne(target, text)


class Room:
    """Who is online, by name, and the socket of each."""

    def __init__(self) -> None:
        self._lock = threading.Lock()  # guards _sockets
        self._sockets: dict[str, socket.socket] = {}

    def join(self, name: str, sock: socket.socket) -> bool:
        """Put `name` online; False if someone has that name."""
        with self._lock:
            if name in self._sockets:
                return False
            self._sockets[name] = sock
            return True

    def leave(self, name: str) -> None:
        """Take `name` offline.

        Only the thread that joined as `name` calls this, once. Until then nobody else
        can have the name, so there is no newcomer to throw out, as there was in step 8.
        """
        with self._lock:
            del self._sockets[name]

    def names(self) -> list[str]:
        """Return who is online, in the order in which they joined."""
        with self._lock:
            return list(self._sockets)

    def send(self, name: str, data: bytes) -> bool:
        """Send `data` to `name`; False if nobody of that name is online."""
        with self._lock:
            sock = self._sockets.get(name)
        if sock is None:
            return False
        with contextlib.suppress(OSError):  # gone: its own thread will see, and leave
            sock.sendall(data)
        return True

    def broadcast(self, sender: str, data: bytes) -> None:
        """Send `data`, with sendall, to everyone online but `sender`.

        While it sends, others may join and leave: it does not hold the lock then. If a
        sendall raises an OSError, this one client has gone. All others still get
        `data`. The client that has gone stays in the room until its own thread calls
        `leave`.
        """
        with self._lock:
            others = [s for name, s in self._sockets.items() if name != sender]
        for sock in others:
            with contextlib.suppress(OSError):
                sock.sendall(data)


def main() -> None:
    """Serve on port 12345, or on the one that is given; 0 means any free one."""
    serving.run(Room(), parse)


if __name__ == "__main__":
    main()
