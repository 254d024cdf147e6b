"""Step 12, the demo: one thread serves three clients, and while it waits, all wait.

The main thread is the server, and all of it. A second thread plays the clients.
"""

import select
import socket
import threading
import time

PAUSE_S = 1.0
HELLO = b"hello"
ANSWER_BYTES = 8_000_000  # more than the kernel holds for one client
_begun_at = time.monotonic()


def say(who: str, what: str) -> None:
    """Print a line with the time since the start."""
    print(f"{time.monotonic() - _begun_at:4.1f} s  {who}: {what}", flush=True)


# ---- the server: one thread


def serve(listener: socket.socket) -> None:
    """Serve three clients until they have gone."""
    waiting_for = [listener]
    names = {listener: "the listener"}
    while len(waiting_for) > 1 or len(names) == 1:
        readable, _, _ = select.select(waiting_for, [], [])
        say("server", f"select: {', '.join(names[sock] for sock in readable)}")
        for sock in readable:
            if sock is listener:
                client, _ = listener.accept()
                names[client] = ("ann", "bob", "cat")[len(names) - 1]
                waiting_for.append(client)
                client.sendall(b"welcome")
            elif data := sock.recv(4096):
                answer(sock, data, names[sock])
            else:
                waiting_for.remove(sock)
                sock.close()


def answer(sock: socket.socket, data: bytes, name: str) -> None:
    """Do what one client has asked for."""
    if data == b"slow":
        say("server", f"sleep(1), for {name}, begins")
        sock.sendall(b"begun")
        time.sleep(PAUSE_S)
        say("server", "sleep(1) ends")
    elif data == b"big":
        say("server", f"sendall(8 MB), to {name}, begins")
        sock.sendall(b"begun")
        sock.sendall(bytes(ANSWER_BYTES))
        say("server", "sendall(8 MB) ends")
    else:
        sock.sendall(data)


# ---- the clients


def clients(address: tuple[str, int]) -> None:
    """Let all three talk: first politely, then not."""
    ann, bob, cat = (come(address) for _ in range(3))
    print("\nEveryone is quick:", flush=True)
    ask("ann", ann)
    hear("ann", ann)
    print("\nOne command takes a second:", flush=True)
    begin("bob", bob, b"slow")
    ask("ann", ann)
    ask("cat", cat)
    hear("ann", ann)
    hear("cat", cat)
    print("\nOne client asks for a lot of data, and does not read it:", flush=True)
    begin("cat", cat, b"big")
    ask("ann", ann)
    time.sleep(PAUSE_S)
    say("cat", "begins to read")
    read(cat, ANSWER_BYTES)
    hear("ann", ann)
    print("\nEveryone leaves:", flush=True)
    for name, sock in (("ann", ann), ("bob", bob), ("cat", cat)):
        leave(name, sock)


def come(address: tuple[str, int]) -> socket.socket:
    """Connect, and wait until the server knows."""
    sock = socket.create_connection(address)
    read(sock, len(b"welcome"))
    return sock


def begin(name: str, sock: socket.socket, command: bytes) -> None:
    """Send a command, and wait until the server has begun with it."""
    say(name, f"sends {command!r}")
    sock.sendall(command)
    read(sock, len(b"begun"))


def ask(name: str, sock: socket.socket) -> None:
    """Send a word."""
    say(name, f"sends {HELLO!r}")
    sock.sendall(HELLO)


def hear(name: str, sock: socket.socket) -> None:
    """Wait for it to come back."""
    say(name, f"hears {read(sock, len(HELLO))!r}")


def leave(name: str, sock: socket.socket) -> None:
    """Send no more, and wait until the server has closed."""
    say(name, "leaves")
    sock.shutdown(socket.SHUT_WR)
    sock.recv(1)
    sock.close()


def read(sock: socket.socket, count: int) -> bytes:
    """Return the next `count` bytes."""
    data = bytearray()
    while len(data) < count:
        data += sock.recv(count - len(data))
    return bytes(data)


def main() -> None:
    """Run both, and count the server's threads."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = listener.getsockname()
        others = threading.Thread(target=clients, args=(address,), daemon=True)
        others.start()
        serve(listener)
        others.join()
    print(f"\nThe server had {threading.active_count()} thread, and no lock.")


if __name__ == "__main__":
    main()
