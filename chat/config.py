"""Every default and limit of the room, each with its unit.

The limits are those of PROTOCOL section 5; `python -m chat.server --help` shows
the options that change them.  0 turns a limit off.
"""

import argparse
import contextlib
import dataclasses
import re
import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

FAMILY = socket.AF_INET
TYPE = socket.SOCK_STREAM
HOST = "127.0.0.1"
PORT = 12345

# Who may come in
MAX_CLIENTS = 512
MAX_PER_HOST = 16  # loopback is exempt
MAX_PENDING = 64  # connections that have no name yet
JOIN_TIMEOUT_S = 15.0
NAME_TRIES = 5
LISTEN_BACKLOG = 128  # connects; with 5, of 300 at once 59 wait a second or more

# What one client may send
MAX_LINE_BYTES = 4096  # LF included
ENDLESS_LINES = 4  # so many times MAX_LINE_BYTES without LF, and the server closes
RATE_LINES_PER_S = 10.0
BURST_LINES = 20

# What may wait
OUTBOX_BYTES = 256 * 1024  # for one client
STALL_TIMEOUT_S = 30.0  # for one client that takes nothing
QUEUE_LETTERS = 1000  # for the postman

# How the sockets are set
# The kernel doubles it; more would only hide slow readers.
SEND_BUFFER_BYTES = 64 * 1024
KEEPALIVE_IDLE_S = 60
KEEPALIVE_INTERVAL_S = 10
KEEPALIVE_PROBES = 3
USER_TIMEOUT_MS = 90_000


# ---- what may be chosen when the server starts


def _limit(default: float, what: str) -> Any:
    return dataclasses.field(default=default, metadata={"what": what})


@dataclass(frozen=True)
class Limits:
    """What one server allows; every field is an option of `chat.server`."""

    max_clients: int = _limit(MAX_CLIENTS, "clients at once")
    max_per_host: int = _limit(MAX_PER_HOST, "clients from one address; not loopback")
    max_pending: int = _limit(MAX_PENDING, "connections that have no name yet")
    join_timeout: float = _limit(JOIN_TIMEOUT_S, "seconds to send a name")
    name_tries: int = _limit(NAME_TRIES, "names that may be refused")
    max_line: int = _limit(MAX_LINE_BYTES, "bytes in a line, its end included")
    rate: float = _limit(RATE_LINES_PER_S, "lines a second from one client")
    burst: int = _limit(BURST_LINES, "lines before the rate counts")
    outbox_bytes: int = _limit(OUTBOX_BYTES, "bytes that may wait for one client")
    stall_timeout: float = _limit(
        STALL_TIMEOUT_S, "seconds in which a client may take nothing of what waits"
    )


def host(text: str) -> str:
    """Read a host, an IPv6 address also in brackets; refuse a port behind it."""
    if found := re.fullmatch(r"(\[.*\]|[^:]*):(\d+)", text):
        name, port = found[1].strip("[]"), found[2]
        raise argparse.ArgumentTypeError(f"say --host {name} --port {port}")
    return text.strip("[]")


def port(lowest: int) -> Callable[[str], int]:
    """Return what reads a port that is at least `lowest`."""

    def parse(text: str) -> int:
        if not (text.isdecimal() and lowest <= int(text) <= 65535):
            reason = f"{text!r} is not between {lowest} and 65535"
            raise argparse.ArgumentTypeError(reason)
        return int(text)

    return parse


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add an option for each field of Limits, named after it."""
    for field in dataclasses.fields(Limits):
        parser.add_argument(
            "--" + field.name.replace("_", "-"),
            type=number(type(field.default)),
            default=field.default,
            metavar="N",
            help=f"{field.metadata['what']} (default {field.default:g})",
        )


def number(kind: type) -> Callable[[str], float]:
    """Return what reads a limit, or raises ArgumentTypeError."""
    # No wait of years, nor one of a billionth of a second: systems refuse them.
    lowest, highest = (0.001, 1e6) if kind is float else (1, 1e12)
    wanted = "a number" if kind is float else "a whole number"

    def parse(text: str) -> float:
        with contextlib.suppress(ValueError):
            value: float = kind(text)
            if value == 0 or lowest <= value <= highest:
                return value
        raise argparse.ArgumentTypeError(
            f"{text!r} is neither 0 nor {wanted} from {lowest:g} to {highest:,.0f}"
        )

    return parse


def chosen(options: argparse.Namespace) -> Limits:
    """Return the limits among the parsed options."""
    names = (field.name for field in dataclasses.fields(Limits))
    return Limits(**{name: getattr(options, name) for name in names})
