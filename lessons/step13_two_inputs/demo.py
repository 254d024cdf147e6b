"""Step 13, the demo: a message arrives while somebody types.

A keyboard and a server are played by threads.  Events make the message come in the
middle of the word each time; on a real screen it comes when it likes.
"""

import queue
import threading
import time
from collections.abc import Callable

KEY_PAUSE_S = 0.03
ROW = "> @all see you at five"
MIDDLE = ROW.index("ive")
MESSAGE = "bob: is anybody here?"


def write(text: str) -> None:
    """Write to the screen at once."""
    print(text, end="", flush=True)


# ---- one thread that waits for the keyboard, then for the server


def one_thread() -> None:
    """Wait for a typed line, and only then for a message."""
    typed: queue.Queue[str] = queue.Queue()
    arrived: queue.Queue[str] = queue.Queue()
    begun_at = time.monotonic()

    def say(what: str) -> None:
        print(f"{time.monotonic() - begun_at:4.1f} s  {what}", flush=True)

    def world() -> None:
        time.sleep(0.5)
        say(f"(the server sends {MESSAGE!r})")
        arrived.put(MESSAGE)
        time.sleep(1.0)
        say("(somebody presses Enter)")
        typed.put("@all hello")

    say("client: waits for the keyboard")
    threading.Thread(target=world).start()
    line = typed.get()
    say(f"client: sends {line!r}")
    say("client: waits for the server")
    say(f"client: shows {arrived.get()!r}")


# ---- a keyboard's thread and a server's


def play(press: Callable[[str], None], arrive: Callable[[str], None]) -> None:
    """Call `press` for each character of ROW, and `arrive` once in the middle."""
    middle, said = threading.Event(), threading.Event()

    def server() -> None:
        middle.wait()
        arrive(MESSAGE)
        said.set()

    threading.Thread(target=server).start()
    for place, char in enumerate(ROW):
        if place == MIDDLE:
            middle.set()
            said.wait()
        press(char)
        time.sleep(KEY_PAUSE_S)


def two_writers() -> None:
    """Let both threads write to the screen as they like."""
    play(write, lambda message: write(message + "\n"))
    write("\n")


def one_owner() -> None:
    """Let both threads only tell what happened; a third alone writes."""
    news: queue.Queue[tuple[str, str]] = queue.Queue()

    def own() -> None:
        row = ""
        while (item := news.get()) != ("end", ""):
            if item[0] == "key":
                row += item[1]
                write(item[1])
            else:
                write(f"\n{item[1]}\n{row}")  # the message, and the row once more
        write("\n")

    owner = threading.Thread(target=own)
    owner.start()
    play(lambda char: news.put(("key", char)), lambda line: news.put(("line", line)))
    news.put(("end", ""))
    owner.join()


def main() -> None:
    """Show the three clients, one after the other."""
    print("One thread: it waits for the keyboard, then for the server")
    one_thread()
    print("Two threads: both write to the screen")
    two_writers()
    print("Two threads, one queue, one owner of the screen")
    one_owner()


if __name__ == "__main__":
    main()
