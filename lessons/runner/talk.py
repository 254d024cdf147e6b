"""`python -m lessons talk`: a client for the servers of all steps, as `nc` is one.

It sends each line that is typed, and prints all that comes.  Windows has no `nc`, and
many Linux machines have none either.  The client of the chat room would not work here:
it takes the first line for a name, and waits until that is accepted.

The main thread reads what is typed, and a daemon thread what comes.  They share the
socket, each in one direction.
"""

import argparse
import codecs
import contextlib
import os
import socket
import sys
import threading
from functools import partial

from chat import config, options
from chat.terminal.tty import typed_lines
from chat.wire.framing import Fault
from lessons.runner.context import Context, Refused

HOST = config.HOST
READ_BYTES = 4096
HEAR_S = 0.1  # between two looks at ctrl-c: Windows has none while a thread waits


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take the port of the server."""
    parser.add_argument(
        "port",
        nargs="?",
        type=options.port(1),
        default=config.PORT,
        help="the port that the server listens on (default %(default)s)",
    )


def run(context: Context, chosen: argparse.Namespace) -> int:
    """Talk to the server until it or the user has no more to say."""
    try:
        sock = socket.create_connection((HOST, chosen.port))
    except OSError:
        raise Refused(
            f"no server listens on {HOST}:{chosen.port}; start it in another terminal",
            1,
        ) from None
    with sock:
        reader = threading.Thread(target=_print_all, args=(sock,), daemon=True)
        reader.start()
        _send_all(sock)
        while reader.is_alive():
            reader.join(HEAR_S)
    return 0


def _send_all(sock: socket.socket) -> None:
    """Send what is typed; say at its end that no more will come."""
    with contextlib.suppress(OSError):  # the other thread notices it too
        for line in typed_lines():
            if isinstance(line, Fault):
                print(f"Not sent: {line.reason}", file=sys.stderr)
            else:
                sock.sendall(f"{line}\n".encode())
        sock.shutdown(socket.SHUT_WR)


def _print_all(sock: socket.socket) -> None:
    """Print what comes; at its end, end the program, whose main thread may wait."""
    decode = codecs.getincrementaldecoder("utf-8")("replace").decode
    how = "The server has closed the connection."
    try:
        for data in iter(partial(sock.recv, READ_BYTES), b""):
            sys.stdout.write(decode(data))
            sys.stdout.flush()
    except ConnectionError as error:
        how = f"The connection broke: {error.strerror}."
    except OSError:  # nobody reads what is printed
        os._exit(1)
    print(how, file=sys.stderr, flush=True)
    os._exit(0)
