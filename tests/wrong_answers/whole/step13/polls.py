# Diagnosis: It needs processor time while nothing happens
"""Step 13: the client's loop: two threads, one queue, one owner of the screen."""

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

    When the source ends, put (name, None); also if it ends with an exception.
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
    - A line of the server is shown at once.
    - A line that is typed is sent to the server, with an LF, but not `@exit`.
    - Return "left" at `@exit`, at ctrl-d (EOFError), and when there are no more keys.
    - Return "lost" when the server sends no more, and when a line cannot be sent
      (OSError).
    """
    news = queue.Queue()
    threading.Thread(target=pump, args=("line", lines(sock), news), daemon=True).start()
    threading.Thread(target=pump, args=("key", screen.keys(), news), daemon=True).start()
    with screen.session():
        while True:
            try:
                name, item = news.get_nowait()
            except queue.Empty:
                continue
            if item is None:
                return "lost" if name == "line" else "left"
            if name == "line":
                screen.show(item)
            else:
                try:
                    line = screen.press(item)
                except EOFError:
                    return "left"
                if line == "@exit":
                    return "left"
                if line is not None:
                    try:
                        sock.sendall(f"{line}\n".encode())
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
