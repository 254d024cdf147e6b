"""What all baselines share: the lines that they send, and how a server starts.

Pure, except for `listen`; there is no thread and no lock.  Limits, the cleaning of text
and most errors are left out on purpose: a baseline has less work than `chat.server`.
"""

import argparse
import os
import socket

ASK = b"[INFO] What is your name?\n"
NOBODY = b"[ERROR] No such user\n"
TAKEN = b"[ERROR] That name is taken\n"
WAITING_BYTES = 256 * 1024  # a client for which more is waiting is cut off


def welcome(name: str) -> bytes:
    """Return both lines that tell a client that it has joined."""
    return f"[INFO] You are {name}\n[INFO] @all TEXT, @NAME TEXT, @people\n".encode()


def joined(name: str) -> bytes:
    """Return the line that tells everyone else that `name` has come."""
    return f"[INFO] {name} joined\n".encode()


def left(name: str) -> bytes:
    """Return the line that tells everyone else that `name` has gone."""
    return f"[INFO] {name} left\n".encode()


def command(line: bytes) -> tuple[str, bytes]:
    """Split `@bob hello` into "bob" and "hello"."""
    target, _, text = line.strip().partition(b" ")
    return target.removeprefix(b"@").decode(errors="replace"), text


def to_all(name: str, text: bytes) -> bytes:
    """Return what everyone else sees when `name` says `text`."""
    return b"%s: %s\n" % (name.encode(), text)


def private(name: str, text: bytes) -> bytes:
    """Return what one receiver sees when `name` says `text` to it alone."""
    return b"%s (private): %s\n" % (name.encode(), text)


def people(others: list[str]) -> bytes:
    """Return the answer to `@people`."""
    if not others:
        return b"No other users connected\n"
    return f"Online: {', '.join(others)}\n".encode()


def listen() -> socket.socket:
    """Listen where --host and --port say, and print the first line of output."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0)
    options = parser.parse_args()
    # With proto 0 asyncio would not know TCP, and would not set TCP_NODELAY.
    listener = socket.socket(proto=socket.IPPROTO_TCP)
    if os.name == "posix":
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((options.host, options.port))
    listener.listen(128)
    host, port = listener.getsockname()[:2]
    print(f"Listening on {host}:{port}", flush=True)
    return listener
