"""Step 10, the demo: a room that sends under its lock, and one client that sleeps."""

import socket
import threading
import time
from collections.abc import Callable

LOOKS, LOOK_S = 9, 0.1
A_WHILE_S = 1.0
LINE = b"a" * 999 + b"\n"
_begun_at = time.monotonic()


def say(what: str) -> None:
    """Print a line with the time since the start."""
    print(f"{time.monotonic() - _begun_at:4.1f} s  {what}", flush=True)


class Room:
    """Who is online. One lock guards the dict, and every send."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.users: dict[str, socket.socket] = {}
        self.said = 0  # lines, to everyone

    def join(self, name: str, sock: socket.socket) -> None:
        """Put `name` online."""
        with self.lock:
            self.users[name] = sock

    def leave(self, name: str) -> None:
        """Take `name` offline."""
        with self.lock:
            del self.users[name]

    def broadcast(self, sender: str, data: bytes) -> None:
        """Send `data` to everyone but the sender."""
        with self.lock:
            for name, sock in self.users.items():
                if name != sender:
                    sock.sendall(data)
            self.said += 1


def connect() -> tuple[socket.socket, socket.socket]:
    """Return the two ends of a connection: the server's, the client's."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        client = socket.create_connection(listener.getsockname())
        return listener.accept()[0], client


def read(sock: socket.socket) -> None:
    """Read all that comes, as a client does that is awake."""
    while sock.recv(65536):
        pass


def start(function: Callable[..., object], *arguments: object) -> threading.Thread:
    """Run a function in a new thread."""
    thread = threading.Thread(target=function, args=arguments, daemon=True)
    thread.start()
    return thread


def talk(room: Room, awake: threading.Event) -> None:
    """Say a line again and again, as ann does."""
    while not awake.is_set():
        room.broadcast("ann", LINE)


def await_standstill(room: Room) -> None:
    """Wait until the lock is held, and nothing more is said, at many looks in a row.

    One long look is not enough: a busy machine may keep ann's thread waiting for that
    long.  It then keeps us waiting as well, so it does not last for many looks.  And
    the longer ann has taken until then, the busier it is, and the more looks we need.
    """
    before = still = moved = 0
    while still < LOOKS + moved:
        time.sleep(LOOK_S)
        if room.lock.locked() and room.said == before > 0:
            still += 1
        else:
            before, still, moved = room.said, 0, moved + 1


def main() -> None:
    """Let ann talk to one who sleeps, and see what becomes of the others."""
    room, awake = Room(), threading.Event()
    ends = {name: connect() for name in ("ann", "bob", "dan", "sleeper")}
    for name, (server_end, client_end) in ends.items():
        room.join(name, server_end)
        if name != "sleeper":
            start(read, client_end)
    say("ann, bob, dan and a sleeper are in the room; the sleeper reads nothing")
    say("ann says a line of 1 KB, again and again")
    start(talk, room, awake)
    await_standstill(room)
    say(f"after {room.said:,} lines ann waits, in sendall() to the sleeper")
    ends["eve"] = connect()
    start(read, ends["eve"][1])  # bob may speak after she has joined
    calls = {
        # At length, as a few bytes may still fit in somewhere.
        "bob speaks": start(room.broadcast, "bob", LINE * 4000),
        "dan leaves": start(room.leave, "dan"),
        "eve joins": start(room.join, "eve", ends["eve"][0]),
    }
    time.sleep(A_WHILE_S)
    for what, thread in calls.items():
        say(f"{what}: {'waits' if thread.is_alive() else 'done'}")
    say("the sleeper wakes up, and reads")
    awake.set()
    start(read, ends["sleeper"][1])
    for what, thread in calls.items():
        thread.join()
        say(f"{what}: done")


if __name__ == "__main__":
    main()
