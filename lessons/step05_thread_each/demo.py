"""Step 5, the demo: a thread for each client; then ctrl-c, which ends only one of them.

The main thread accepts.  A daemon thread, which is not part of the server, plays the
clients and presses ctrl-c.
"""

import _thread
import atexit
import contextlib
import socket
import threading
import time

PAUSE_S = 0.3
_begun_at = time.monotonic()


def say(who: str, what: str) -> None:
    """Print a line with the time since the start."""
    print(f"{time.monotonic() - _begun_at:4.1f} s  {who}: {what}", flush=True)


def talk(connection: socket.socket) -> None:
    """Send each piece back, with its number, until the client has gone."""
    me = threading.current_thread().name
    number = 0
    with connection:
        while data := connection.recv(4096):
            number += 1
            say(me, f"number is {number}, data is {data!r}")
            connection.sendall(b"%d %s" % (number, data))
        say(me, "my client has gone, so I end")


def main() -> None:
    """Start a thread for each client, until ctrl-c is pressed."""
    atexit.register(say, "Python", "no thread is left; the program ends")
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(0.1)  # or ctrl-c would be noticed after the next accept() only
    address = listener.getsockname()
    threading.Thread(target=clients, args=(address,), daemon=True).start()
    count = 0
    try:
        while True:
            with contextlib.suppress(TimeoutError):
                connection, _ = listener.accept()
                count += 1
                name = f"thread {count}"
                say("main thread", f"a client is here; I start {name}")
                threading.Thread(target=talk, args=(connection,), name=name).start()
    except KeyboardInterrupt:
        listener.close()
        say("main thread", "KeyboardInterrupt! I end")


# ---- no part of the server: the clients


def clients(address: tuple[str, int]) -> None:
    """Let Ann and Bob speak in turn; then press ctrl-c while they are connected."""
    ann = socket.create_connection(address)
    bob = socket.create_connection(address)
    for client, word in ((bob, b"hi"), (ann, b"hello"), (bob, b"bye?"), (bob, b"no")):
        time.sleep(PAUSE_S)
        client.sendall(word)
        client.recv(4096)
    time.sleep(PAUSE_S)
    say("keyboard", "ctrl-c")
    _thread.interrupt_main()  # does what ctrl-c does
    threading.main_thread().join()
    time.sleep(1.0)
    left = [t.name for t in threading.enumerate() if t.name.startswith("thread")]
    say("clock", f"a second later; still running: {', '.join(left)}")
    leave("Ann", ann)
    time.sleep(PAUSE_S)
    leave("Bob", bob)


def leave(who: str, client: socket.socket) -> None:
    """Say that no more will come, and wait until the server has closed."""
    say(who, "leaves")
    client.shutdown(socket.SHUT_WR)
    client.recv(4096)


if __name__ == "__main__":
    main()
