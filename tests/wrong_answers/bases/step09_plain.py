"""Step 9, another right answer: a missing name is looked for before the commands."""

import contextlib
import socket
import threading

from chat.wire import commands
from lessons.given import serving


def parse(line: str) -> commands.Command | None:
    """Return the command in a line, None for a blank line, or raise BadCommand."""
    if not line.strip(" "):
        return None
    if not line.startswith("@"):
        raise commands.BadCommand("no @", "Start with @")
    word, _, text = line[1:].partition(" ")
    text = text.strip(" ")
    if not word:
        raise commands.BadCommand("no target", "Type a name after the @")
    low = word.lower()
    if low == "people":
        return commands.People()
    if low == "help":
        return commands.Help()
    if low == "exit":
        raise commands.BadCommand("@exit", "Close your client to leave")
    if not text:
        raise commands.BadCommand("no message", "Type a message")
    if low == "all":
        return commands.ToAll(text)
    return commands.ToOne(word, text)


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
        """Take `name` offline."""
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
        """Send `data`, with sendall, to everyone online but `sender`."""
        with self._lock:
            others = [sock for name, sock in self._sockets.items() if name != sender]
        for sock in others:
            with contextlib.suppress(OSError):
                sock.sendall(data)


def main() -> None:
    """Serve on port 12345, or on the one that is given; 0 means any free one."""
    serving.run(Room(), parse)


if __name__ == "__main__":
    main()
