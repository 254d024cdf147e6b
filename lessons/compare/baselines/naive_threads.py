"""The naive server: a thread per client, and one lock held while it sends.

Every client's thread enters `serve`.  The lock guards the members, and is held during
`sendall`.  So no line is ever torn or out of order, but one client that reads nothing
freezes the whole room.
"""

import contextlib
import socket
import threading

from lessons.compare.baselines import common


class Room:
    """Who is online."""

    def __init__(self) -> None:
        self._lock = threading.Lock()  # guards _members, and every send to them
        self._members: dict[str, socket.socket] = {}

    def join(self, name: str, sock: socket.socket) -> bool:
        """Put `name` online and tell everyone; False if the name is taken."""
        with self._lock:
            if name in self._members:
                return False
            sock.sendall(common.welcome(name))
            self._send_all(common.joined(name), but=name)
            self._members[name] = sock
        return True

    def leave(self, name: str) -> None:
        """Take `name` offline and tell everyone."""
        with self._lock:
            del self._members[name]
            self._send_all(common.left(name), but=name)

    def run(self, name: str, line: bytes) -> None:
        """Do what the `line` of `name` says."""
        target, text = common.command(line)
        with self._lock:
            if target == "all":
                self._send_all(common.to_all(name, text), but=name)
            elif target == "people":
                others = [other for other in self._members if other != name]
                self._send(self._members[name], common.people(others))
            elif target in self._members:
                self._send(self._members[target], common.private(name, text))
            else:
                self._send(self._members[name], common.NOBODY)

    def _send_all(self, data: bytes, but: str) -> None:
        for name, sock in self._members.items():
            if name != but:
                self._send(sock, data)

    def _send(self, sock: socket.socket, data: bytes) -> None:
        with contextlib.suppress(OSError):  # it has gone: its own thread will notice
            sock.sendall(data)


def serve(room: Room, sock: socket.socket) -> None:
    """Serve one client until it closes."""
    with contextlib.suppress(OSError), sock, sock.makefile("rb") as lines:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.sendall(common.ASK)
        name = lines.readline().strip().decode()
        if not name or not room.join(name, sock):
            sock.sendall(common.TAKEN)
            return
        try:
            for line in lines:
                room.run(name, line)
        finally:
            room.leave(name)


def main(room: Room) -> None:
    """Accept clients until the process ends, with a thread for each."""
    listener = common.listen()
    while True:
        sock, _ = listener.accept()
        threading.Thread(target=serve, args=(room, sock), daemon=True).start()


if __name__ == "__main__":
    main(Room())
