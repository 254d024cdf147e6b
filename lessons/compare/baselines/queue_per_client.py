"""The textbook server: two threads per client, one reads and one writes.

The reading thread enters `serve`, and the writing one `write`; between them is a
`queue.Queue`.  The lock guards the members.  While it is held, lines are only put into
queues, so nobody waits for a slow reader.  A queue has no bound, as in the textbook.
"""

import contextlib
import queue
import socket
import threading

from lessons.compare.baselines import common

Outbox = queue.Queue[bytes | None]


class Room:
    """Who is online."""

    def __init__(self) -> None:
        self._lock = threading.Lock()  # guards _members, and the order in their queues
        self._members: dict[str, Outbox] = {}

    def join(self, name: str, outbox: Outbox) -> bool:
        """Put `name` online and tell everyone; False if the name is taken."""
        with self._lock:
            if name in self._members:
                return False
            outbox.put(common.welcome(name))
            self._put_all(common.joined(name), but=name)
            self._members[name] = outbox
        return True

    def leave(self, name: str) -> None:
        """Take `name` offline and tell everyone."""
        with self._lock:
            del self._members[name]
            self._put_all(common.left(name), but=name)

    def run(self, name: str, line: bytes) -> None:
        """Do what the `line` of `name` says."""
        target, text = common.command(line)
        with self._lock:
            if target == "all":
                self._put_all(common.to_all(name, text), but=name)
            elif target == "people":
                others = [other for other in self._members if other != name]
                self._members[name].put(common.people(others))
            elif target in self._members:
                self._members[target].put(common.private(name, text))
            else:
                self._members[name].put(common.NOBODY)

    def _put_all(self, data: bytes, but: str) -> None:
        for name, outbox in self._members.items():
            if name != but:
                outbox.put(data)


def write(outbox: Outbox, sock: socket.socket) -> None:
    """Send what is queued until None comes."""
    with contextlib.suppress(OSError):
        while (data := outbox.get()) is not None:
            sock.sendall(data)


def serve(room: Room, sock: socket.socket) -> None:
    """Serve one client until it closes."""
    outbox: Outbox = queue.Queue()
    writer = threading.Thread(target=write, args=(outbox, sock), daemon=True)
    writer.start()
    with contextlib.suppress(OSError), sock, sock.makefile("rb") as lines:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        outbox.put(common.ASK)
        name = lines.readline().strip().decode()
        try:
            if name and room.join(name, outbox):
                try:
                    for line in lines:
                        room.run(name, line)
                finally:
                    room.leave(name)
            else:
                outbox.put(common.TAKEN)
        finally:
            outbox.put(None)
            writer.join()  # what is queued is sent before the socket closes


def main() -> None:
    """Accept clients until the process ends, with two threads for each."""
    room = Room()
    listener = common.listen()
    while True:
        sock, _ = listener.accept()
        threading.Thread(target=serve, args=(room, sock), daemon=True).start()


if __name__ == "__main__":
    main()
