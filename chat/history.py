"""Prints what was said in a room: the file of `python -m chat.server --store FILE`.

A server may be writing to it at the same time.
"""

import argparse
import datetime
import io
import sys
from collections.abc import Sequence
from pathlib import Path

from chat.server.database import Row, StoreError, read_rows
from chat.terminal.tty import discard_output, is_closed_pipe
from chat.wire import names
from chat.wire.text import clean


def main(arguments: Sequence[str] | None = None) -> None:
    """Print what was said; if it does not succeed, exit with a status or a reason."""
    chosen = _parse(arguments)
    room = None if chosen.room is None else names.key(chosen.room)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # some encodings lack characters
    try:
        for row in read_rows(Path(chosen.file).absolute()):
            at = datetime.datetime.fromisoformat(row.at).astimezone()
            if room in (None, names.key(row.room)) and _is_since(at, chosen.since):
                print(_shown(at, row))
        sys.stdout.flush()
    except StoreError as error:
        sys.exit(str(error))
    except ValueError as error:  # a time that is not one
        sys.exit(f"{chosen.file} is damaged: {clean(str(error))}")
    except OSError as error:
        discard_output()
        if is_closed_pipe(error):  # as with `| head -1`
            sys.exit(1)
        # A full disk, perhaps.
        sys.exit(f"Cannot write what was said: {error.strerror}")


def _is_since(at: datetime.datetime, since: datetime.datetime | None) -> bool:
    return since is None or at >= since


def _shown(at: datetime.datetime, row: Row) -> str:
    # Whoever can change the file could put anything into it.
    return clean(f"{at:%Y-%m-%d %H:%M:%S} {row.room} {row.name}: {row.text}")


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m chat.history",
        description="Print what was said to everyone, the oldest first.",
    )
    add = parser.add_argument
    add("file", metavar="FILE", help="the file that the server writes with --store")
    add("--room", metavar="NAME", help="only what was said in this room")
    add(
        "--since",
        type=_moment,
        metavar="TIME",
        help="only what was said since then: 14:05 (today), 2026-11-28 or both",
    )
    return parser.parse_args(arguments)


def _moment(text: str) -> datetime.datetime:
    """Read a time of today, a day, or both, in the time zone of this machine."""
    try:
        if ":" in text and "-" not in text:
            time = datetime.time.fromisoformat(text)
            return datetime.datetime.combine(datetime.date.today(), time).astimezone()
        return datetime.datetime.fromisoformat(text).astimezone()
    except ValueError:
        reason = f"{text!r} is neither a time (14:05) nor a day (2026-11-28) nor both"
        raise argparse.ArgumentTypeError(reason) from None


if __name__ == "__main__":
    main()
