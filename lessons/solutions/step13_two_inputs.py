"""Step 13, one good answer: two threads, one queue, one owner of the screen."""

import queue
import socket
import sys
import threading
from collections.abc import Iterable
from typing import Any

from chat.client.connection import connect
from chat.terminal.screen import Terminal
from lessons.step13_two_inputs.screen import Screen, lines

News = queue.Queue[tuple[str, Any]]  # of (name, item), from both threads


def pump(name: str, source: Iterable[Any], news: News) -> None:
    """Put each item of `source` into the queue, as (name, item).

    When the source ends, put (name, None), even if it ends with an exception.
    """
    try:
        for item in source:
            news.put((name, item))
    finally:
        news.put((name, None))


def run(sock: socket.socket, screen: Screen) -> str:
    """Chat, until either side ends it; return how it ended.

    - Start a thread for `lines(sock)` and one for `screen.keys()`; each pumps into
      one queue. Neither keeps the program alive.
    - The thread that called `run` is the screen's owner: inside `screen.session()`
      it takes one item after the other out of the queue, and it alone calls
      `screen.show` and `screen.press`. While nothing happens, it waits.
    - Show a line from the server at once.
    - Send a line that was typed to the server, with an LF, but do not send `@exit`.
    - Return "left" at `@exit`, at ctrl-d (EOFError), and when there are no more keys.
    - Return "lost" when the server sends no more, and when a line cannot be sent
      (OSError).
    """
    news: News = queue.Queue(100)
    for name, source in (("line", lines(sock)), ("key", screen.keys())):
        threading.Thread(target=pump, args=(name, source, news), daemon=True).start()
    with screen.session():
        while True:
            name, item = news.get()
            if item is None:
                return "lost" if name == "line" else "left"
            if name == "line":
                screen.show(item)
                continue
            try:
                line = screen.press(item)
                if line == "@exit":
                    return "left"
                if line is not None:
                    sock.sendall(line.encode() + b"\n")
            except EOFError:
                return "left"
            except OSError:
                return "lost"


def main() -> None:
    """Chat with the room on port 12345, or on the port that is given."""
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 12345
    screen = Screen(Terminal())
    with connect("127.0.0.1", port) as sock:
        if run(sock, screen) == "lost":
            print("The server closed the connection")


if __name__ == "__main__":
    main()
