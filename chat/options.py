"""The command-line options that the server and the client share.

Whatever reads an option raises argparse.ArgumentTypeError, which says what is wrong.
"""

import argparse
import contextlib
import dataclasses
import os
import re
from collections.abc import Callable

from chat import config
from chat.wire.text import clean


def host(text: str) -> str:
    """Read a host; an IPv6 address may be in square brackets, as in `[::1]`.

    A port after it (`10.0.0.7:80`) is refused, and the message says what to type.
    Without that, the whole text would be looked up as a name, and not be found.
    """
    if found := re.fullmatch(r"(\[.*\]|[^:]*):(\d+)", text):
        name, port = found[1].strip("[]"), found[2]
        raise argparse.ArgumentTypeError(f"say --host {name} --port {port}")
    return text.strip("[]")


def port(lowest: int) -> Callable[[str], int]:
    """Return a parser for port numbers from `lowest` to 65535.

    A server may ask for port 0, which means any free one; a client may not.
    """

    def parse(text: str) -> int:
        if not (text.isdecimal() and lowest <= int(text) <= 65535):
            reason = f"{text!r} is not between {lowest} and 65535"
            raise argparse.ArgumentTypeError(reason)
        return int(text)

    return parse


def key(text: str) -> str:
    """Read the key to a room.  What is said of a bad one does not repeat it."""
    found = clean(text).strip()
    if not 1 <= len(found) <= config.KEY_CHARS:
        reason = f"a key has 1 to {config.KEY_CHARS} characters"
        raise argparse.ArgumentTypeError(reason)
    return found


def add_key(parser: argparse.ArgumentParser, what: str) -> None:
    """Add the option for the key to the room, which may also be in the environment."""
    default = os.environ.get("CHAT_KEY") or None
    parser.add_argument("--key", type=key, default=default, metavar="WORD", help=what)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add an option for each field of config.Limits, named after it."""
    for field in dataclasses.fields(config.Limits):
        parser.add_argument(
            "--" + field.name.replace("_", "-"),
            type=number(type(field.default)),
            default=field.default,
            metavar="N",
            help=f"{field.metadata['what']} (default {field.default:g})",
        )


def number(kind: type) -> Callable[[str], float]:
    """Return a parser for limits: 0, or a number of this kind within bounds."""
    # The bounds are wide, but they are needed: a thread that waits for longer than
    # threading.TIMEOUT_MAX raises OverflowError, and 1 divided by a tiny rate is such a
    # time.  They also refuse "inf" and "nan", which float() reads.
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


def chosen(options: argparse.Namespace) -> config.Limits:
    """Return the limits among the parsed options."""
    names = (field.name for field in dataclasses.fields(config.Limits))
    return config.Limits(**{name: getattr(options, name) for name in names})
