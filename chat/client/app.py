"""The client's program: options, and which kind of session it is."""

import argparse
import io
import sys
from collections.abc import Sequence

from chat import config, options
from chat.client.piped import run_piped
from chat.client.secrets import Secrets
from chat.client.session import Chat
from chat.terminal.screen import Terminal
from chat.wire.text import clean


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the client; if it does not succeed, exit with a status or a reason."""
    chosen = _parse(arguments)
    name = clean(chosen.name).strip()
    address = (chosen.host, chosen.port)
    if sys.stdin is None or sys.stdout is None:
        sys.exit("Standard input and standard output must be open")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # Some encodings lack characters that others may send.
            stream.reconfigure(errors="replace")
    secrets = Secrets(chosen.key or "", _read_password(chosen.password_file))
    try:
        if sys.stdin.isatty() and sys.stdout.isatty():
            _run_on_terminal(address, name, secrets)
        elif name:
            run_piped(address, name, secrets)
        else:
            print("--name is needed when the input is not a terminal", file=sys.stderr)
            sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)


def _run_on_terminal(address: tuple[str, int], name: str, secrets: Secrets) -> None:
    try:
        term = Terminal()
    except ImportError:
        sys.exit(
            "\n    ".join(
                ["On a terminal the client needs readchar. To install it:", *_set_up()]
            )
        )
    with term.session():
        Chat(address, term, secrets).run(name)


def _set_up() -> list[str]:
    """Return the commands that install readchar, for how this user calls Python.

    Outside a virtual environment many systems refuse `pip install`.
    """
    typed = sys.orig_argv[0] or "python"
    if sys.prefix != sys.base_prefix:
        return [f"{typed} -m pip install readchar"]
    own = r".venv\Scripts\python" if sys.platform == "win32" else ".venv/bin/python"
    return [
        f"{typed} -m venv .venv",
        f"{own} -m pip install readchar",
        f"{own} -m chat.client",
    ]


def _read_password(path: str | None) -> str:
    if path is None:
        return ""
    try:
        with open(path, encoding="utf-8-sig") as file:
            return clean(file.readline(config.MAX_LINE_BYTES).strip())
    except OSError as error:
        sys.exit(f"Cannot read {path}: {error.strerror}")
    except UnicodeDecodeError:
        sys.exit(f"Cannot read {path}: it is not UTF-8")


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m chat.client",
        description="Join a chat room. In it, @help lists the commands.",
        epilog="On a terminal: Tab completes names and commands, up and down bring "
        "back what you sent, ctrl-d on an empty line or @exit leaves. In a pipe: "
        "sends each line of its input, prints the answers, and ends.",
    )
    add = parser.add_argument
    add(
        "--host",
        type=options.host,
        default=config.HOST,
        help="where the server runs: a name or an address (default %(default)s)",
    )
    add(
        "--port",
        type=options.port(1),
        default=config.PORT,
        help="the port that the server listens on (default %(default)s)",
    )
    add("--name", default="", help="your name in the room; asked for if not given")
    options.add_key(parser, "the key to the room; ps shows it, so CHAT_KEY is safer")
    add(
        "--password-file",
        metavar="FILE",
        help="a file whose first line is the password of your name",
    )
    return parser.parse_args(arguments)
