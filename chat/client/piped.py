"""The client if its input is not a terminal, as in `echo @all hi | ...`.

The main thread prints everything that comes, and another thread sends the lines of
standard input.  They share the socket, each in one direction, and an Event.

The second thread starts only when the name has been accepted.  If it started earlier,
and the name was refused, the first line of the input would be taken for another name.
"""

import contextlib
import socket
import sys
import threading
from collections.abc import Iterable
from typing import NoReturn

from chat.client.connection import (
    GONE,
    SILENT,
    SILENT_S,
    connect,
    encode,
    received,
)
from chat.client.secrets import Secrets, is_for_key
from chat.terminal.tty import discard_output, is_closed_pipe, typed_lines
from chat.wire.answers import Shown, accepted_name, read_line
from chat.wire.commands import as_typed, asks_for_secret, is_exit
from chat.wire.framing import Fault


def run_piped(
    address: tuple[str, int], name: str, secrets: Secrets | None = None
) -> None:
    """Send what standard input holds and print all answers; exit if that fails."""
    sock = connect(*address)
    sent_all = threading.Event()
    try:
        _print_answers(sock, name, secrets or Secrets(), sent_all)
    except OSError as error:
        discard_output()
        if is_closed_pipe(error):  # as with `| head -1`
            sys.exit(1)
        # A full disk, perhaps.
        sys.exit(f"Cannot write the answers: {error.strerror}")
    if not sent_all.is_set():
        sys.exit(GONE)


def _print_answers(
    sock: socket.socket, name: str, secrets: Secrets, sent_all: threading.Event
) -> None:
    """Join, start to send when the name is accepted, and print what comes."""
    joined = False
    if not secrets.key:
        _send(sock, name)
        name = ""
    told = SILENT.format(where="the server")
    silent = threading.Timer(SILENT_S, print, (told,), {"file": sys.stderr})
    silent.daemon = True
    silent.start()
    for lines in received(sock):
        silent.cancel()
        _print(lines)
        for shown in [] if joined else map(read_line, lines):
            if shown.kind == "error":
                sys.exit(1)
            if shown.kind == "secret":
                _send(sock, secrets.take(shown) or _needed(shown))
            elif name and shown.kind == "info":  # with a key, only now
                _send(sock, name)
                name = ""
            if accepted_name(shown):
                joined = True
                sender = threading.Thread(target=_send_input, args=(sock, sent_all))
                sender.daemon = True  # it may wait for input that never comes
                sender.start()
                break


def _send(sock: socket.socket, line: str) -> None:
    with contextlib.suppress(OSError):  # received() notices it too
        sock.sendall(line.encode() + b"\n")


def _needed(question: Shown) -> NoReturn:
    """Say how to give a secret that is asked for, and end."""
    option = "--key" if is_for_key(question) else "--password-file"
    sys.exit(f"{option} is needed when the input is not a terminal")


def _print(lines: Iterable[str]) -> None:
    sys.stdout.write("".join(line + "\n" for line in lines))
    sys.stdout.flush()


def _send_input(sock: socket.socket, sent_all: threading.Event) -> None:
    """Send the lines of standard input, then half-close."""
    with contextlib.suppress(OSError):  # received() notices it too
        for line in typed_lines():
            if isinstance(line, Fault):
                print(f"Not sent: {line.reason}", file=sys.stderr)
                continue
            if not line.strip():
                continue  # PowerShell adds one at the end
            if is_exit(line):
                break
            if asks_for_secret(line):  # and the next line would be taken for it
                print("Not sent: @register needs a terminal", file=sys.stderr)
                continue
            try:
                sock.sendall(encode(as_typed(line)))
            except ValueError as error:
                print(error, file=sys.stderr)
        sent_all.set()
        sock.shutdown(socket.SHUT_WR)
