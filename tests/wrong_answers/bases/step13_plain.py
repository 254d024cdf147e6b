"""Step 13, another right answer: what can fail is caught where it fails."""

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
    """Put each item of `source` into the queue, and None when it has ended."""
    try:
        for item in source:
            news.put((name, item))
    finally:
        news.put((name, None))


def run(sock: socket.socket, screen: Screen) -> str:
    """Chat, until either side ends it; return how it ended."""
    news: News = queue.Queue()
    threads = (
        threading.Thread(target=pump, args=("line", lines(sock), news), daemon=True),
        threading.Thread(target=pump, args=("key", screen.keys(), news), daemon=True),
    )
    for thread in threads:
        thread.start()
    with screen.session():
        while True:
            name, item = news.get()
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
