"""Step 10, one good answer: a bounded queue, and the one thread that writes."""

import contextlib
import queue
import socket
import sys
import threading

from chat.server.sockets import send_now
from chat.wire import commands
from lessons.given import serving


class Client:
    """One connection, as the postman sees it."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock

    def take(self, data: bytes) -> int:
        """Give the socket what it takes at once; return how many bytes that was.

        It never waits: a full socket takes 0. Raise OSError if the client has gone.
        """
        return send_now(self.sock, data)

    def cut_off(self) -> None:
        """End the connection; its own thread wakes up, and leaves the room."""
        with contextlib.suppress(OSError):
            self.sock.shutdown(socket.SHUT_RDWR)
            if sys.platform == "win32":  # as in step 6: there only this wakes a thread
                socket.close(self.sock.detach())


class Postman:
    """One queue for all, and one thread that hands out the posts in it.

    Any thread may call `post`. The postman's thread alone calls `run`, once.
    """

    def __init__(self, size: int = 1000) -> None:
        # No more than `size` posts wait at a time.
        self._queue: queue.Queue[tuple[list[Client], bytes] | None] = queue.Queue(size)

    def post(self, receivers: list[Client], data: bytes) -> None:
        """Queue `data` for all of `receivers`, as one post; wait while it is full."""
        self._queue.put((receivers, data))

    def run(self) -> None:
        """Hand out the posts, in the order in which they came, until the stop.

        Cut off a client that does not take all of `data` at once, or that has gone.
        All others get the post. Never wait for a client, and hold no lock while one
        takes something. If there is nothing to do, wait.
        """
        while (posted := self._queue.get()) is not None:
            receivers, data = posted
            for client in receivers:
                self._hand_out(client, data)

    def _hand_out(self, client: Client, data: bytes) -> None:
        try:
            whole = client.take(data) == len(data)
        except OSError:
            whole = False
        if not whole:
            client.cut_off()

    def stop(self) -> None:
        """Let `run` return when it has handed out everything that was posted before.

        Nobody posts after that. The thread that calls stop may have to wait for space.
        """
        self._queue.put(None)


class Room:
    """Who is online. It sends nothing itself: it posts."""

    def __init__(self, postman: Postman) -> None:
        self._postman = postman
        self._lock = threading.Lock()  # guards _clients
        self._clients: dict[str, Client] = {}

    def join(self, name: str, sock: socket.socket) -> bool:
        """Put `name` online; False if someone has that name."""
        with self._lock:
            if name in self._clients:
                return False
            self._clients[name] = Client(sock)
            return True

    def leave(self, name: str) -> None:
        """Take `name` offline.

        Only the thread that joined as `name` calls this, once. Until then nobody else
        can have the name, so there is no newcomer to throw out, as there was in step 8.
        """
        with self._lock:
            del self._clients[name]

    def names(self) -> list[str]:
        """Return who is online, in the order in which they joined."""
        with self._lock:
            return list(self._clients)

    def send(self, name: str, data: bytes) -> bool:
        """Post `data` to `name`; False if nobody of that name is online."""
        with self._lock:
            client = self._clients.get(name)
        if client is None:
            return False
        self._postman.post([client], data)
        return True

    def broadcast(self, sender: str, data: bytes) -> None:
        """Post `data` to everyone online but `sender`."""
        with self._lock:
            others = [c for name, c in self._clients.items() if name != sender]
        self._postman.post(others, data)


def main() -> None:
    """Serve on port 12345, or on the one that is given; 0 means any free one."""
    postman = Postman()
    writer = threading.Thread(target=postman.run, daemon=True)
    writer.start()
    serving.run(Room(postman), commands.parse)
    postman.stop()
    writer.join()


if __name__ == "__main__":
    main()
