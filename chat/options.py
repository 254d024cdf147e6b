"""The command-line options that the server and the client share."""

import argparse
import contextlib
import dataclasses
import re
from collections.abc import Callable

from chat import config


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


def chosen(options: argparse.Namespace) -> config.Limits:
    """Return the limits among the parsed options."""
    names = (field.name for field in dataclasses.fields(config.Limits))
    return config.Limits(**{name: getattr(options, name) for name in names})
